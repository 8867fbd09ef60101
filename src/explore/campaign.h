/*
 * A campaign: the cells that its schedules are divided among, and what each schedule is, by its
 * number. Nothing else decides what a schedule does.
 */
#ifndef VRRL_EXPLORE_CAMPAIGN_H
#define VRRL_EXPLORE_CAMPAIGN_H

#include "schedule/limit.h"
#include "schedule/run_target.h"

enum {
    CAMPAIGN_WORKERS_MAX = 64,
    CAMPAIGN_CELLS_MAX = 3 * CAMPAIGN_WORKERS_MAX,
};

/* A way to set up the machine: workers and a model. */
struct campaign_cell {
    struct run_target_options target;
    uint32_t cap_count; /* the first so many of the campaign's caps make a difference here */
};

struct campaign {
    const vrrl_program *program;
    vrrl_explore_options options; /* with defaults filled in */
    struct campaign_cell cells[CAMPAIGN_CELLS_MAX];
    uint32_t cell_count;
    uint32_t caps[VRRL_CAPS_MAX]; /* on slots in flight; ascending */
    uint32_t cap_count;
    /* Those that schedules are dealt out to: all, or what an exhaustive search has left. */
    uint32_t active[CAMPAIGN_CELLS_MAX];
    uint32_t active_count;
    vrrl_strategy kinds[6]; /* in turn */
    uint32_t kind_count, starve_count;
    uint32_t
        held_count; /* a slot a step: starve begins with a run for each slot, which goes last */
    struct search_limit limit;
    step_mutation mutation;
    bool whole; /* exhaustive search of whole slots, by steps of operations of one slot at a time */
};

/* What one schedule is. */
struct schedule_spec {
    uint32_t cell;
    vrrl_strategy strategy;
    uint32_t depth;   /* pct: as asked for; among others in turn, from 1 to that */
    uint32_t bound;   /* preempt: from 0 to what is asked for, in turn */
    vrrl_setup setup; /* its cell's, but for the seed that draws it, */
    bool capped;      /* and the cap, in turn; where the cell itself has one, it has no other */
    uint32_t held;    /* starve: the slot that goes last; VRRL_NO_INDEX: none does */
};

/* Fills *c; VRRL_INVALID for options that make no sense for the program. */
vrrl_code campaign_plan(const vrrl_program *program, const vrrl_explore_options *options,
                        struct campaign *c, vrrl_error *err);
struct schedule_spec campaign_spec_of(const struct campaign *c, uint64_t index);

#endif
