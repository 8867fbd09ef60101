/*
 * The account of a campaign, schedule after schedule in the order of their numbers, into the result
 * that its caller sees.
 */
#ifndef VRRL_EXPLORE_AGGREGATE_H
#define VRRL_EXPLORE_AGGREGATE_H

#include "base/hash_table.h"
#include "explore/campaign.h"
#include "explore/runner.h"
#include "schedule/strategy.h"

/* Where the first failure of a defect is from. */
struct aggregate_origin {
    uint64_t
        index;  /* its number in the campaign, where it is one of the schedules that were drawn */
    bool drawn; /* else its schedule string is known already */
};

struct aggregate {
    const struct campaign *plan;
    vrrl_explore_result *result;
    struct aggregate_origin *origins; /* by defect */
    uint32_t origin_room, defect_room;
    struct outcome_set outcomes;
    struct aggregate_origin *outcome_origins; /* by number, as the result's */
    uint32_t outcome_room, outcome_origin_room;
    struct hash_table hashes;                     /* of distinct schedules */
    uint8_t *orders;                              /* of conflicting slots: seen */
    uint64_t (*pct_runs)[STRATEGY_DEPTH_MAX + 1]; /* by cell and depth */
    uint64_t began_ns, shown_ns;
};

vrrl_code aggregate_init(struct aggregate *t, const struct campaign *plan, uint32_t pairs,
                         vrrl_explore_result *result, vrrl_error *err);
/* Frees what is its own; the result stays. */
void aggregate_free(struct aggregate *t);

/* A schedule that was drawn, and whether it failed. */
vrrl_code aggregate_schedule(struct aggregate *t, uint64_t index,
                             const struct runner_report *report, vrrl_error *err);
void aggregate_order(struct aggregate *t, uint32_t order);
/* An exhaustive search of a cell: distinct ends, and whether it got through. */
void aggregate_searched(struct aggregate *t, uint32_t cell, uint64_t ends, uint64_t states,
                        uint64_t pruned, bool complete);
/* `failures` of one defect in a cell, of which the first is `outcome`: schedule `index` of the
 * campaign, or one that an exhaustive search found. Takes over `text`, its schedule string; NULL
 * where there is none yet. */
vrrl_code aggregate_failure(struct aggregate *t, const struct schedule_spec *spec,
                            const vrrl_run_outcome *outcome, uint64_t failures, uint64_t index,
                            char *text, vrrl_error *err);
/* `count` runs of a cell that end with these values; `drawn` and `text` as in aggregate_failure, but that
 * `drawn` is NULL where the schedule was not drawn. */
vrrl_code aggregate_outcome(struct aggregate *t, uint32_t cell, const struct outcome_key *key,
                            uint64_t count, const uint64_t *drawn, char *text, vrrl_error *err);
/* Shows progress if the last time is long enough ago; or at once. */
void aggregate_show(struct aggregate *t, bool at_once);

#endif
