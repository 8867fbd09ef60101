#include "kernel/timeline_events.h"

enum { LAST_STEPS = 8, KEPT_HANDOVERS = 8 };

static bool is_of_side(const struct kernel_event *e, const struct kernel_side *side)
{
    if (side->host)
        return e->side.host && e->side.place == side->place;
    return side_is_of_warp(&e->side, side) && e->side.function == side->function &&
           e->side.instruction == side->instruction;
}

static bool is_of_word(const struct kernel_trace *t, const struct kernel_event *e)
{
    return e->at != UINT64_MAX && e->at < t->word + 4 && t->word < e->at + e->size;
}

bool timeline_ends(const struct kernel_trace *trace, const struct kernel_finding *finding,
                   uint32_t *first, uint32_t *last)
{
    *first = 0;
    *last = trace->count ? trace->count - 1 : 0;
    if (finding->kind != KERNEL_FINDS_RACE || !trace->count)
        return false;
    for (uint32_t i = *last; i-- > 0;)
        if (is_of_word(trace, &trace->list[i]) && is_of_side(&trace->list[i], &finding->sides[0])) {
            *first = i;
            return true;
        }
    return false;
}

/* ---- Which ----------------------------------------------------------------------------------------- */

/* What lanes of one warp do by one instruction at once is one event. */
static bool is_one(const struct kernel_event *a, const struct kernel_event *b)
{
    return a->step == b->step && a->together == b->together && a->at == b->at &&
           a->kind == b->kind && side_is_of_warp(&a->side, &b->side) &&
           a->side.instruction == b->side.instruction && a->side.function == b->side.function;
}

/* What it reads again and again, of one value. */
static bool is_again(const struct kernel_event *a, const struct kernel_event *b)
{
    return a->kind == KERNEL_EVENT_READ && b->kind == KERNEL_EVENT_READ && a->at == b->at &&
           a->after == b->after && side_is_of_warp(&a->side, &b->side);
}

static void add(struct timeline_events *out, const struct kernel_event *e)
{
    uint32_t half = TIMELINE_EVENTS_MAX / 2;
    if (out->count && is_one(&out->list[out->count - 1], e)) {
        out->list[out->count - 1].side.lane = KERNEL_NONE;
        return;
    }
    if (out->count && is_again(&out->list[out->count - 1], e))
        return;
    if (out->count == TIMELINE_EVENTS_MAX) { /* the oldest of the second half goes */
        for (uint32_t i = half; i + 1 < out->count; i++)
            out->list[i] = out->list[i + 1];
        out->count--;
        out->left_out++;
    }
    out->list[out->count++] = *e;
}

static bool is_handed(const struct handovers *h, uint32_t event)
{
    for (uint32_t i = 0; i < h->count; i++)
        if ((i < KEPT_HANDOVERS / 2 || i + KEPT_HANDOVERS / 2 >= h->count) &&
            (h->list[i].from == event || h->list[i].to == event))
            return true;
    return false;
}

/* An access of the race, or one that hands over. */
static bool is_main(const struct handovers *h, uint32_t first, uint32_t last, uint32_t event)
{
    return event == first || event == last || is_handed(h, event);
}

/* A barrier, or a fence, that stands between two of those: of one block a barrier, where they are of two warps; of one
 * warp a fence. Of what a warp does in between the first one tells. */
static bool is_between(const struct kernel_trace *t, const struct handovers *h, uint32_t first,
                       uint32_t last, uint32_t event)
{
    const struct kernel_event *e = &t->list[event];
    uint32_t from = event, to = event;
    bool is_fence = e->kind == KERNEL_EVENT_FENCE;
    while (from > first) {
        const struct kernel_event *other = &t->list[--from];
        if (side_is_of_block(&other->side, &e->side) && is_main(h, first, last, from))
            break;
        if (other->kind == e->kind && side_is_of_warp(&other->side, &e->side))
            return false;
    }
    while (to < last && !(to > event && side_is_of_block(&t->list[to].side, &e->side) &&
                          is_main(h, first, last, to)))
        to++;
    if (!side_is_of_block(&t->list[from].side, &e->side) ||
        !side_is_of_block(&t->list[to].side, &e->side))
        return false;
    return is_fence || !side_is_of_warp(&t->list[from].side, &t->list[to].side);
}

static void race(const struct kernel_trace *t, const struct kernel_finding *f,
                 const struct handovers *h, uint32_t first, uint32_t last,
                 struct timeline_events *out)
{
    for (uint32_t i = first; i <= last && i < t->count; i++) {
        const struct kernel_event *e = &t->list[i];
        if (!is_main(h, first, last, i) &&
            !(e->kind >= KERNEL_EVENT_FENCE && is_between(t, h, first, last, i)))
            continue;
        struct kernel_event shown = *e;
        if (i == first)
            shown.side.lane = f->sides[0].lane;
        if (i == last && is_of_side(e, &f->sides[1]))
            shown.side.lane = f->sides[1].lane;
        add(out, &shown);
        if (i == first)
            out->first = (int32_t)out->count - 1;
    }
    if (out->count && last < t->count && is_of_side(&t->list[last], &f->sides[1]))
        out->second = (int32_t)out->count - 1;
}

/* The last that wrote the word, and whoever read it behind them. */
static void word(const struct kernel_trace *t, struct timeline_events *out)
{
    uint32_t writes = 0, begin = t->count;
    while (begin > 0 && writes < LAST_STEPS) {
        const struct kernel_event *e = &t->list[--begin];
        writes += is_of_word(t, e) && e->kind != KERNEL_EVENT_READ;
    }
    for (uint32_t i = begin; i < t->count; i++)
        if (is_of_word(t, &t->list[i]))
            add(out, &t->list[i]);
}

static void last_steps(const struct kernel_trace *t, const struct kernel_side *side,
                       struct timeline_events *out)
{
    uint32_t begin = t->count;
    for (uint32_t steps = 0; begin > 0 && steps < LAST_STEPS;)
        steps += side_is_of_warp(&t->list[--begin].side, side);
    for (uint32_t i = begin; i < t->count; i++)
        if (side_is_of_warp(&t->list[i].side, side))
            add(out, &t->list[i]);
}

void timeline_events_of(const struct kernel_trace *trace, const struct kernel_finding *finding,
                        const struct handovers *handovers, uint32_t first, uint32_t last,
                        struct timeline_events *out)
{
    *out = (struct timeline_events){.first = -1, .second = -1};
    if (finding->kind == KERNEL_FINDS_RACE)
        race(trace, finding, handovers, first, last, out);
    else if (trace->word != UINT64_MAX && finding->kind != KERNEL_FINDS_UNINITIALISED)
        word(trace, out);
    else if (finding->side_count)
        last_steps(trace, &finding->sides[0], out);
}
