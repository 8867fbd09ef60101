/*
 * The state of a machine: plain data, with indices and no addresses. What a run does depends on it, on the kernel
 * and on what is chosen, alone.
 */
#ifndef VRRL_KERNEL_STATE_H
#define VRRL_KERNEL_STATE_H

#include "kernel/layout.h"

/* ---- What orders accesses (kernel/causality.h, kernel/shadow.h) -------------------------------- */

/* An access that a word keeps. epoch 0: none. */
struct shadow_access {
    uint32_t epoch; /* of its strand, when it was done */
    uint32_t strand;
    uint32_t site;
    uint8_t bytes;  /* bits: which of the 4 bytes */
    uint8_t size;   /* of the whole access, of which this word may be a part; SHADOW_MANY */
    uint8_t scope;  /* an enum ptx_scope; NONE: it is weak */
    uint8_t detail; /* the lane; SHADOW_ATOMIC, SHADOW_OBSERVES */
    uint32_t tick;  /* of its warp: how often its lanes had synchronised */
};

enum { SHADOW_LANE = 31, SHADOW_ATOMIC = 32, SHADOW_OBSERVES = 64, SHADOW_IS_WRITE = 128 };
enum {
    SHADOW_SIZE = 31,
    SHADOW_MANY = 128
}; /* MANY: other lanes of the group, too, in this tick */

/* Four bytes of global or shared memory: the last write, a read since, the other accesses that count. */
struct shadow_word {
    struct shadow_access write, read;
    uint32_t more;    /* + 1: of the accesses kept elsewhere */
    uint32_t message; /* + 1: what a strong write left for readers */
};

/* The words of a row: 32, as a warp accesses where lane i has word i. `is_one`: they are what `write` and `read` say,
 * each of lane i in the i-th word, and the words themselves are not up to date. */
enum { SHADOW_ROW_WORDS = WARP_LANES, SHADOW_ROW_BYTES = 4 * SHADOW_ROW_WORDS };

struct shadow_row {
    struct shadow_access write, read;
    bool is_one;
};

struct shadow_more {
    struct shadow_access access;
    uint32_t next; /* + 1 */
};

/* What a release left in a message: whoever acquires it, in a scope that includes its block, where `scope`
 * includes his, comes after `clock`. */
struct contribution {
    uint32_t clock;
    uint32_t block;
    uint8_t scope;
    uint32_t next;    /* + 1 */
    uint64_t address; /* of a strand's pending ones: of the word that was read */
    uint32_t strand;
};

struct message {
    uint64_t address; /* of the machine's bytes */
    uint32_t strand, block;
    uint8_t size, scope;
    uint32_t first; /* + 1: contributions */
    uint32_t next;  /* + 1: of the same word */
};

/* Clocks of as many numbers as there are strands, shared by reference. */
struct clocks {
    uint32_t *words, *uses, *unused;
    uint32_t stride, room, count, unused_count;
    uint32_t strands; /* numbers of a clock that are in use */
};

/* One for each group, and the host's: what it comes after. Strand i is that of group i; strands that were never
 * used have no clock. Their numbers in a clock are given out as they are used. */
struct strand {
    uint32_t number;               /* in clocks; KERNEL_NONE */
    uint32_t clock;                /* its own, not shared */
    uint32_t pending;              /* + 1: contributions that were read, and not acquired */
    uint32_t released[PTX_SCOPES]; /* + 1: a clock: of its last release fence of a scope */
};

/* ---- Groups ------------------------------------------------------------------------------------ */

enum group_state {
    GROUP_NONE,
    GROUP_READY,
    GROUP_MEETS,   /* at an operation of the whole warp, for lanes of it that are elsewhere */
    GROUP_BARRIER, /* it has arrived, and waits */
    GROUP_CLUSTER,
    GROUP_PARKED,
    GROUP_EXITED,
};

struct frame {
    uint32_t function;
    uint32_t pc; /* where it goes on; of the innermost: where it is */
    uint32_t call;
    uint32_t rows32, rows64, lanes, frame_at; /* where its rows and bytes begin, of the warp's */
    uint32_t local_at, local_top;             /* of a thread's local memory */
};

/* READS: 32 lanes may each poll four words. */
enum { SPIN_VISITS = 48, SPIN_READS = 128 };

struct spin_visit {
    uint64_t hash;
    uint32_t site, depth;
    uint32_t reads; /* how many reads there had been */
};

/* A word that a group read, strongly, and what it was then. */
struct spin_read {
    uint64_t at; /* of the machine's bytes, a multiple of 4 */
    uint32_t value, site, lane;
    uint32_t last;  /* the number of its last read */
    uint32_t group; /* that read it last */
};

/* What a group did since it last changed anything, or learnt anything new. */
struct spin {
    struct spin_visit visits[SPIN_VISITS];
    struct spin_read reads[SPIN_READS];
    uint32_t visit_count, read_count, reads_done;
    uint32_t since; /* parked: it waits for the words that were read from then on */
    bool sees;      /* since the last look at a back edge something was read that may change */
    bool reads_time;
};

struct group {
    uint32_t lanes; /* 0: there is none */
    uint32_t warp;
    uint8_t state;
    bool moves;           /* in the step that is being taken */
    bool idles;           /* it would be parked, but for the option not to */
    uint32_t depth;       /* frames */
    uint32_t barrier;     /* BARRIER: its number */
    uint64_t local_hash;  /* of what its lanes wrote to local memory */
    uint64_t ready_since; /* the step */
};

struct barrier {
    uint32_t arrived;         /* warps that did as a whole */
    uint32_t expected;        /* 0: all of the block */
    uint32_t clock;           /* + 1 */
    uint32_t count, all, any; /* of reductions: votes; no lane said no; one said yes */
    uint32_t site;
};

enum { CLUSTER_BARRIERS = 2 };

struct block {
    bool is_resident, has_ended;
    uint32_t live_warps;
    uint64_t
        local_hash; /* of what its threads wrote to local memory, but for what their groups' have */
    struct barrier barriers[BARRIERS];
};

struct cluster {
    uint32_t live_lanes, arrived, phase;
    uint32_t clock, done; /* + 1: of those who arrived in this phase, and in the one before */
};

/* A copy that has not ended: of a lane, into shared memory. */
struct async_copy {
    uint64_t to, from; /* of the machine's bytes */
    uint32_t group_of_lane, lane;
    uint32_t bytes, read;
    uint32_t batch; /* of its lane's commits */
    uint32_t site;
};

struct machine {
    const struct kernel *kernel;
    struct kernel_options options;
    const struct chooser *by;

    /* Memory. */
    uint8_t *bytes, *known;     /* known: bits, a byte of 4 each 4 bytes */
    struct shadow_word *shadow; /* of global and shared memory, a word each 4 bytes */
    struct shadow_row *shadow_rows;
    uint8_t *dirty; /* a page each */
    uint32_t *dirty_list, dirty_count;
    struct shadow_more *more;
    uint32_t more_count, more_room, more_free; /* + 1 */
    struct message *messages;
    uint32_t message_count, message_room, message_free; /* + 1 */
    struct contribution *contributions;
    uint32_t contribution_count, contribution_room, contribution_free; /* + 1 */

    /* Order. */
    struct clocks clocks;
    struct strand *strands; /* groups, then the host */
    uint32_t *strand_of_number;
    uint32_t strand_number_room;
    uint32_t *fence_block, *fence_cluster, *fence_device,
        fence_system; /* + 1: clocks of fence.sc */

    /* Who runs. */
    uint32_t together;    /* the group of launches */
    struct group *groups; /* 32 a warp */
    struct frame *frames; /* DEPTH_MAX a group */
    uint32_t *spin_of;    /* + 1, of a group; behind those and the host of a block (block_spin.h) */
    struct spin *spins;
    uint32_t spin_count, spin_room;
    uint32_t spins_of_blocks; /* blocks that have one */
    uint32_t (*rows32)[WARP_LANES];
    uint64_t (*rows64)[WARP_LANES];
    uint32_t *lanes;
    uint8_t *frame_bytes; /* of each lane of each warp */
    uint32_t *live_lanes; /* of each warp */
    uint32_t *used;       /* of each warp: a bit for each group that has lanes */
    uint32_t *ticks;      /* of each warp: how often lanes of it synchronised */
    uint32_t *
        barrier_lanes; /* of each warp and barrier: lanes that arrived and do not come from a whole warp */
    struct block *blocks;
    struct cluster *clusters;
    uint32_t *cluster_phases; /* of each warp: the phase in which it arrived, + 1 */
    struct async_copy *copies;
    uint32_t copy_count, copy_room;
    uint32_t *batches; /* of each lane: commits so far */
    bool copies_end_late;
    uint32_t parked;
    uint64_t watched; /* a bit for each hash of a word that somebody parked waits for */

    /* The host. */
    uint32_t host_step; /* of its steps of the group, that comes next */
    uint64_t host_ready_since;

    uint64_t time_ns;
    uint64_t instructions, steps, choices, schedule, states;
    uint64_t step_began; /* at so many instructions */
    bool notes_weak;     /* the step is long: weak reads may be of a loop that waits */
    struct kernel_finding finding;
    vrrl_error *err;
    vrrl_code code;
    bool stops;                 /* a finding, or an error */
    struct kernel_trace *trace; /* kernel/trace.h; NULL: nothing is kept of a run */
    struct chooser_lane *choice;
};

static inline const struct together *machine_together(const struct machine *m)
{
    return &m->kernel->togethers[m->together];
}
static inline const struct warp_place *machine_warp(const struct machine *m, uint32_t warp)
{
    return &m->kernel->warps[machine_together(m)->first_warp + warp];
}
static inline const struct block_place *machine_block(const struct machine *m, uint32_t block)
{
    return &m->kernel->blocks[machine_together(m)->first_block + block];
}
static inline const struct grid *machine_grid(const struct machine *m, uint32_t block)
{
    return &m->kernel->grids[machine_block(m, block)->launch];
}
/* The host's strand; its block is none. */
static inline uint32_t machine_host(const struct machine *m)
{
    return m->kernel->most_warps * WARP_LANES;
}
static inline struct frame *machine_frame(const struct machine *m, uint32_t group)
{
    return &m->frames[(size_t)group * DEPTH_MAX + m->groups[group].depth - 1];
}
static inline const struct ptx_function *machine_function(const struct machine *m, uint32_t group)
{
    return &m->kernel->module->functions[machine_frame(m, group)->function];
}
static inline uint32_t machine_site(const struct machine *m, uint32_t group)
{
    const struct frame *f = machine_frame(m, group);
    return m->kernel->first_site[f->function] + f->pc;
}
static inline uint32_t group_block(const struct machine *m, uint32_t group)
{
    return machine_warp(m, group / WARP_LANES)->block;
}

#endif
