/*
 * Makes a run that was traced once more, with one of its steps moved.
 *
 * Steps are told apart by their lane: the next step that a lane takes is the same one in two runs as long as the
 * lane has seen the same in both.
 */
#ifndef VRRL_EXPLAIN_MOVER_H
#define VRRL_EXPLAIN_MOVER_H

#include "schedule/trace.h"

/* A chooser, for a tracer that tells of forced steps: the first `prefix` steps of a trace; then `then`,
 * or, where that is NULL, the other steps of the trace in their order, as far as lanes can take them,
 * but for the one at `prefix`: it comes after `behind` others (0: at once, but by `option`). */
struct mover {
    const struct trace *of;
    const struct run_target *target;
    uint32_t prefix;
    const struct chooser *then;
    uint32_t behind, option;
    bool newest; /* steps behind `prefix` take their first option: of loads, what is newest */
    bool *used;  /* by step of the trace: room for them all */
    uint32_t next, passed, current, epoch;
};

struct chooser mover_chooser(struct mover *m);

#endif
