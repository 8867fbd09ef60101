/*
 * Traces: every step of a run, as the event that it was, and what was chosen at its choices.
 *
 * Steps are told apart by their lane: the next one that a lane takes is the same step in two runs as
 * long as the lane has seen the same. A run target whose runs are traced asks always.
 */
#ifndef VRRL_SCHEDULE_TRACE_H
#define VRRL_SCHEDULE_TRACE_H

#include "event/decision.h"
#include "schedule/run_target.h"

typedef struct trace_entry {
    event event; /* as it was about to be, by its lane's thread; of a drain the slot is that of who
                    stored */
    uint32_t option;
    bool forced; /* there was but one way to go on, and so no choice */
} trace_entry;

typedef struct trace {
    trace_entry *list;
    uint32_t count, room;
    decisions decisions; /* one for each step that was not forced, with the lane that went */
    bool exhausted;      /* memory lacked: it is not all there */
} trace;

void trace_free(trace *t);
/* A copy of t->decisions, which make the same run on a run target that does not ask always. */
vrrl_code trace_decisions(const trace *t, decisions *to, vrrl_error *err);
/* Steps that two traces begin with. */
uint32_t trace_common(const trace *a, const trace *b);

/* A chooser that does as another does, and keeps all that was done. */
typedef struct tracer {
    const chooser *by; /* NULL: the default of schedule strings */
    const run_target *of;
    bool tells_forced; /* `by` is asked about forced steps, too */
    trace *into;       /* emptied by tracer_chooser */
    decision_recorder recorder;
    chooser recorded; /* as `by`, with the recorder between: for the steps that are not forced */
} tracer;

/* For one run, in which `t` must stay where it is. */
chooser tracer_chooser(tracer *t);

#endif
