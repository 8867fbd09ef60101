/* An engine without a machine: slots of so many steps each, taken by lanes, so that what a chooser
 * chooses can be seen, and all that it could choose can be enumerated. */
#ifndef VRRL_TEST_FAKE_ENGINE_H
#define VRRL_TEST_FAKE_ENGINE_H

#include "schedule/strategy.h"
#include "test.h"

enum { FAKE_SLOTS = 8, FAKE_STEPS = 64 };

typedef struct fake_engine {
    uint32_t slots, steps[FAKE_SLOTS];
    uint32_t lanes;     /* 0: each slot is a lane of its own from the beginning */
    uint32_t waits_for; /* slot 0 may take its last step only when this slot has ended; 0: none */
    /* The run. */
    uint32_t left[FAKE_SLOTS], slot_of[FAKE_SLOTS];
    bool claimed[FAKE_SLOTS];
    uint8_t order[FAKE_STEPS]; /* the slot of each step */
    uint32_t taken;
} fake_engine;

static inline bool fake_blocked(const fake_engine *e, uint32_t slot)
{
    return slot == 0 && e->waits_for && e->left[0] == 1 && e->left[e->waits_for] > 0;
}

/* Slots that may be claimed. */
static inline uint32_t fake_claims(const void *context, uint32_t lane, uint32_t *slots)
{
    const fake_engine *e = context;
    uint32_t count = 0;
    (void)lane;
    for (uint32_t i = 0; i < e->slots; i++) {
        if (e->claimed[i])
            continue;
        if (slots)
            slots[count] = i;
        count++;
    }
    return count;
}

static inline uint32_t fake_claim_of(const void *context, uint32_t lane, uint32_t slot)
{
    const fake_engine *e = context;
    uint32_t slots[FAKE_SLOTS], count = fake_claims(e, lane, slots), option = 0;
    while (option < count && slots[option] != slot)
        option++;
    if (option < count)
        return option;
    return e->left[slot] ? CLAIM_NOT_NOW : CLAIM_NEVER;
}

static inline uint32_t fake_ready(const fake_engine *e, struct chooser_lane *lanes)
{
    uint32_t count = 0, slots[FAKE_SLOTS], all = e->lanes ? e->lanes : e->slots;
    for (uint32_t i = 0; i < all; i++) {
        uint32_t slot = e->slot_of[i];
        if (slot == VRRL_NO_INDEX && fake_claims(e, i, slots))
            lanes[count++] =
                (struct chooser_lane){i, VRRL_NO_INDEX, fake_claims(e, i, slots), false};
        else if (slot != VRRL_NO_INDEX && e->left[slot] && !fake_blocked(e, slot))
            lanes[count++] = (struct chooser_lane){i, slot, 1, false};
    }
    return count;
}

static inline void fake_step(fake_engine *e, uint32_t lane, uint32_t option)
{
    uint32_t slots[FAKE_SLOTS];
    if (e->slot_of[lane] == VRRL_NO_INDEX) {
        fake_claims(e, lane, slots);
        e->slot_of[lane] = slots[option];
        e->claimed[slots[option]] = true;
    }
    uint32_t slot = e->slot_of[lane];
    e->order[e->taken++] = (uint8_t)slot;
    if (--e->left[slot] == 0 && e->lanes)
        e->slot_of[lane] = VRRL_NO_INDEX;
}

static inline void fake_reset(fake_engine *e)
{
    e->taken = 0;
    for (uint32_t i = 0; i < FAKE_SLOTS; i++) {
        e->left[i] = i < e->slots ? e->steps[i] : 0;
        e->slot_of[i] = e->lanes ? VRRL_NO_INDEX : i;
        e->claimed[i] = !e->lanes;
    }
}

/* One run, as a run target would do it: nothing is asked where there is no choice. */
static inline void fake_run(fake_engine *e, const struct chooser *c)
{
    struct chooser_lane lanes[FAKE_SLOTS];
    fake_reset(e);
    c->begin(c->context, 0, e->slots, e->lanes ? e->lanes : e->slots);
    for (uint32_t count; (count = fake_ready(e, lanes)) > 0;) {
        uint32_t at = 0, option = 0;
        if (count > 1 || lanes[0].options > 1)
            c->choose(c->context, lanes, count, &at, &option);
        assert_true(at < count && option < lanes[at].options);
        fake_step(e, lanes[at].lane, option);
    }
}

#endif
