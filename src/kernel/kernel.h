/*
 * Kernels: a module and a launch file, run under one schedule.
 *
 * Vocabulary
 *   kernel   a module with what a launch file makes of it: memory, blocks, warps. It does not change.
 *   machine  what runs it: a state, which is plain data without addresses of this machine.
 *   group    what is scheduled: lanes of one warp at one instruction with one call stack.
 *   strand   what program order orders: a group as long as it is one, or the host.
 *   step     a group does an operation that synchronises, and all that follows up to its next one.
 *   finding  what is wrong with a run; the first ends it.
 */
#ifndef VRRL_KERNEL_KERNEL_H
#define VRRL_KERNEL_KERNEL_H

#include "event/decision.h"
#include "launch/launch.h"
#include "ptx/module.h"

#define KERNEL_NONE UINT32_MAX

struct kernel;
struct machine;

/* X(name, what it is called) */
#define KERNEL_FINDING_TABLE(X)                                                                    \
    X(NONE, "no finding")                                                                          \
    X(RACE, "race")                                                                                \
    X(DEADLOCK, "deadlock")                                                                        \
    X(LIVELOCK, "livelock suspected")                                                              \
    X(TRAP, "trap")                                                                                \
    X(ASSERT, "assertion failed")                                                                  \
    X(OUTSIDE, "access outside its buffer")                                                        \
    X(MISALIGNED, "misaligned access")                                                             \
    X(UNINITIALISED, "uninitialised read")                                                         \
    X(BARRIER, "barrier misuse")                                                                   \
    X(VALUE, "value differs from the sequential run")                                              \
    X(EXPECTATION, "expectation does not hold")                                                    \
    X(UNSUPPORTED, "unsupported instruction")

enum kernel_finding_kind {
#define X(name, text) KERNEL_FINDS_##name,
    KERNEL_FINDING_TABLE(X)
#undef X
        KERNEL_FINDING_KINDS
};

/* What two accesses that race lack; bits. */
enum kernel_lack {
    KERNEL_LACKS_STRENGTH = 1, /* one of them is weak */
    KERNEL_LACKS_SCOPE = 2,    /* a scope that does not include the other's thread */
    KERNEL_LACKS_OVERLAP = 4,  /* they overlap in part */
    KERNEL_LACKS_ORDER = 8,    /* nothing orders the one before the other: always */
};

/* An instruction that was run, and by whom. */
struct kernel_side {
    bool host;                      /* the host did: `place` is a line of the launch file */
    uint32_t launch, block, warp;   /* the block's index in its launch, the warp's in its block */
    uint32_t lane;                  /* KERNEL_NONE: several */
    uint32_t function, instruction; /* of the module */
    uint32_t place;                 /* of the module; KERNEL_NONE */
    uint8_t space, order, scope;    /* of an access */
    bool writes, is_atomic;
};

/* Where in memory: the word of a buffer, or a byte of another region. */
struct kernel_where {
    uint32_t buffer;   /* of the launch; KERNEL_NONE: `variable` or shared memory */
    uint32_t variable; /* of the module; KERNEL_NONE: a byte of shared or local memory */
    uint8_t space;     /* GLOBAL, CONST, SHARED, LOCAL */
    uint32_t block;    /* SHARED */
    uint64_t byte;     /* from the begin of it */
    uint64_t address;  /* OUTSIDE, where nothing is there */
    bool of_grid;      /* the word by which grid.sync() counts who is there */
};

enum { KERNEL_TEXT_BYTES = 256, KERNEL_WAITS_MAX = 32 };

/* Who is stuck in a deadlock, and why. */
enum kernel_wait_kind {
    KERNEL_WAITS_WORD, /* it reads `where` again and again: the value is `seen` */
    KERNEL_WAITS_BARRIER, /* at a barrier of its block: `number`, `arrived` of `wanted` warps are there */
    KERNEL_WAITS_CLUSTER,
    KERNEL_WAITS_WARP, /* for lanes of its warp: `wanted` is their mask */
    KERNEL_WAITS_HOST, /* the host, for a word of a buffer */
    KERNEL_WAITS_BLOCK, /* a thread of its block does, and all go round with it from barrier to barrier */
    KERNEL_WAITS_ROOM,     /* a block that is not resident */
    KERNEL_WAITS_MBARRIER, /* for a phase of the one at `where`: `arrived` of `wanted` are there */
};

struct kernel_wait {
    enum kernel_wait_kind kind;
    struct kernel_side side;
    struct kernel_where where;
    uint32_t seen, number, arrived, wanted;
};

struct kernel_finding {
    enum kernel_finding_kind kind;
    struct kernel_side
        sides[2]; /* a RACE has two, in the order in which they ran; others one, or none */
    uint32_t side_count;
    struct kernel_where where;
    uint32_t lacks;                /* RACE: kernel_lack */
    uint64_t found, expected;      /* VALUE, EXPECTATION */
    enum launch_relation relation; /* EXPECTATION: of found to expected */
    uint32_t line;                 /* EXPECTATION: of the launch file */
    char text[KERNEL_TEXT_BYTES];  /* ASSERT, UNSUPPORTED, BARRIER: what */
    /* DEADLOCK: the first is the root. */
    struct kernel_wait waits[KERNEL_WAITS_MAX];
    uint32_t wait_count, waiting; /* kept, and in all */
    uint32_t room_blocks, blocks; /* DEADLOCK: blocks that fit, and that there are */
};

/* What there was to choose from at a choice of a run: so many who could go, each in so many ways at most. */
struct kernel_point {
    uint32_t lanes, options;
};
struct kernel_points {
    struct kernel_point *list;
    uint32_t count, room;
    bool exhausted; /* memory lacked: it is not all there */
};

struct kernel_options {
    uint64_t instruction_limit; /* of warp instructions of a run; 0: 20,000,000 */
    uint64_t step_limit;        /* 0: 400,000 */
    bool no_park;               /* who spins goes on */
    bool no_judge;              /* and nobody is found to spin: for tests */
    bool all_visible;           /* weak accesses are choices, too */
    bool hashes;                /* the state is hashed at each step */
    struct kernel_points
        *points; /* gets those of the run, from its first choice on; NULL: they are not kept */
};

struct kernel_result {
    struct kernel_finding finding;
    uint64_t instructions, steps;
    uint64_t choices;  /* at which the chooser was asked */
    uint64_t outcome;  /* a hash of what is observed at the end */
    uint64_t schedule; /* a hash of who went at each step */
    uint64_t states;   /* of the states behind all steps, where that is asked for */
};

#endif
