/*
 * Memory models as plain data: what a memory operation of a thread may do, one step at a time.
 *
 * Vocabulary
 *   location  a word of memory, under a small number of its own.
 *   step      one operation of one thread. Where the model leaves a choice (which store a load
 *             reads, where a store enters the modification order) a step has several outcomes.
 *   outcome   0 is the newest store to read, or the end of the modification order; higher numbers
 *             go back from there.
 *   drain     under `tso`: the oldest store of a thread's buffer reaches memory, a step of its own.
 *
 * The set of runs is all sequences of steps and outcomes; docs/memory-models.md says which final
 * states they reach. A memory holds no pointers but to its model's row and to its own arrays, which
 * it owns: it can be copied, and two of them are the same state if and only if their encodings are
 * equal.
 *
 * Nothing here fails midway. A step that finds no room (memory lacks, a run takes more than it may, or a
 * number of 16 bits would overflow) sets `limit`, and what it leaves means nothing; all after it do
 * nothing. Look at it at the end of a run.
 */
#ifndef VRRL_MEMORY_MEMORY_H
#define VRRL_MEMORY_MEMORY_H

#include "event/operation.h"
#include "race/monitor.h"
#include "vrrl/run/memory_model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A store that is waiting in a buffer (tso). */
struct mem_pending {
    uint32_t location;
    uint32_t value;
};

/* Stores to a location in all buffers (tso). */
struct mem_waiting {
    uint64_t threads; /* bits, modulo 64, of those that have stored there since there was none */
    uint32_t count;
};

/* A store in the modification order of its location (view). Ranks count from 0 without a gap. */
struct mem_message {
    uint32_t value;
    uint32_t older; /* the message before it, or MEM_NO_MESSAGE */
    uint32_t row;   /* the view that it gives to who acquires it; 0: none */
    uint32_t base;  /* of a chain of read-modify-writes: the store that the first of them read */
    int16_t rank;
    uint8_t rmw; /* it reads from the one before it: nothing may come between them */
};

#define MEM_NO_MESSAGE UINT32_MAX

enum {
    MEM_RANK_MAX = 0x7FFF,
    MEM_FENCES_MAX = 64,
    MEM_LOCATIONS_MAX = 65535,
    MEM_STORES_MAX = 32766,
    MEM_MIB_MAX = 2048, /* view: what one run may take */
};

struct mem_thread {
    uint32_t buffered,
        oldest;        /* tso: stores that wait, and where the first of them is in the buffer */
    uint32_t released; /* view: row of the last release fence; 0: none */
    uint32_t releases; /* view: that it has made, */
    uint32_t forgot;   /* and had made before it was forgotten last */
    bool acquirable;   /* view: the row of what relaxed loads have read is not empty */
    bool done; /* it takes no step any more; an encoding leaves out what only it could see */
};

/* A seq_cst fence (view). Its three rows stand together from `row`: what happens before it; the
 * lowest rank written after it; the lowest rank read after it. */
struct mem_fence {
    uint64_t before; /* fences that must precede it in every order of fences, itself included */
    uint32_t row;
    uint32_t thread;
};

enum { MEM_LEAF = 32, MEM_BELOW = 16 };

/* A node of the trees that rows are: see view_rows.h. */
struct mem_node {
    uint32_t owner; /* number of the row that it was made for */
    uint32_t next;  /* leaf: the one that was made before it for the same locations; 0: none */
    union {
        int16_t ranks[MEM_LEAF];   /* leaf */
        uint32_t below[MEM_BELOW]; /* any other: nodes */
    };
};

/* A rank for each location (view). */
struct mem_row {
    uint32_t root, owner; /* its topmost node, and its number, which changes */
    uint64_t fences;      /* seq_cst fences that come with it */
    /* Where a release made it: which of its thread's, from 1; else 0. */
    uint32_t release;
    uint16_t thread;
    bool more; /* it has more than that release gave */
};

/* Why a run could not go on. */
enum mem_limit {
    MEM_UNLIMITED,
    MEM_LACKS_MEMORY,
    MEM_TOO_MANY_LOCATIONS,
    MEM_TOO_LARGE,         /* view: what a run takes */
    MEM_TOO_MANY_STORES,   /* view: to one location */
    MEM_TOO_MANY_FENCES,   /* view: seq_cst */
    MEM_TOO_MANY_ORDERING, /* with the monitor of races: words by which slots are ordered */
};

struct memory {
    vrrl_memory_model model;
    const struct memory_model *row; /* the model's, in memory_models.h, */
    bool buffers_stores, orders;    /* and what it says of these */
    enum mem_limit limit;
    uint32_t thread_count, location_count, location_room;
    struct mem_thread *threads;
    uint32_t *values; /* by location: last in modification order; sc and tso: in memory */

    struct mem_pending *buffers; /* tso: thread t's room begins at t * buffer_room, oldest first */
    uint32_t buffer_room;
    struct mem_waiting *waiting; /* tso: by location */

    /* view */
    uint32_t *newest; /* by location */
    int16_t *least;   /* by location, for an encoding */
    struct mem_message *messages;
    struct mem_row *rows;
    struct mem_node *nodes; /* the first has ranks of 0, and itself below */
    uint32_t *leaves; /* by MEM_LEAF locations: the last leaf that was made for them; 0: none */
    uint32_t depth;   /* nodes above a leaf */
    uint32_t owners;  /* numbers that were given */
    uint32_t never;   /* a tree all of whose ranks are MEM_RANK_MAX; 0: not made */
    /* Row of a thread's last release store to a location since its last release fence; 0: none. Those of
     * MEM_LEAF locations are a page, of which a thread has those in which it has stored; page 0 is empty. */
    uint32_t *released;
    uint32_t *released_page; /* at thread * pages of all locations + page */
    uint32_t
        *acquired; /* the last release of another thread that a thread has acquired, at thread *
                           thread_count + other; 0: none */
    uint32_t message_count, message_room, row_count, row_room, node_count, node_room, page_count,
        page_room, fence_count;
    size_t bytes_max; /* that all this may take; */
    size_t wanted;    /* limit MEM_TOO_LARGE: it would take so much */
    struct mem_fence fences[MEM_FENCES_MAX];
    /* view, for an encoding: the first `hidden` locations matter to nobody, but for what the last store
     * to those in `handed` gives. */
    uint32_t hidden;
    uint64_t handed;           /* bits */
    uint32_t met;              /* view: the message that the last step read, or stored behind */
    struct race_monitor *race; /* view: what it keeps of accesses, for races; NULL: nobody asks */
};

/* Bytes of an encoding, in an array that grows. */
struct mem_bytes {
    uint8_t *data;
    size_t used, room;
    bool exhausted;
};

/* A memory without locations. False where memory lacks; free it all the same. */
bool memory_init(struct memory *m, vrrl_memory_model model, uint32_t threads);
void memory_free(struct memory *m);
/* From now on the monitor of races goes along, for so many parties; of `view`, before the first step.
 * False where memory lacks. */
bool memory_watch(struct memory *m, uint32_t parties);
/* As after memory_init, without giving up room. */
void memory_reset(struct memory *m);
/* *to, which has been initialised, becomes the same state as *from. */
bool memory_copy(struct memory *to, const struct memory *from);
/* That its arrays take. */
size_t memory_bytes(const struct memory *m);
/* At least `count` locations; new ones hold initial[their number]. At most 65,535. */
bool memory_locations(struct memory *m, uint32_t count, const uint32_t *initial);

/* How many outcomes the step has; 0: it must wait (tso: for the thread's own buffer to drain). */
uint32_t memory_outcomes(const struct memory *m, uint32_t thread, const struct operation *op);
/* The value that outcome `outcome` of a load would read, without doing it. */
uint32_t memory_peek(const struct memory *m, uint32_t thread, const struct operation *op,
                     uint32_t outcome);
uint32_t memory_step_weak(struct memory *m, uint32_t thread, const struct operation *op,
                          uint32_t outcome);
/* On the one memory of sc. Without a jump where it can be done, for which kind comes next is hard to
 * predict. */
static inline uint32_t memory_step_strong(struct memory *m, const struct operation *op)
{
    if (op->kind == OPERATION_FENCE)
        return 0;
    uint32_t old = m->values[op->location];
    bool keeps = op->kind == OPERATION_LOAD || op->kind == OPERATION_ADD;
    uint32_t now = (keeps ? old : 0) + (op->kind == OPERATION_LOAD ? 0 : op->value);
    if (op->kind == OPERATION_CAS)
        now = old == op->expected ? op->value : old;
    m->values[op->location] = now;
    return old;
}

/* Does it. Returns the value read; for a read-modify-write the old one. */
static inline uint32_t memory_step(struct memory *m, uint32_t thread, const struct operation *op,
                                   uint32_t outcome)
{
    if (m->limit)
        return 0;
    return m->model == VRRL_MEMORY_SC ? memory_step_strong(m, op)
                                      : memory_step_weak(m, thread, op, outcome);
}
/* tso: a thread has something to drain. */
static inline bool memory_can_drain(const struct memory *m, uint32_t thread)
{
    return m->threads[thread].buffered != 0;
}
static inline const struct mem_pending *memory_buffer(const struct memory *m, uint32_t thread)
{
    return m->buffers + (size_t)thread * m->buffer_room + m->threads[thread].oldest;
}
void memory_drain(struct memory *m, uint32_t thread);
/* view: who takes the thread over has seen nothing, and inherits nothing. */
void memory_forget(struct memory *m, uint32_t thread);
/* Last value in the location's modification order, when all buffers have drained. */
static inline uint32_t memory_final(const struct memory *m, uint32_t location)
{
    return m->values[location];
}

/* Appends, in parts, what decides all that may still happen: what is no thread's own, and (tso) what a thread
 * has in its buffer. All parts together are equal for two memories with the same number of locations if and
 * only if they are the same state, whatever the order of steps that led there. Messages that no thread can
 * read any more are left out. Of what the monitor keeps only which accesses each row happens after is in it:
 * race_encode has the rest. */
void memory_encode_shared(const struct memory *m, struct mem_bytes *bytes);
void memory_encode_thread(const struct memory *m, uint32_t thread, struct mem_bytes *bytes);
void mem_bytes_add(struct mem_bytes *bytes, const void *data, size_t size);

#endif
