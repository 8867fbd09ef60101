/* Runs of the engine as tests choose them, and what they leave. */
#ifndef VRRL_TEST_ENGINE_RUNS_H
#define VRRL_TEST_ENGINE_RUNS_H

#include "base/random.h"
#include "engine/create.h"
#include "engine/machine.h"
#include "engine/result.h"

#include <string.h>

/* A chooser that does not see the lanes: returns a number below `count`, which is at least 2. It is asked for
 * the lane, then for its option. */
typedef uint32_t (*choose_number)(void *context, uint32_t count);

struct numbers {
    choose_number choose;
    void *context;
};

static inline void pick_by_number(void *context, const struct chooser_lane *lanes, uint32_t count,
                                  uint32_t *at, uint32_t *option)
{
    const struct numbers *n = context;
    *at = count > 1 ? n->choose(n->context, count) : 0;
    *option = lanes[*at].options > 1 ? n->choose(n->context, lanes[*at].options) : 0;
}

static inline vrrl_verdict run_by_numbers(struct sched *s, struct sched_state *state,
                                          choose_number choose, void *context)
{
    struct numbers n = {choose, context};
    return sched_run(s, state, pick_by_number, &n);
}

/* Choices that are given; 0 after the last. */
struct given_choices {
    const uint32_t *choices;
    uint32_t count, next;
};

static inline uint32_t choose_given(void *context, uint32_t count)
{
    struct given_choices *given = context;
    uint32_t choice = given->next < given->count ? given->choices[given->next++] : 0;
    return choice < count ? choice : 0;
}

static inline void pick_random(void *context, const struct chooser_lane *lanes, uint32_t count,
                               uint32_t *at, uint32_t *option)
{
    *at = random_below(context, count);
    if (lanes[*at].options > 1)
        *option = random_below(context, lanes[*at].options);
}

static inline vrrl_verdict run_random(struct sched *s, struct sched_state *state, uint64_t seed)
{
    return sched_run(s, state, pick_random, &seed);
}

/* The arena at the end of a run, of so many words. */
static inline void end_arena(const struct sched *s, const struct sched_state *state,
                             uint32_t total_words, uint32_t *arena)
{
    uint32_t count;
    const uint32_t *words = sched_words(state, s, &count);
    memcpy(arena, sched_start(s), total_words * sizeof *arena);
    for (uint32_t i = 0; i < count; i++)
        arena[words[i]] = sched_value(state, i);
}

#endif
