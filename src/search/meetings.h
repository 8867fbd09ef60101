/*
 * Which slots' accesses meet in a run, unordered: a history of each word's accesses, held against the
 * clocks of who comes later.
 *
 * A load that a slot, or one behind it on its thread, makes good by looking at a word that the writer
 * changed before (a seqlock's number, the head of a stack) may be thrown away: a meeting with it is no
 * race. Only at the end of a run is it known whether it is. Nor is a race what makes no difference: two
 * stores of the same value, or a write that leaves what was there.
 */
#ifndef VRRL_SEARCH_MEETINGS_H
#define VRRL_SEARCH_MEETINGS_H

#include "base/error.h"
#include "search/clocks.h"
#include "vrrl/graph.h"

typedef struct meetings meetings;

typedef struct meeting_access {
    uint32_t slot, thread;
    uint32_t at; /* a number that rises with the steps of the run */
    vrrl_access_kind kind;
    bool silent;    /* a write, and it leaves what was there */
    uint32_t value; /* that a store leaves */
} meeting_access;

typedef struct meeting {
    meeting_access first, second; /* as they came */
    uint32_t word;
    bool acquired; /* the second had acquired something of the first's thread, but not this */
} meeting;

/* NULL where memory lacks. `bytes`: the limit of all it keeps. */
meetings *meetings_create(size_t bytes);
void meetings_free(meetings *m);
/* Beyond its limits (bytes; comparisons) it does nothing any more: what was found is some of it. */
bool meetings_exhausted(const meetings *m);

/* An access to data. */
void meetings_access(meetings *m, clocks *c, uint32_t word, const meeting_access *access);
/* The thread writes a word that slots are ordered by; or looks at it, to go on by what it holds. */
void meetings_sync_write(meetings *m, uint32_t thread, uint32_t word, uint32_t at);
void meetings_look(meetings *m, uint32_t thread, uint32_t word, uint32_t at);

/* The unordered pairs of slots, one meeting of each, in the order in which they were found; those that
 * are made good are left out. *list is the meetings' own; returns how many. */
uint32_t meetings_found(meetings *m, const meeting **list);

#endif
