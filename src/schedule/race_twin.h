/*
 * The race twin of a run: an engine under `view`, with the race monitor on, that takes each epoch of the run once
 * more, step by step. Whatever machine the run is of, the monitor is told of its steps in their order.
 *
 * In the twin each slot of a pool has a lane of its own, and there are no store buffers: which step of the twin a
 * step of the run is, is for who follows to tell.
 */
#ifndef VRRL_SCHEDULE_RACE_TWIN_H
#define VRRL_SCHEDULE_RACE_TWIN_H

#include "engine/monitored.h"
#include "event/decision.h"
#include "schedule/run_target.h"

struct race_twin {
    struct chooser by; /* of the run, which asks always; asked only where there is a choice */
    const struct run_target *of;
    uint32_t only_epoch;   /* VRRL_NO_INDEX: all of them */
    bool reads_conditions; /* what a slot decides by is a load like any other */
    sched_raced raced;     /* for each pair that meets in the twin, */
    void *context;         /* with this */
    /* Takes the steps of the twin that are one step of the run. False: it has none, and the twin is given up for
     * this epoch. */
    bool (*follow)(struct race_twin *t, const struct chooser_lane *lane, uint32_t option);

    uint32_t epoch;
    struct sched *engine; /* NULL: there is no twin of this epoch, or not any more */
    struct sched_state *state;
    uint32_t option; /* of the twin's last step; 0 where the epoch is over */
    bool too_large;  /* some epoch was, and had no twin */
    vrrl_code code;  /* not VRRL_OK: it failed */
    vrrl_error *err;
};

/* For one run, in which `t` must stay where it is. */
struct chooser race_twin_chooser(struct race_twin *t);
void race_twin_free(struct race_twin *t);

/* For who follows: the lane of the twin that can go, NULL: it cannot; and its step. */
const struct chooser_lane *race_twin_lane(const struct race_twin *t, uint32_t number);
void race_twin_step(struct race_twin *t, uint32_t number, uint32_t option);

#endif
