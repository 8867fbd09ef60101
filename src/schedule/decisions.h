/*
 * Decisions: what a chooser chose, by slot, so that it can be tried again on a program that has lost
 * some of its slots.
 */
#ifndef VRRL_SCHEDULE_DECISIONS_H
#define VRRL_SCHEDULE_DECISIONS_H

#include "schedule/run_target.h"

typedef struct decision {
    uint32_t epoch, lane;
    uint32_t at;     /* index among the lanes that could go, */
    uint32_t option; /* and the outcome; or what was claimed */
    uint32_t slot;   /* position that went, or was claimed; VRRL_NO_INDEX: it claimed by itself */
    bool is_default; /* `at` is what the default of schedule strings would have been */
} decision;

typedef struct decisions {
    decision *list;
    uint32_t count, room;
    bool exhausted; /* memory lacked: it is not all there */
} decisions;

void decisions_free(decisions *p);
vrrl_code decisions_copy(const decisions *from, decisions *to, vrrl_error *err);

/* A chooser that does as another does, and keeps what it did. */
typedef struct recorder {
    const chooser *by;    /* NULL: the default of schedule strings */
    const run_target *of; /* asked which slots a lane would claim */
    decisions *into;      /* emptied by recorder_chooser */
    uint32_t epoch, current, lanes;
} recorder;

chooser recorder_chooser(recorder *r);

/* A chooser that does the same again: all of it, or those decisions that are kept and else the default. */
typedef struct replayer {
    const decisions *of;
    const bool *keep; /* NULL: all */
    uint32_t epoch, next, current, lanes;
} replayer;

chooser replayer_chooser(replayer *r);

/* The default of schedule strings, of `all` lanes: the one that went last, `current`, goes on; where it
 * cannot, the next by number, round and round. Returns an index into `lanes`. */
uint32_t decisions_default(uint32_t current, uint32_t all, const chooser_lane *lanes,
                           uint32_t count);

/* Whether the default would have been another. */
bool decision_deviates(const decision *p);

#endif
