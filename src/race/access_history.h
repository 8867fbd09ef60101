/*
 * Which slots' accesses race in a run: a history of each word's accesses, held against the clocks of who
 * comes later. What a race is: docs/checking.md.
 *
 * Two accesses are ordered, too, by coherence: the later slot had read the word, before, from a store of
 * the other's thread that is its access or comes after it, or from what follows that store in the word's
 * order. What makes no difference is excused, and counted: two stores of the same value, a store that
 * leaves what a reader would have found, and a load that its thread makes good by looking, later, at a word
 * that the writer had written before (a seqlock's number). Only at the end of a run is it known whether a
 * load is made good.
 */
#ifndef VRRL_RACE_ACCESS_HISTORY_H
#define VRRL_RACE_ACCESS_HISTORY_H

#include "base/error.h"
#include "race/clocks.h"
#include "race/rules.h"

struct access_history;

struct unordered_pair {
    struct race_side first, second; /* as they came, */
    uint32_t at[2];                 /* and at which steps */
    uint32_t word;
    bool acquired; /* the second had acquired something of the first's thread, but not this */
};

/* NULL where memory lacks. `bytes`: the limit of all it keeps. */
struct access_history *access_history_create(size_t bytes);
void access_history_free(struct access_history *m);
/* Beyond its limits (bytes; comparisons) it does nothing any more: what was found is some of it. */
bool access_history_exhausted(const struct access_history *m);

/* An access to data. The event's thread is what program order orders, as the clocks have it; `at` rises with
 * the steps of the run. */
void access_history_access(struct access_history *m, struct clocks *c, const struct event *e);
/* The thread writes a word that slots are ordered by; or looks at it, to go on by what it holds. */
void access_history_sync_write(struct access_history *m, const struct event *e);
void access_history_look(struct access_history *m, const struct event *e);

/* Pairs of slots that would race, but that it makes no difference. */
struct access_history_excused {
    uint32_t equal_stores, silent_stores, validated_reads;
};

/* Of those that access_history_found has left out. */
struct access_history_excused access_history_excused_of(const struct access_history *m);
/* The unordered pairs of slots, one of each, in the order in which they were found; those that
 * are made good are left out. *list is the history's own; returns how many. */
uint32_t access_history_found(struct access_history *m, const struct unordered_pair **list);

#endif
