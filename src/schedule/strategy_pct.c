/* PCT: the slot of the highest priority goes, and at d - 1 points the one that would go falls behind. */
#include "schedule/strategy_state.h"

#include <stdlib.h>

struct ranked {
    uint64_t priority;
    uint32_t slot;
};

/* So many claims are sooner listed than found by priority. */
enum { LISTED_MOST = 64 };

/* Above all priorities that a change gives. */
#define INITIAL (1ull << 63)

static bool make_room(struct strategy *s, uint32_t slots, uint32_t lanes)
{
    if (slots > s->slot_room) {
        free(s->slot_priority);
        free(s->claims);
        free(s->after);
        free(s->ranked);
        s->slot_priority = calloc(slots, sizeof *s->slot_priority);
        s->claims = calloc(slots, sizeof *s->claims);
        s->after = calloc(slots, sizeof *s->after);
        s->ranked = calloc(slots, sizeof *s->ranked);
        bool made = s->slot_priority && s->claims && s->after && s->ranked;
        s->slot_room = made ? slots : 0;
    }
    if (lanes > s->lane_room) {
        free(s->lane_priority);
        s->lane_priority = calloc(lanes, sizeof *s->lane_priority);
        s->lane_room = s->lane_priority ? lanes : 0;
    }
    return slots <= s->slot_room && lanes <= s->lane_room;
}

/* A permutation at random: 63 bits each are as good as never equal. */
static void pct_begin(struct strategy *s, uint32_t slots, uint32_t lanes)
{
    s->slot_count = slots;
    s->is_sorted = false;
    if (!make_room(s, slots, lanes)) {
        s->exhausted = true;
        return;
    }
    for (uint32_t i = 0; i < slots; i++)
        s->slot_priority[i] = random_next(&s->random) | INITIAL;
    for (uint32_t i = 0; i < lanes; i++)
        s->lane_priority[i] = random_next(&s->random) | INITIAL;
}

/* ---- Slots by priority ------------------------------------------------------------------------ */

static int by_priority(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->priority != y->priority)
        return x->priority < y->priority ? 1 : -1;
    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

static void sort_slots(struct strategy *s)
{
    for (uint32_t i = 0; i < s->slot_count; i++)
        s->ranked[i] = (struct ranked){s->slot_priority[i], i};
    qsort(s->ranked, s->slot_count, sizeof *s->ranked, by_priority);
    uint32_t *link = &s->first;
    for (uint32_t i = 0; i < s->slot_count; i++) {
        *link = s->ranked[i].slot;
        link = &s->after[s->ranked[i].slot];
    }
    *link = VRRL_NO_INDEX;
    s->claimed_count = 0;
    s->is_sorted = true;
}

/* VRRL_NO_INDEX: its options are no claims. */
static uint32_t top_listed(struct strategy *s, uint32_t lane, uint32_t *option)
{
    const struct chooser_claims *claims = &s->setup.claims;
    uint32_t count = claims->list(claims->context, lane, s->claims), top = 0;
    if (count == 0)
        return VRRL_NO_INDEX;
    for (uint32_t i = 1; i < count; i++)
        if (s->slot_priority[s->claims[i]] > s->slot_priority[s->claims[top]])
            top = i;
    *option = top;
    return s->claims[top];
}

/* Of the slots that were never claimed the one of the highest priority. One that cannot be claimed now was
 * claimed before, and comes back only among those that were put back. */
static uint32_t top_untried(struct strategy *s, uint32_t lane)
{
    const struct chooser_claims *claims = &s->setup.claims;
    for (; s->claimed_count < s->slot_count; s->claimed_count++) {
        uint32_t slot = s->ranked[s->claimed_count].slot;
        if (claims->option(claims->context, lane, slot) < CLAIM_NOT_NOW)
            return slot;
    }
    return VRRL_NO_INDEX;
}

/* The same of all that can be claimed. */
static uint32_t top_of_all(struct strategy *s, uint32_t lane)
{
    const struct chooser_claims *claims = &s->setup.claims;
    uint32_t top = top_untried(s, lane), count = claims->again(claims->context, s->claims);
    for (uint32_t i = 0; i < count; i++)
        if (top == VRRL_NO_INDEX || s->slot_priority[s->claims[i]] > s->slot_priority[top])
            top = s->claims[i];
    return top;
}

/* Of the slots that a lane may claim, of which there are some, the one of the highest priority, and the
 * option. Those that have ended leave the list; where the first are many that wait, the others are looked
 * through. */
static uint32_t top_claim(struct strategy *s, uint32_t lane, uint32_t *option)
{
    enum { ASKED_MOST = 64 };
    const struct chooser_claims *claims = &s->setup.claims;
    uint32_t asked = 0;
    if (!s->is_sorted)
        sort_slots(s);
    for (uint32_t *link = &s->first; *link != VRRL_NO_INDEX && asked < ASKED_MOST;) {
        *option = claims->option(claims->context, lane, *link);
        if (*option < CLAIM_NOT_NOW)
            return *link;
        asked += *option == CLAIM_NOT_NOW;
        if (*option == CLAIM_NEVER)
            *link = s->after[*link];
        else
            link = &s->after[*link];
    }
    uint32_t top = top_of_all(s, lane);
    *option = claims->option(claims->context, lane, top);
    return top;
}

/* ---- Who goes --------------------------------------------------------------------------------- */

/* The best so far of what could go. Of `options` of a lane from `option` on, one is drawn. */
struct pick {
    uint64_t *priority;
    uint64_t value; /* of it; 0: there is none */
    uint32_t at, option, options;
    uint32_t ties; /* lanes that could claim the same slot */
};

/* Asked several times at each choice. */
static inline void consider(struct strategy *s, struct pick *best, uint64_t *priority, uint32_t at,
                            uint32_t option, uint32_t options)
{
    uint64_t value = *priority;
    if (value < best->value)
        return;
    uint32_t ties = best->priority == priority ? best->ties + 1 : 1;
    if (ties == 1 || random_below(&s->random, ties) == 0)
        *best = (struct pick){priority, value, at, option, options, ties};
    best->ties = ties;
}

static bool has_many_claims(const struct chooser_lane *lane)
{
    return lane->slot == VRRL_NO_INDEX && lane->options - lane->drains > 1;
}

static void consider_claims(struct strategy *s, struct pick *best, const struct chooser_lane *lane,
                            uint32_t at, uint32_t options)
{
    const struct chooser_claims *claims = &s->setup.claims;
    uint32_t top = VRRL_NO_INDEX, option = 0, count = options;
    if (claims->list && has_many_claims(lane))
        count = claims->list(claims->context, lane->lane, NULL);
    if (claims->list && count <= LISTED_MOST)
        top = top_listed(s, lane->lane, &option);
    else if (claims->list)
        top = top_claim(s, lane->lane, &option);
    if (top != VRRL_NO_INDEX)
        consider(s, best, &s->slot_priority[top], at, option, 1);
    else
        consider(s, best, &s->lane_priority[lane->lane], at, 0, options);
}

/* Lanes that can claim several slots are those of a pool, and can claim the same: one of them is
 * looked at, at random; UINT32_MAX: there are none. */
static uint32_t pool_lane(struct strategy *s, const struct chooser_lane *lanes, uint32_t count)
{
    uint32_t seen = 0, found = UINT32_MAX;
    for (uint32_t i = 0; i < count; i++) {
        if (has_many_claims(&lanes[i]) && random_below(&s->random, ++seen) == 0)
            found = i;
    }
    return found;
}

static struct pick best_of(struct strategy *s, const struct chooser_lane *lanes, uint32_t count,
                           uint32_t pool)
{
    struct pick best = {0};
    for (uint32_t i = 0; i < count; i++) {
        const struct chooser_lane *lane = &lanes[i];
        uint32_t own = lane->options - lane->drains;
        if (lane->drains)
            consider(s, &best, &s->lane_priority[lane->lane], i, own, 1);
        if (own && lane->slot != VRRL_NO_INDEX)
            consider(s, &best, &s->slot_priority[lane->slot], i, 0, own);
        else if (own && (!has_many_claims(lane) || i == pool))
            consider_claims(s, &best, lane, i, own);
    }
    return best;
}

/* The same where every lane is in a slot and has one way to go on, as where a step is a slot: there
 * are thousands of lanes then. False: it is not so. */
static bool best_of_slots(struct strategy *s, const struct chooser_lane *lanes, uint32_t count,
                          struct pick *best)
{
    *best = (struct pick){0};
    for (uint32_t i = 0; i < count; i++) {
        if (lanes[i].slot == VRRL_NO_INDEX || lanes[i].options != 1 || lanes[i].drains)
            return false;
        uint64_t *priority = &s->slot_priority[lanes[i].slot];
        if (!best->priority || *priority > *best->priority)
            *best = (struct pick){.priority = priority, .at = i, .options = 1};
    }
    return true;
}

static void pct_choose(struct strategy *s, const struct chooser_lane *lanes, uint32_t count,
                       uint32_t *at, uint32_t *option)
{
    struct pick best;
    if (!strategy_is_point(s) && best_of_slots(s, lanes, count, &best)) {
        *at = best.at;
        return;
    }
    uint32_t pool = pool_lane(s, lanes, count);
    best = best_of(s, lanes, count, pool);
    for (uint32_t i = 0; i < s->point_count; i++) {
        if (s->points[i] != s->number || !best.priority)
            continue;
        *best.priority = i + 1;
        s->is_sorted = false;
        best = best_of(s, lanes, count, pool);
    }
    *at = best.at;
    *option = best.option + (best.options > 1 ? random_below(&s->random, best.options) : 0);
}

static uint32_t points(const struct strategy_setup *setup)
{
    return setup->depth < STRATEGY_DEPTH_MAX ? setup->depth - 1 : STRATEGY_DEPTH_MAX - 1;
}

const struct strategy_row strategy_pct = {
    .name = "pct", .has_depth = true, .points = points, .begin = pct_begin, .choose = pct_choose};
