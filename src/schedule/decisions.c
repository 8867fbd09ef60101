#include "schedule/decisions.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

void decisions_free(decisions *p)
{
    free(p->list);
    *p = (decisions){.list = NULL};
}

vrrl_code decisions_copy(const decisions *from, decisions *to, vrrl_error *err)
{
    to->count = 0;
    vrrl_code code = array_room(to->list, 0, to->room, from->count + 1, err);
    if (code == VRRL_OK && from->count > 0)
        memcpy(to->list, from->list, from->count * sizeof *from->list);
    to->count = code == VRRL_OK ? from->count : 0;
    to->exhausted = from->exhausted;
    return code;
}

static void begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    recorder *r = context;
    r->epoch = epoch;
    r->current = 0;
    r->lanes = lanes;
    if (r->by && r->by->begin)
        r->by->begin(r->by->context, epoch, slots, lanes);
}

static void end(void *context, uint32_t epoch)
{
    recorder *r = context;
    if (r->by && r->by->end)
        r->by->end(r->by->context, epoch);
}

uint32_t decisions_default(uint32_t current, uint32_t all, const chooser_lane *lanes,
                           uint32_t count)
{
    uint32_t best = 0, nearest = UINT32_MAX;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t lane = lanes[i].lane;
        uint32_t distance = lane >= current ? lane - current : lane + all - current;
        if (distance < nearest) {
            nearest = distance;
            best = i;
        }
    }
    return best;
}

/* The position that goes: of the lane's slot, or of the one that the option claims. */
static uint32_t slot_of(const recorder *r, const chooser_lane *lane, uint32_t option)
{
    uint32_t claims[256];
    if (lane->slot != VRRL_NO_INDEX || lane->options > sizeof claims / sizeof claims[0])
        return lane->slot;
    uint32_t count = run_target_claims(r->of, lane->lane, claims);
    return option < count ? claims[option] : VRRL_NO_INDEX;
}

static void choose(void *context, const chooser_lane *lanes, uint32_t count, uint32_t *at,
                   uint32_t *option)
{
    recorder *r = context;
    uint32_t stay = decisions_default(r->current, r->lanes, lanes, count);
    if (r->by)
        r->by->choose(r->by->context, lanes, count, at, option);
    else
        *at = stay;
    vrrl_error ignored;
    decisions *p = r->into;
    r->current = lanes[*at].lane;
    if (array_room(p->list, p->count, p->room, 1, &ignored) != VRRL_OK) {
        p->exhausted = true;
        return;
    }
    p->list[p->count++] = (decision){.epoch = r->epoch,
                                     .lane = lanes[*at].lane,
                                     .at = *at,
                                     .option = *option,
                                     .slot = slot_of(r, &lanes[*at], *option),
                                     .is_default = *at == stay};
}

chooser recorder_chooser(recorder *r)
{
    r->into->count = 0;
    r->into->exhausted = false;
    r->current = 0;
    r->lanes = 1;
    return (chooser){.context = r, .begin = begin, .choose = choose, .end = end};
}

/* ---- Again ----------------------------------------------------------------------------------- */

static void begin_again(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    (void)slots;
    replayer *r = context;
    r->epoch = epoch;
    r->current = 0;
    r->lanes = lanes;
    r->next = 0;
    while (r->next < r->of->count && r->of->list[r->next].epoch != epoch)
        r->next++;
}

static uint32_t place_of_lane(const chooser_lane *lanes, uint32_t count, uint32_t lane)
{
    uint32_t i = 0;
    while (i < count && lanes[i].lane != lane)
        i++;
    return i;
}

static void choose_again(void *context, const chooser_lane *lanes, uint32_t count, uint32_t *at,
                         uint32_t *option)
{
    replayer *r = context;
    *at = decisions_default(r->current, r->lanes, lanes, count);
    if (r->next < r->of->count && r->of->list[r->next].epoch == r->epoch) {
        const decision *p = &r->of->list[r->next];
        uint32_t place = place_of_lane(lanes, count, p->lane);
        if ((!r->keep || r->keep[r->next]) && place < count) {
            *at = place;
            *option = p->option < lanes[place].options ? p->option : 0;
        }
        r->next++;
    }
    r->current = lanes[*at].lane;
}

chooser replayer_chooser(replayer *r)
{
    r->current = 0;
    r->lanes = 1;
    r->next = 0;
    return (chooser){.context = r, .begin = begin_again, .choose = choose_again};
}

bool decision_deviates(const decision *p)
{
    return !p->is_default || p->option != 0;
}
