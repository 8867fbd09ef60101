/*
 * Strategies: choosers that pick schedules by a rule and a seed. The same setup gives the same
 * choices of the same program.
 *
 *   random   Uniform: a lane among those that can go, then one of its options.
 *   pct      Probabilistic concurrency testing: S. Burckhardt, P. Kothari, M. Musuvathi,
 *            S. Nagarakatte, "A randomized scheduler with probabilistic guarantees of finding bugs",
 *            ASPLOS 2010. Of n threads with k steps together, a bug of depth d (which d orderings
 *            of steps are enough for) shows with a probability of at least 1 / (n k^(d-1)).
 *            Here a thread is a slot, whichever lane runs it, and a step is a choice: what happens
 *            without one needs no luck. A worker that is not free is a lock that is held.
 *   starve   Random, but one lane after another is held back for a while, which is drawn on a log
 *            scale up to the length of a run, unless no other can go; or one is, all the time.
 *   preempt  Few preemptions, as iterative context bounding (M. Musuvathi, S. Qadeer, PLDI 2007)
 *            but at random: a lane goes on until its slot ends or must wait, but for `bound` points
 *            of the run where another takes over.
 *
 * What a load returns, and which slot a lane claims, is uniform but under pct, where slots are
 * claimed by their priority.
 */
#ifndef VRRL_SCHEDULE_STRATEGY_H
#define VRRL_SCHEDULE_STRATEGY_H

#include "schedule/run_target.h"

enum { STRATEGY_DEPTH_MAX = 64, STRATEGY_BOUND_MAX = 63 };

struct strategy_setup {
    vrrl_strategy kind; /* neither MIX nor EXHAUSTIVE */
    uint64_t seed;
    uint32_t depth;               /* pct: 1 … STRATEGY_DEPTH_MAX */
    uint32_t bound;               /* preempt: exactly so many points; 0 … STRATEGY_BOUND_MAX */
    uint64_t choices;             /* pct, starve, preempt: of a run, as measured; at least 1 */
    struct chooser_claims claims; /* pct; zeroed: no lane ever claims */
    /* starve: not one lane after another is held back, but this one, all the time. */
    bool holds_one;
    uint32_t held;
};

struct strategy;

/* Of a strategy that draws schedules: whether its depth matters, and must be at least 1. */
bool strategy_has_depth(vrrl_strategy kind);
/* Whether it draws schedules: neither MIX nor EXHAUSTIVE does. */
bool strategy_draws(vrrl_strategy kind);

/* NULL: memory lacks. */
struct strategy *strategy_create(void);
void strategy_destroy(struct strategy *s);
/* Before each run. */
void strategy_start(struct strategy *s, const struct strategy_setup *setup);
/* Valid until strategy_destroy, for every run. */
struct chooser strategy_chooser(struct strategy *s);
/* Choices of the run so far. */
uint64_t strategy_choices(const struct strategy *s);
/* Memory lacked, and the run was not what it should have been. */
bool strategy_exhausted(const struct strategy *s);

/* ---- For the file of a strategy, while it is asked to choose ---------------------------------- */

/* Whether the choice that is asked for is one of the points. */
bool strategy_is_point(const struct strategy *s);
/* Draws a number below `count`; for one, nothing is drawn. */
uint32_t strategy_any(struct strategy *s, uint32_t count);
/* Draws a number below `count`, which is at least two, but not `index`. */
uint32_t strategy_any_but(struct strategy *s, uint32_t count, uint32_t index);

#endif
