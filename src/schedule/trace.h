/*
 * Traces: every step of a run, as the decision and the event that it was; and choosers that make such a
 * run again with one step moved.
 *
 * Steps are told apart by their lane: the next one that a lane takes is the same step in two runs as
 * long as the lane has seen the same. A run target whose runs are traced asks always.
 */
#ifndef VRRL_SCHEDULE_TRACE_H
#define VRRL_SCHEDULE_TRACE_H

#include "event/decision.h"
#include "schedule/run_target.h"

typedef struct trace_entry {
    decision decision; /* with the lane that went */
    bool forced; /* there was but one way to go on, and so no choice: the number is of the next */
    event event; /* as it was about to be; of a drain the slot is that of who stored */
} trace_entry;

typedef struct trace {
    trace_entry *list;
    uint32_t count, room;
    bool exhausted; /* memory lacked: it is not all there */
} trace;

void trace_free(trace *t);
/* What a replayer needs for the same run on a run target that does not ask always. */
vrrl_code trace_decisions(const trace *t, decisions *to, vrrl_error *err);
/* Steps that two traces begin with. */
uint32_t trace_common(const trace *a, const trace *b);

/* A chooser that does as another does, and keeps all that was done. */
typedef struct tracer {
    const chooser *by; /* NULL: the default of schedule strings */
    const run_target *of;
    bool tells_forced; /* `by` is asked about forced steps, too */
    trace *into;       /* emptied by tracer_chooser */
    uint32_t epoch, current, lanes, choices;
} tracer;

chooser tracer_chooser(tracer *t);

/* A chooser, for a tracer that tells of forced steps: the first `prefix` steps of a trace; then `then`,
 * or, where that is NULL, the other steps of the trace in their order, as far as lanes can take them,
 * but for the one at `prefix`: it comes after `behind` others (0: at once, but by `option`). */
typedef struct mover {
    const trace *of;
    const run_target *target;
    uint32_t prefix;
    const chooser *then;
    uint32_t behind, option;
    bool newest; /* steps behind `prefix` take their first option: of loads, what is newest */
    bool *used;  /* by step of the trace: room for them all */
    uint32_t next, passed, current, epoch;
} mover;

chooser mover_chooser(mover *m);

#endif
