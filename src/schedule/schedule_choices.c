/* Recording the choices of a run, and making them again. */
#include "schedule/schedule.h"

#include "base/error.h"

#include <stdlib.h>

/* ---- Round and round ------------------------------------------------------------------------- */

/* How far a lane is from the one that went last, round and round. */
static uint32_t distance(const schedule_place *p, uint32_t lane)
{
    return lane >= p->current ? lane - p->current : lane + p->lanes - p->current;
}

static uint32_t nearest(const schedule_place *p, const chooser_lane *lanes, uint32_t count)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < count; i++)
        if (distance(p, lanes[i].lane) < distance(p, lanes[best].lane))
            best = i;
    return best;
}

/* How many lanes are nearer than the one at `at`. */
static uint32_t skipped(const schedule_place *p, const chooser_lane *lanes, uint32_t count,
                        uint32_t at)
{
    uint32_t mine = distance(p, lanes[at].lane), nearer = 0;
    for (uint32_t i = 0; i < count; i++)
        nearer += distance(p, lanes[i].lane) < mine;
    return nearer;
}

static bool scratch_room(schedule_place *p, uint32_t count)
{
    if (count <= p->room)
        return true;
    uint32_t *grown = realloc(p->scratch, 2 * (size_t)count * sizeof *grown);
    if (!grown)
        return false;
    p->scratch = grown;
    p->room = 2 * count;
    return true;
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

/* The index of the lane of which `skip` are nearer. */
static uint32_t after_skipping(schedule_place *p, const chooser_lane *lanes, uint32_t count,
                               uint32_t skip)
{
    for (uint32_t i = 0; i < count; i++)
        p->scratch[i] = distance(p, lanes[i].lane);
    uint32_t wanted = nth_smallest(p->scratch, (int64_t)count - 1, skip), at = 0;
    while (distance(p, lanes[at].lane) != wanted)
        at++;
    return at;
}

static void enter_epoch(schedule_place *p, uint32_t lanes)
{
    p->current = 0;
    p->lanes = lanes;
}

/* ---- Recording ------------------------------------------------------------------------------- */

static void record_begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    schedule_recorder *r = context;
    enter_epoch(&r->place, lanes);
    if (r->inner.begin)
        r->inner.begin(r->inner.context, epoch, slots, lanes);
}

static void record_end(void *context, uint32_t epoch)
{
    schedule_recorder *r = context;
    if (r->inner.end)
        r->inner.end(r->inner.context, epoch);
}

static void note(schedule_recorder *r, schedule_deviation deviation)
{
    if (r->count == r->room) {
        uint32_t room = r->room ? 2 * r->room : 64;
        schedule_deviation *grown = realloc(r->deviations, room * sizeof *grown);
        r->failed |= !grown;
        if (!grown)
            return;
        r->deviations = grown;
        r->room = room;
    }
    r->deviations[r->count++] = deviation;
}

static void record_choose(void *context, const chooser_lane *lanes, uint32_t count, uint32_t *at,
                          uint32_t *option)
{
    schedule_recorder *r = context;
    r->inner.choose(r->inner.context, lanes, count, at, option);
    uint32_t skip = skipped(&r->place, lanes, count, *at);
    if (skip || *option)
        note(r, (schedule_deviation){.at = r->place.at, .skip = skip, .option = *option});
    r->place.at++;
    r->place.current = lanes[*at].lane;
}

chooser schedule_record(schedule_recorder *r, const chooser *inner)
{
    r->inner = *inner;
    r->count = r->place.at = 0;
    r->failed = false;
    enter_epoch(&r->place, 1);
    return (chooser){
        .context = r, .begin = record_begin, .choose = record_choose, .end = record_end};
}

void schedule_recorder_free(schedule_recorder *r)
{
    free(r->deviations);
    free(r->place.scratch);
    *r = (schedule_recorder){0};
}

/* ---- Making them again ----------------------------------------------------------------------- */

static void play_begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    (void)epoch, (void)slots;
    enter_epoch(&((schedule_player *)context)->place, lanes);
}

static uint32_t cut(schedule_player *p, uint32_t wanted, uint32_t count)
{
    p->misfits += wanted >= count;
    return wanted < count ? wanted : count - 1;
}

static void deviate(schedule_player *p, const chooser_lane *lanes, uint32_t count, uint32_t *at,
                    uint32_t *option)
{
    const schedule_deviation *d = &p->deviations[p->next++];
    uint32_t skip = cut(p, d->skip, count);
    if (!scratch_room(&p->place, count)) {
        p->failed = true;
        return;
    }
    *at = skip ? after_skipping(&p->place, lanes, count, skip) : nearest(&p->place, lanes, count);
    *option = cut(p, d->option, lanes[*at].options);
}

static void play_choose(void *context, const chooser_lane *lanes, uint32_t count, uint32_t *at,
                        uint32_t *option)
{
    schedule_player *p = context;
    if (p->next < p->count && p->deviations[p->next].at == p->place.at)
        deviate(p, lanes, count, at, option);
    else
        *at = nearest(&p->place, lanes, count);
    p->place.at++;
    p->place.current = lanes[*at].lane;
}

chooser schedule_play(schedule_player *p, const schedule_deviation *deviations, uint32_t count)
{
    p->deviations = deviations;
    p->count = count;
    p->next = p->misfits = p->place.at = 0;
    p->failed = false;
    enter_epoch(&p->place, 1);
    return (chooser){.context = p, .begin = play_begin, .choose = play_choose};
}

void schedule_player_free(schedule_player *p)
{
    free(p->place.scratch);
    *p = (schedule_player){0};
}
