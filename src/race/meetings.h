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
#ifndef VRRL_RACE_MEETINGS_H
#define VRRL_RACE_MEETINGS_H

#include "base/error.h"
#include "race/clocks.h"
#include "vrrl/graph.h"

typedef struct meetings meetings;

typedef struct meeting_access {
    uint32_t slot, thread;
    uint32_t at; /* a number that rises with the steps of the run */
    vrrl_access_kind kind;
    bool declared;  /* of a task: race/rules.h */
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

/* Pairs of slots that would race, but that it makes no difference. */
typedef struct meetings_excused {
    uint32_t equal_stores, silent_stores, validated_reads;
} meetings_excused;

/* Of those that meetings_found has left out. */
meetings_excused meetings_excused_of(const meetings *m);
/* The unordered pairs of slots, one meeting of each, in the order in which they were found; those that
 * are made good are left out. *list is the meetings' own; returns how many. */
uint32_t meetings_found(meetings *m, const meeting **list);

#endif
