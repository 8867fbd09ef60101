/*
 * Traces: every step of a run, and what it did; and choosers that make such a run again with one step
 * moved.
 *
 * Steps are told apart by their lane: the next one that a lane takes is the same step in two runs as
 * long as the lane has seen the same. A run target whose runs are traced asks always.
 */
#ifndef VRRL_SCHEDULE_TRACE_H
#define VRRL_SCHEDULE_TRACE_H

#include "event/decision.h"
#include "schedule/run_target.h"

typedef struct trace_step {
    uint32_t epoch, lane, option;
    bool forced;     /* there was but one way to go on */
    uint32_t slot;   /* position of whose step it is; of a drain, who stored. VRRL_NO_INDEX: none */
    sched_next does; /* as it was about to */
} trace_step;

typedef struct trace {
    trace_step *list;
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
    uint32_t epoch, current, lanes;
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
