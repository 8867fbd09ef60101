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
 * A chain follows, from each waiter, the first producer that has not ended and can bring the word nearer to
 * what is wanted; for a slot that is not the first of its queue: the slot before it; for a fence: the slot
 * it looks at. What can act only after the waiter (itself, and those behind it in its queue) counts where
 * others are not enough, and closes a cycle.
 *
 * Roots are judged by force: where each is given what it waits for, at least one more slot ends; then
 * others may be found, of a higher rank, until all would end.
 */
#ifndef VRRL_API_RUN_STUCK_H
#define VRRL_API_RUN_STUCK_H

#include "vrrl/run/program.h"

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
    VRRL_ROOT_TOLD, /* of a host of its own: it waits, as the host says; for whom is not known */
} vrrl_root_kind;

typedef enum vrrl_wait_kind {
    VRRL_WAIT_VALUE, /* for a value of a word, which the next one can change */
    VRRL_WAIT_END,   /* for the end of the next one, as a fence does */
    VRRL_WAIT_TURN,  /* for its turn: the next one is before it in its queue */
    VRRL_WAIT_QUEUE, /* for its queue to get on: the next one is in one that is on */
    VRRL_WAIT_GOAL, /* for a value of a word, which comes from another word that the next one changes */
} vrrl_wait_kind;

/* A slot of a cycle, and what it has of the next one to wait for. */
typedef struct vrrl_cycle_slot {
    uint32_t slot; /* position in the batch; the batch's size: the fence */
    vrrl_wait_kind waits;
    uint32_t word, seen; /* VALUE, END */
    uint64_t wanted;     /* of it, at least: more than a word can hold where it can never come */
    bool is_to_come;     /* it has not come to that wait yet */
    bool may;            /* VALUE, GOAL: whether the next one's change helps is not known */
} vrrl_cycle_slot;

typedef struct vrrl_root {
    vrrl_root_kind kind;
    uint32_t slot;       /* position in the batch; the batch's size: the fence */
    uint32_t worker;     /* VRRL_NO_WORKER: none had it */
    uint32_t wait_word;  /* VRRL_NO_INDEX: it waits for no word */
    uint64_t wait_value; /* wanted, at least: more than a word can hold where it can never come */
    uint32_t seen_value; /* what it held */
    uint64_t attainable; /* the most it can ever hold; UINT64_MAX: unknown */
    uint32_t producers;  /* slots of the batch that change the word */
    uint32_t ended;      /* of those, how many have ended */
    vrrl_cycle_slot *cycle; /* CYCLE: all of it, `slot` first, each waits for the next, the
                                       last for the first. Belongs to the vrrl_stuck; else NULL */
    uint32_t cycle_length;
    uint32_t resident; /* NOT_RESIDENT: so many queues run at a time */
    bool is_to_come;   /* it has not come to that wait yet */
    uint32_t behind;   /* waiters behind it, the fence left out */
    uint32_t rank; /* 0: it is stuck for this alone. Else other roots come before it: it would still
                        be stuck where what those of a lower rank lack had come */
} vrrl_root;

typedef struct vrrl_stuck {
    size_t size;           /* of this struct, in the library */
    uint32_t waiter_count; /* the fence left out */
    uint32_t root_count;
    vrrl_root *roots; /* most behind first */
    bool is_cut;      /* others are left out, which show when these have what they lack */
    /* Words that slots wait for, or go by, of which it is not known what they hold: there may be others. */
    uint32_t unknown_words;
} vrrl_stuck;

/* Analyses one epoch of a program. `memory` is the arena as the epoch left it; where it is NULL, words that no
 * waiter has looked at are known as far as slots only add to them. On success *stuck is the caller's. Errors:
 * VRRL_NO_MEMORY, VRRL_UNSUPPORTED. */
VRRL_API vrrl_code vrrl_stuck_analyse(const vrrl_program *program, uint32_t epoch,
                                      const uint32_t *memory, const vrrl_waiter *waiters,
                                      uint32_t waiter_count, vrrl_stuck **stuck, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_stuck_free(vrrl_stuck *stuck);

#ifdef __cplusplus
}
#endif
#endif
