/* SPDX-License-Identifier: MIT */
/*
 * Why an epoch did not end: the wait-for graph of its slots, reduced to roots.
 *
 * Vocabulary
 *   waiter    a slot that was not terminal when its epoch ended.
 *   producer  a slot that can change the word that a waiter waits for.
 *   root      where a chain of waiters ends: a wait that nothing can satisfy any more, a cycle, a
 *             worker that never gets on, a slot that is in its body or was never taken.
 *   behind    waiters whose chains lead to the root.
 *
 * A chain follows, from each waiter, the first producer that has not ended (for a slot that waits
 * for nothing itself: the slot before it in its queue; for a fence: the slot it looks at).
 */
#ifndef VRRL_STUCK_H
#define VRRL_STUCK_H

#include "vrrl/program.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum vrrl_root_kind {
    VRRL_ROOT_UNREACHABLE,  /* all producers together cannot bring the value */
    VRRL_ROOT_CYCLE,        /* waiters that wait for each other */
    VRRL_ROOT_NOT_RESIDENT, /* its worker never got on: those that are on wait for it */
    VRRL_ROOT_IN_BODY,      /* claimed and not back */
    VRRL_ROOT_WAIT_IO,      /* waits for the host to resume it */
    VRRL_ROOT_NOT_TAKEN,    /* ready as far as can be told, and not taken in time */
} vrrl_root_kind;

typedef enum vrrl_wait_kind {
    VRRL_WAIT_VALUE, /* for a value of a word, which the next one can change */
    VRRL_WAIT_END,   /* for the end of the next one, as a fence does */
    VRRL_WAIT_TURN,  /* for its turn: the next one is before it in its queue */
} vrrl_wait_kind;

/* A slot of a cycle, and what it has of the next one to wait for. */
typedef struct vrrl_cycle_slot {
    uint32_t slot; /* position in the batch; the batch's size: the fence */
    vrrl_wait_kind waits;
    uint32_t word, wanted, seen; /* VALUE */
} vrrl_cycle_slot;

typedef struct vrrl_root {
    vrrl_root_kind kind;
    uint32_t slot;          /* position in the batch; the batch's size: the fence */
    uint32_t worker;        /* VRRL_NO_WORKER: none had it */
    uint32_t wait_word;     /* VRRL_NO_INDEX: it waits for no word */
    uint32_t wait_value;    /* wanted, at least */
    uint32_t seen_value;    /* what it held */
    uint64_t attainable;    /* the most it can ever hold; UINT64_MAX: unknown */
    uint32_t producers;     /* slots of the batch that change the word */
    uint32_t ended;         /* of those, how many have ended */
    vrrl_cycle_slot *cycle; /* CYCLE: all of it, `slot` first, each waits for the next, the
                                       last for the first. Belongs to the vrrl_stuck; else NULL */
    uint32_t cycle_length;
    uint32_t behind; /* waiters behind it, the fence left out */
} vrrl_root;

typedef struct vrrl_stuck {
    uint32_t waiter_count; /* the fence left out */
    uint32_t root_count;
    vrrl_root *roots; /* most behind first */
} vrrl_stuck;

/* Analyses one epoch of a program. The result is the caller's; free it with vrrl_stuck_free. */
VRRL_API vrrl_code vrrl_stuck_analyse(const vrrl_program *program, uint32_t epoch,
                                      const vrrl_waiter *waiters, uint32_t waiter_count,
                                      vrrl_stuck *stuck, vrrl_error *err);
VRRL_API void vrrl_stuck_free(vrrl_stuck *stuck);

#ifdef __cplusplus
}
#endif
#endif
