#include "schedule/strategy_state.h"

#include <stdlib.h>
#include <string.h>

/* ---- The table ------------------------------------------------------------------------------- */

/* What draws no schedules of its own has a name alone. */
static const struct strategy_row mix = {.name = "mix"}, exhaustive = {.name = "exhaustive"};

static const struct strategy_row *const strategies[] = {
    [VRRL_STRATEGY_MIX] = &mix,
    [VRRL_STRATEGY_RANDOM] = &strategy_random,
    [VRRL_STRATEGY_PCT] = &strategy_pct,
    [VRRL_STRATEGY_STARVE] = &strategy_starve,
    [VRRL_STRATEGY_PREEMPT] = &strategy_preempt,
    [VRRL_STRATEGY_EXHAUSTIVE] = &exhaustive,
};

_Static_assert(sizeof strategies / sizeof *strategies == VRRL_STRATEGIES,
               "each strategy has a row");

bool strategy_has_depth(vrrl_strategy kind)
{
    return strategies[kind]->has_depth;
}

bool strategy_draws(vrrl_strategy kind)
{
    return strategies[kind]->choose != NULL;
}

const char *vrrl_strategy_name(vrrl_strategy kind)
{
    return (uint32_t)kind < VRRL_STRATEGIES ? strategies[kind]->name : "?";
}

bool vrrl_strategy_named(const char *text, size_t size, vrrl_strategy *kind)
{
    for (uint32_t i = 0; i < VRRL_STRATEGIES; i++)
        if (strlen(strategies[i]->name) == size && memcmp(strategies[i]->name, text, size) == 0) {
            *kind = (vrrl_strategy)i;
            return true;
        }
    return false;
}

/* ---- What several of them do ------------------------------------------------------------------ */

bool strategy_is_point(const struct strategy *s)
{
    for (uint32_t i = 0; i < s->point_count; i++) {
        if (s->points[i] == s->number)
            return true;
    }
    return false;
}

uint32_t strategy_any(struct strategy *s, uint32_t count)
{
    return count > 1 ? random_below(&s->random, count) : 0;
}

uint32_t strategy_any_but(struct strategy *s, uint32_t count, uint32_t index)
{
    uint32_t at = strategy_any(s, count - 1);
    return at + (at >= index);
}

/* ---- Runs ------------------------------------------------------------------------------------ */

static void strategy_begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    struct strategy *s = context;
    (void)epoch;
    s->current = s->current_slot = VRRL_NO_INDEX;
    if (s->row->begin)
        s->row->begin(s, slots, lanes);
}

static void strategy_choose(void *context, const struct chooser_lane *lanes, uint32_t count,
                            uint32_t *at, uint32_t *option)
{
    struct strategy *s = context;
    s->number++;
    (s->exhausted ? &strategy_random : s->row)->choose(s, lanes, count, at, option);
}

static uint64_t below(struct strategy *s, uint64_t bound)
{
    return bound <= UINT32_MAX ? random_below(&s->random, (uint32_t)bound)
                               : random_next(&s->random) % bound;
}

void strategy_start(struct strategy *s, const struct strategy_setup *setup)
{
    s->setup = *setup;
    s->row = strategies[setup->kind];
    s->random = setup->seed;
    s->number = 0;
    s->held = s->current = s->current_slot = VRRL_NO_INDEX;
    s->until = s->from = 0;
    if (s->row->start)
        s->row->start(s);
    s->point_count = s->row->points ? s->row->points(setup) : 0;
    for (uint32_t i = 0; i < s->point_count; i++)
        s->points[i] = 1 + below(s, setup->choices);
}

struct strategy *strategy_create(void)
{
    return calloc(1, sizeof(struct strategy));
}

void strategy_destroy(struct strategy *s)
{
    if (!s)
        return;
    free(s->slot_priority);
    free(s->lane_priority);
    free(s->claims);
    free(s->after);
    free(s->ranked);
    free(s);
}

struct chooser strategy_chooser(struct strategy *s)
{
    return (struct chooser){.context = s, .begin = strategy_begin, .choose = strategy_choose};
}

uint64_t strategy_choices(const struct strategy *s)
{
    return s->number;
}

bool strategy_exhausted(const struct strategy *s)
{
    return s->exhausted;
}
