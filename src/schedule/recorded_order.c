#include "schedule/recorded_order.h"

#include <stdlib.h>

struct recorded_order {
    const struct slot_outcome *slots;
    struct recorded_moment *claims, *ends; /* each in their order */
    uint32_t *claimable;                   /* what a lane could claim, by option */
    uint32_t count, claim_count, end_count, next_claim, next_end;
};

struct recorded_order *recorded_order_create(uint32_t slots)
{
    struct recorded_order *o = calloc(1, sizeof *o);
    size_t room = slots + (size_t)1;
    if (!o)
        return NULL;
    o->claims = calloc(room, sizeof *o->claims);
    o->ends = calloc(room, sizeof *o->ends);
    o->claimable = calloc(room, sizeof *o->claimable);
    if (o->claims && o->ends && o->claimable)
        return o;
    recorded_order_free(o);
    return NULL;
}

void recorded_order_free(struct recorded_order *o)
{
    if (!o)
        return;
    free(o->claims);
    free(o->ends);
    free(o->claimable);
    free(o);
}

static int by_order(const void *left, const void *right)
{
    const struct recorded_moment *a = left, *b = right;
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    return (a->slot > b->slot) - (a->slot < b->slot);
}

void recorded_order_begin(struct recorded_order *o, const struct slot_outcome *slots,
                          uint32_t count)
{
    o->slots = slots;
    o->count = count;
    o->claim_count = o->end_count = o->next_claim = o->next_end = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (slots[i].claim_order)
            o->claims[o->claim_count++] = (struct recorded_moment){slots[i].claim_order, i};
        if (slots[i].completion_order)
            o->ends[o->end_count++] = (struct recorded_moment){slots[i].completion_order, i};
    }
    if (o->claim_count > 1)
        qsort(o->claims, o->claim_count, sizeof *o->claims, by_order);
    if (o->end_count > 1)
        qsort(o->ends, o->end_count, sizeof *o->ends, by_order);
}

const struct recorded_moment *recorded_order_claims(const struct recorded_order *o, uint32_t *count)
{
    *count = o->claim_count;
    return o->claims;
}

const struct recorded_moment *recorded_order_ends(const struct recorded_order *o, uint32_t *count)
{
    *count = o->end_count;
    return o->ends;
}

/* The lane that claims a slot, the recorded worker's where it can be; false: none can. */
static bool find_claim(struct recorded_order *o, const struct run_target *s,
                       const struct chooser_lane *lanes, uint32_t count, uint32_t slot,
                       uint32_t *at, uint32_t *option)
{
    bool found = false;
    for (uint32_t i = 0; i < count; i++) {
        if (lanes[i].slot != VRRL_NO_INDEX || (found && lanes[i].lane != o->slots[slot].worker))
            continue;
        uint32_t claims = run_target_claims(s, lanes[i].lane, o->claimable);
        for (uint32_t k = 0; k < claims; k++) {
            if (o->claimable[k] != slot)
                continue;
            found = true;
            *at = i;
            *option = k;
        }
    }
    return found;
}

static bool find_runner(const struct chooser_lane *lanes, uint32_t count, uint32_t slot,
                        uint32_t *at)
{
    for (uint32_t i = 0; i < count; i++) {
        if (lanes[i].slot == slot) {
            *at = i;
            return true;
        }
    }
    return false;
}

/* Whoever runs a slot goes on, the first to end first; else the first lane does what it can. */
static void go_on(const struct recorded_order *o, const struct chooser_lane *lanes, uint32_t count,
                  uint32_t *at)
{
    uint64_t first = UINT64_MAX;
    for (uint32_t i = 0; i < count; i++) {
        if (lanes[i].slot == VRRL_NO_INDEX)
            continue;
        uint64_t ends = o->slots[lanes[i].slot].completion_order;
        ends = ends ? ends : UINT64_MAX - 1; /* it never did */
        if (ends < first) {
            first = ends;
            *at = i;
        }
    }
}

/* A lane that must look at SHUTDOWN before it claims. */
static bool find_look(const struct run_target *s, const struct chooser_lane *lanes, uint32_t count,
                      uint32_t *claimable, uint32_t *at)
{
    for (uint32_t i = 0; i < count; i++) {
        if (lanes[i].slot == VRRL_NO_INDEX && !run_target_claims(s, lanes[i].lane, claimable)) {
            *at = i;
            return true;
        }
    }
    return false;
}

static bool claim(struct recorded_order *o, const struct run_target *s,
                  const struct chooser_lane *lanes, uint32_t count, uint32_t slot, uint32_t *at,
                  uint32_t *option)
{
    return find_claim(o, s, lanes, count, slot, at, option) ||
           find_look(s, lanes, count, o->claimable, at);
}

void recorded_order_choose(struct recorded_order *o, const struct run_target *s,
                           const struct chooser_lane *lanes, uint32_t count, uint32_t *at,
                           uint32_t *option)
{
    uint32_t all;
    const struct sched_slot *now = run_target_slots(s, &all);
    while (o->next_end < o->end_count && now[o->ends[o->next_end].slot].ended_at)
        o->next_end++;
    while (o->next_claim < o->claim_count && now[o->claims[o->next_claim].slot].claimed_at)
        o->next_claim++;
    uint32_t ends = o->next_end < o->end_count ? o->ends[o->next_end].slot : VRRL_NO_INDEX;
    uint32_t claims =
        o->next_claim < o->claim_count ? o->claims[o->next_claim].slot : VRRL_NO_INDEX;
    bool claim_first = claims != VRRL_NO_INDEX &&
                       (ends == VRRL_NO_INDEX ||
                        o->slots[claims].claimed_after <= o->slots[ends].completion_order);
    *at = *option = 0;
    if (claim_first && claim(o, s, lanes, count, claims, at, option))
        return;
    if (ends != VRRL_NO_INDEX &&
        (find_runner(lanes, count, ends, at) || claim(o, s, lanes, count, ends, at, option)))
        return;
    go_on(o, lanes, count, at);
}
