/*
 * Schedules as data: what a schedule string stands for, and its run.
 *
 * A schedule is what a run target is made with, and its decisions (event/decision.h), of which those that
 * deviate are kept; or it is drawn: kept not by its decisions, but by the strategy that makes them.
 */
#ifndef VRRL_SCHEDULE_SCHEDULE_H
#define VRRL_SCHEDULE_SCHEDULE_H

#include "vrrl/analysis/schedule.h"

#include "schedule/strategy.h"

/* Rises whenever the same string would stand for another run: with the steps of an engine, the order
 * of lanes or options, the rule above, or what a strategy does with a seed. What changes for programs of
 * one kind alone raises their version alone. */
enum { SCHEDULE_VERSION_MAX = 2, SCHEDULE_DIGEST_BYTES = 6 };

struct schedule {
    struct run_target_options target;
    uint32_t version;                       /* of the program's runs */
    uint8_t program[SCHEDULE_DIGEST_BYTES]; /* how the program's digest begins */
    struct decisions deviations;
    bool drawn;
    struct strategy_setup strategy; /* drawn: kind, seed, depth, bound, choices */
};

#endif
