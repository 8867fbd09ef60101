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

struct trace_entry {
    struct event
        event; /* as it was about to be, by its lane's thread; of a drain the slot is that of who
                    stored */
    uint32_t option;
    bool forced; /* there was but one way to go on, and so no choice */
};

struct trace {
    struct trace_entry *list;
    uint32_t count, room;
    struct decisions decisions; /* one for each step that was not forced, with the lane that went */
    bool exhausted;             /* memory lacked: it is not all there */
};

void trace_free(struct trace *t);
/* A copy of t->decisions, which make the same run on a run target that does not ask always. */
vrrl_code trace_decisions(const struct trace *t, struct decisions *to, vrrl_error *err);
/* Steps that two traces begin with. */
uint32_t trace_common(const struct trace *a, const struct trace *b);

/* A chooser that does as another does, and keeps all that was done. */
struct tracer {
    const struct chooser *by; /* NULL: the default of schedule strings */
    const struct run_target *of;
    bool tells_forced;  /* `by` is asked about forced steps, too */
    struct trace *into; /* emptied by tracer_chooser */
    struct decision_recorder recorder;
    struct chooser
        recorded; /* as `by`, with the recorder between: for the steps that are not forced */
};

/* For one run, in which `t` must stay where it is. */
struct chooser tracer_chooser(struct tracer *t);

#endif
