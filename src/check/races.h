/* Conflicting unordered pairs of tasks. Private to the check. */
#ifndef VRRL_CHECK_RACES_H
#define VRRL_CHECK_RACES_H

#include "check/closure.h"
#include "check/system.h"
#include "race/rules.h"
#include "vrrl/analysis/check.h"

/* So many pairs are kept for grouping and repair, more of them where a repair is one of instructions, which mends
 * many; others are only counted. */
enum { RACE_PAIRS_MAX = 1 << 16, RACE_PART_PAIRS_MAX = 1 << 19 };

struct races {
    uint64_t pairs;
    uint64_t
        instruction_pairs; /* distinct ones, where tasks are parts of instructions; 0: too many to tell */
    vrrl_check_pair first; /* where pairs > 0 */
    vrrl_check_pair *kept; /* tasks ascending */
    uint32_t kept_count, kept_room;
};

/* Whether two accesses of one word are a pair: access_conflicts, or access_order_shows. */
typedef bool access_rule(vrrl_access_kind a, vrrl_access_kind b);

/* Of what `closure` ran. With `keep` false only `pairs` and `first` are filled. */
vrrl_code races_find(const struct system *system, const struct closure *closure, access_rule *rule,
                     bool keep, struct races *races, vrrl_error *err);
void races_free(struct races *races);

/* Whether what two tasks do where a pair names them counts. */
struct meeting_filter {
    bool (*of)(const void *context, const vrrl_graph *graph, const vrrl_check_pair *pair);
    const void *context;
};

/* What two tasks conflict on, of what counts (NULL: all does); `buffer` is NONE where nothing does. */
vrrl_check_pair races_describe(const vrrl_graph *graph, access_rule *rule, uint32_t x, uint32_t y,
                               const struct meeting_filter *counts);

bool range_overlaps(const vrrl_graph_range *a, const vrrl_graph_range *b);

#endif
