#include "event/decision.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

void decisions_free(struct decisions *d)
{
    free(d->list);
    *d = (struct decisions){.list = NULL};
}

vrrl_code decisions_copy(const struct decisions *from, struct decisions *to, vrrl_error *err)
{
    to->count = 0;
    vrrl_code code = array_room(to->list, 0, to->room, from->count + 1, err);
    if (code == VRRL_OK && from->count > 0)
        memcpy(to->list, from->list, from->count * sizeof *from->list);
    to->count = code == VRRL_OK ? from->count : 0;
    to->exhausted = from->exhausted;
    return code;
}

/* ---- Round and round ------------------------------------------------------------------------- */

/* How far a lane is from the one that went last. */
static uint32_t distance(uint32_t current, uint32_t all, uint32_t lane)
{
    return lane >= current ? lane - current : lane + all - current;
}

/* The default where lane `current` of `all` went last: an index into `lanes`. */
static uint32_t decision_default(uint32_t current, uint32_t all, const struct chooser_lane *lanes,
                                 uint32_t count)
{
    uint32_t best = 0, nearest = UINT32_MAX;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t far = distance(current, all, lanes[i].lane);
        if (far < nearest) {
            nearest = far;
            best = i;
        }
    }
    return best;
}

/* How many lanes are nearer than the one at `at`. */
static uint32_t skipped(const struct decision_place *p, const struct chooser_lane *lanes,
                        uint32_t count, uint32_t at)
{
    uint32_t mine = distance(p->current, p->lanes, lanes[at].lane), nearer = 0;
    for (uint32_t i = 0; i < count; i++)
        nearer += distance(p->current, p->lanes, lanes[i].lane) < mine;
    return nearer;
}

/* The n-th smallest of d[0 … last], which it reorders. Hoare, "Algorithm 65: Find", CACM 1961. */
static uint32_t nth_smallest(uint32_t *d, int64_t last, int64_t n)
{
    int64_t first = 0;
    while (first < last) {
        uint32_t pivot = d[n];
        int64_t i = first, j = last;
        while (i <= j) {
            while (d[i] < pivot)
                i++;
            while (pivot < d[j])
                j--;
            if (i > j)
                break;
            uint32_t swap = d[i];
            d[i++] = d[j];
            d[j--] = swap;
        }
        if (j < n)
            first = i;
        if (n < i)
            last = j;
    }
    return d[n];
}

/* The index of the lane of which `skip` are nearer. `scratch` has room for `count`. */
static uint32_t after_skipping(const struct decision_place *p, const struct chooser_lane *lanes,
                               uint32_t count, uint32_t skip, uint32_t *scratch)
{
    for (uint32_t i = 0; i < count; i++)
        scratch[i] = distance(p->current, p->lanes, lanes[i].lane);
    uint32_t wanted = nth_smallest(scratch, (int64_t)count - 1, skip), at = 0;
    while (distance(p->current, p->lanes, lanes[at].lane) != wanted)
        at++;
    return at;
}

static void enter_epoch(struct decision_place *p, uint32_t epoch, uint32_t lanes)
{
    p->epoch = epoch;
    p->current = 0;
    p->lanes = lanes;
}

static void pass(struct decision_place *p, uint32_t lane)
{
    p->number++;
    p->current = lane;
}

/* ---- Recording ------------------------------------------------------------------------------- */

static void record_begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    struct decision_recorder *r = context;
    enter_epoch(&r->place, epoch, lanes);
    if (r->by && r->by->begin)
        r->by->begin(r->by->context, epoch, slots, lanes);
}

static void record_end(void *context, uint32_t epoch)
{
    const struct decision_recorder *r = context;
    if (r->by && r->by->end)
        r->by->end(r->by->context, epoch);
}

/* The position that goes: of the lane's slot, or of the one that the option claims. */
static uint32_t slot_of(const struct decision_recorder *r, const struct chooser_lane *lane,
                        uint32_t option)
{
    bool claims = lane->slot == VRRL_NO_INDEX;
    return claims ? r->claims.slot(r->claims.context, lane->lane, option) : lane->slot;
}

static void keep_decision(struct decision_recorder *r, const struct decision *d)
{
    vrrl_error ignored;
    struct decisions *to = r->into;
    if (array_room(to->list, to->count, to->room, 1, &ignored) == VRRL_OK)
        to->list[to->count++] = *d;
    else
        to->exhausted = true;
}

static void record_choose(void *context, const struct chooser_lane *lanes, uint32_t count,
                          uint32_t *at, uint32_t *option)
{
    struct decision_recorder *r = context;
    const struct decision_place *p = &r->place;
    if (r->by)
        r->by->choose(r->by->context, lanes, count, at, option);
    else
        *at = decision_default(p->current, p->lanes, lanes, count);
    struct decision d = decision_deviation(p->number, skipped(p, lanes, count, *at), *option);
    if (r->keeps_all) {
        d.epoch = p->epoch;
        d.lane = lanes[*at].lane;
        d.slot = slot_of(r, &lanes[*at], *option);
    }
    if (r->keeps_all || decision_deviates(&d))
        keep_decision(r, &d);
    pass(&r->place, lanes[*at].lane);
}

struct chooser decision_record(struct decision_recorder *r, const struct chooser *by,
                               const struct chooser_claims *claims, struct decisions *into)
{
    *r = (struct decision_recorder){
        .by = by, .into = into, .keeps_all = claims != NULL, .place = {.lanes = 1}};
    if (claims)
        r->claims = *claims;
    into->count = 0;
    into->exhausted = false;
    return (struct chooser){
        .context = r, .begin = record_begin, .choose = record_choose, .end = record_end};
}

/* ---- Doing it again -------------------------------------------------------------------------- */

/* Where decisions tell their epochs, those of this one begin with its first choice. */
static void play_begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    struct decision_player *p = context;
    (void)slots;
    enter_epoch(&p->place, epoch, lanes);
    while (p->next < p->count && p->list[p->next].epoch < epoch)
        p->next++;
    if (p->next < p->count && p->list[p->next].epoch == epoch)
        p->place.number = p->list[p->next].number;
}

static uint32_t cut(struct decision_player *p, uint32_t wanted, uint32_t count)
{
    p->misfits += wanted >= count;
    return wanted < count ? wanted : count - 1;
}

static bool scratch_room(struct decision_player *p, uint32_t count)
{
    vrrl_error ignored;
    if (array_room(p->scratch, 0, p->scratch_room, count, &ignored) != VRRL_OK)
        p->exhausted = true;
    return !p->exhausted;
}

static void follow_skip(struct decision_player *p, const struct decision *d,
                        const struct chooser_lane *lanes, uint32_t count, uint32_t *at,
                        uint32_t *option)
{
    uint32_t skip = cut(p, d->skip, count);
    if (skip && !scratch_room(p, count))
        return;
    if (skip)
        *at = after_skipping(&p->place, lanes, count, skip, p->scratch);
    *option = cut(p, d->option, lanes[*at].options);
}

static void follow_lane(struct decision_player *p, const struct decision *d,
                        const struct chooser_lane *lanes, uint32_t count, uint32_t *at,
                        uint32_t *option)
{
    uint32_t i = chooser_lane_at(lanes, count, d->lane);
    bool fits = i < count && d->option < lanes[i].options;
    p->misfits += !fits;
    *at = i < count ? i : *at;
    *option = fits ? d->option : 0;
}

/* Whether the next decision is of this choice. */
static bool is_next(const struct decision_player *p)
{
    if (p->next >= p->count || p->list[p->next].number != p->place.number)
        return false;
    uint32_t epoch = p->list[p->next].epoch;
    return epoch == VRRL_NO_INDEX || epoch == p->place.epoch;
}

static void play_choose(void *context, const struct chooser_lane *lanes, uint32_t count,
                        uint32_t *at, uint32_t *option)
{
    struct decision_player *p = context;
    *at = decision_default(p->place.current, p->place.lanes, lanes, count);
    if (is_next(p)) {
        const struct decision *d = &p->list[p->next];
        if (p->keep && !p->keep[p->next])
            ; /* left out */
        else if (d->lane == VRRL_NO_INDEX)
            follow_skip(p, d, lanes, count, at, option);
        else
            follow_lane(p, d, lanes, count, at, option);
        p->next++;
    }
    pass(&p->place, lanes[*at].lane);
}

struct chooser decision_play(struct decision_player *p, const struct decision *list, uint32_t count,
                             const bool *keep)
{
    p->list = list;
    p->count = count;
    p->keep = keep;
    p->next = p->misfits = 0;
    p->exhausted = false;
    p->place = (struct decision_place){.lanes = 1};
    return (struct chooser){.context = p, .begin = play_begin, .choose = play_choose};
}

void decision_player_free(struct decision_player *p)
{
    free(p->scratch);
    *p = (struct decision_player){.list = NULL};
}
