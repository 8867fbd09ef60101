/* The parts of the check, as they call each other. Private to the check. */
#ifndef VRRL_CHECK_CHECK_H
#define VRRL_CHECK_CHECK_H

#include "check/closure.h"
#include "check/edit.h"
#include "check/races.h"
#include "check/system.h"
#include "vrrl/analysis/check.h"

/* Whether what two unordered tasks do to a word makes a difference; NULL: it does, as declared. */
enum pair_value {
    PAIR_DIFFERS,
    PAIR_AT_WAIT, /* it does, but they meet where a slot waits: who comes later may have read the other's */
    PAIR_UNKNOWN,
    PAIR_SAME,
    PAIR_RACES,  /* whatever orders them here: an execution shows it */
    PAIR_ORDERED /* none does */
};
struct pair_values {
    enum pair_value (*of)(void *context, uint32_t a, uint32_t b);
    /* Whether it is what they do there that makes it; of words as far as buffers know theirs. */
    bool (*there)(const void *context, const vrrl_graph *graph, const vrrl_check_pair *pair);
    void *context;
};

/* One check of one graph under one assignment: the verdict, and what explanations start from. */
struct outcome {
    const vrrl_graph *graph;
    const vrrl_assignment *assignment;
    struct system *system; /* all that holds tasks back */
    struct system *memory; /* and what of it is happens-before: may be the same */
    struct closure closure;
    struct races races;
    uint64_t unsure;      /* of those pairs: they may be ordered, or excused, after all */
    uint64_t excused;     /* pairs that are not among them; */
    uint64_t ordered;     /* nor are these, which no execution shows */
    uint64_t order_pairs; /* that do not race, and whose order may show */
    vrrl_check_pair first_order;
    const struct pair_values *values;
    uint64_t until_ns; /* of the steady clock; 0: no limit */
    uint32_t stuck_count, hole_count;
    vrrl_check_overshoots overshoots;
    vrrl_check_faults faults;
};

/* `keep`: the pairs, too, and how certain each is. VRRL_TOO_LARGE where it goes on past `until_ns`. */
vrrl_code outcome_create(const vrrl_graph *graph, const vrrl_assignment *assignment, bool keep,
                         const struct pair_values *values, uint64_t until_ns,
                         struct outcome *outcome, vrrl_error *err);
/* Turns what is not seen of an epoch into what is known of it. Waits that are left out hold nothing back,
 * and all signals come: what is stuck all the same is stuck for certain, and what is ordered all the same is
 * ordered, but for what `may_miss` tells of. */
void check_judge(vrrl_check_result *result, bool may_excuse, bool may_miss);
/* Forgets what is stuck and why, with the repairs of the roots. */
void check_drop_roots(vrrl_check_result *result);
/* As vrrl_check. */
vrrl_code check_with(const vrrl_graph *graph, const vrrl_check_options *options,
                     const struct pair_values *values, vrrl_check_result **result, vrrl_error *err);
void outcome_free(struct outcome *outcome);
vrrl_check_verdict outcome_verdict(const struct outcome *outcome);

/* Applies the repairs, checks again, and writes what came of it. */
vrrl_code try_repair(const struct outcome *outcome, const struct edits *edits,
                     vrrl_check_repair *repair, vrrl_error *err);
/* Two tasks of an epoch that may race, as it was judged; NULL: they do not. */
const vrrl_check_pair *check_kept_pair(const vrrl_check_result *result, uint32_t a, uint32_t b);
/* Whether a pair is known to race: proven, or shown by a run. */
bool check_is_certain(const vrrl_check_result *result, const vrrl_check_race *race);
/* Whether less is wrong than was: fewer tasks stuck, or no more of them and fewer pairs. */
bool repair_holds(const vrrl_check_repair *repair, uint64_t pairs, uint32_t stuck);

/* "task 5103". */
#define TASK_ID(graph, t) ((graph)->tasks[t].id)

enum { COUNTER_NAME_MAX = 200 };

#endif
