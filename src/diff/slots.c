#include "diff/slots.h"

#include "base/error.h"
#include "diff/words.h"
#include "program/batch_view.h"

#include <stdlib.h>

struct slot_diff {
    const vrrl_program *program;
    const struct observation *a, *b;
    const vrrl_diff_result *memory; /* what differs in memory at the end of the epoch */
    uint32_t *differing;            /* positions of the slots that differ and count */
    uint32_t count;
};

static bool slot_differs(const struct slot_outcome *a, const struct slot_outcome *b)
{
    return a->status != b->status || a->result_fold != b->result_fold;
}

/* ---- Slots that differ and do not count ------------------------------------------------------ */

static bool contains(const struct declared_event *access, uint32_t word)
{
    return word >= access->word && word - access->word < access->count;
}

/* Whether one of the words that differ beyond what is tolerated is among these. */
static bool has_counted_word(const struct slot_diff *d, const struct declared_event *access)
{
    for (uint32_t i = 0; i < d->memory->word_count; i++)
        if (contains(access, d->memory->words[i].word))
            return true;
    return false;
}

static const vrrl_region *first_region_touching(const vrrl_program *program,
                                                const struct declared_event *access)
{
    for (uint32_t i = 0; i < program->region_count; i++) {
        const vrrl_region *r = &program->regions[i];
        if (r->first_word < (uint64_t)access->word + access->count &&
            access->word < (uint64_t)r->first_word + r->words)
            return r;
    }
    return NULL;
}

/* What a slot writes there may differ: the program says so; or nobody looks at it, and something is
 * tolerated that it may be an intermediate value of. */
static bool range_is_excused(const struct slot_diff *d, const struct declared_event *access)
{
    const vrrl_program *program = d->program;
    const vrrl_region *region = first_region_touching(program, access);
    if (!region)
        return d->memory->tolerated_words > 0 && access->word >= program->layout.user_base &&
               program->region_count > 0;
    bool inside =
        access->word >= region->first_word &&
        (uint64_t)access->word + access->count <= (uint64_t)region->first_word + region->words;
    switch (region->compare) {
    case VRRL_COMPARE_IGNORE:
    case VRRL_COMPARE_SCRATCH:
    case VRRL_COMPARE_ORDER_ONLY:
        return inside;
    case VRRL_COMPARE_ULP:
    case VRRL_COMPARE_REL_RMSE:
        return inside && !has_counted_word(d, access);
    case VRRL_COMPARE_EXACT:
        break;
    }
    return false;
}

struct excuse {
    const struct slot_diff *diff;
    bool excused, counts;
};

static void look_for_excuse(void *context, const struct declared_event *access)
{
    struct excuse *x = context;
    if (!declared_writes(access))
        return;
    x->excused = x->excused || range_is_excused(x->diff, access);
    x->counts = x->counts || has_counted_word(x->diff, access);
}

/* A slot has one fold over all that it writes: where some of that may differ, it says nothing of the
 * rest, and the words at the epoch's end decide. */
static bool is_excused(const struct slot_diff *d, uint32_t slot)
{
    struct excuse x = {.diff = d};
    if (d->a->slots[slot].status != d->b->slots[slot].status)
        return false;
    slot_footprint(d->program, epoch_slot(d->program, d->a->epoch, slot), look_for_excuse, &x);
    return x.excused && !x.counts;
}

static bool has_lenient_region(const vrrl_program *program)
{
    for (uint32_t i = 0; i < program->region_count; i++)
        if (program->regions[i].compare != VRRL_COMPARE_EXACT)
            return true;
    return false;
}

/* ---- The first ------------------------------------------------------------------------------- */

/* Earlier in the order in which side B ended its slots; those that did not end come last, in
 * publish order. */
static bool ends_before(const struct slot_outcome *x, const struct slot_outcome *y)
{
    if (x->completion_order == 0 || y->completion_order == 0)
        return x->completion_order != 0;
    return x->completion_order < y->completion_order;
}

enum { RANGES_MAX = 256 };

struct feeds {
    struct declared_event ranges[RANGES_MAX]; /* what the later slot reads or waits for */
    uint32_t count;
    bool found;
};

static void collect_needs(void *context, const struct declared_event *access)
{
    struct feeds *f = context;
    if (access->kind != OPERATION_STORE && !access->signals && f->count < RANGES_MAX)
        f->ranges[f->count++] = *access;
}

static void look_for_feed(void *context, const struct declared_event *access)
{
    struct feeds *f = context;
    if (!declared_writes(access))
        return;
    for (uint32_t i = 0; i < f->count; i++)
        f->found = f->found || contains(access, f->ranges[i].word) ||
                   contains(&f->ranges[i], access->word);
}

/* A slot that signals in its body may be read from before it has ended: it is in flight when the
 * one that depends on it ends. Returns such a slot that differs too, else `slot`. */
static uint32_t fed_in_flight(const struct slot_diff *d, uint32_t slot)
{
    const struct slot_outcome *mine = &d->b->slots[slot];
    struct feeds feeds = {.count = 0};
    slot_footprint(d->program, epoch_slot(d->program, d->a->epoch, slot), collect_needs, &feeds);
    for (uint32_t i = 0; i < d->count; i++) {
        const struct slot_outcome *other = &d->b->slots[d->differing[i]];
        bool in_flight = other->completion_order > mine->completion_order &&
                         other->claimed_after <= mine->completion_order;
        if (!in_flight)
            continue;
        slot_footprint(d->program, epoch_slot(d->program, d->a->epoch, d->differing[i]),
                       look_for_feed, &feeds);
        if (feeds.found)
            return d->differing[i];
    }
    return slot;
}

static uint32_t first_of(const struct slot_diff *d)
{
    uint32_t first = d->differing[0];
    for (uint32_t i = 1; i < d->count; i++)
        if (ends_before(&d->b->slots[d->differing[i]], &d->b->slots[first]))
            first = d->differing[i];
    /* No more slots are in flight together than there are workers; two may feed each other. */
    enum { STEPS_MAX = 1024 };
    for (uint32_t step = 0; step < STEPS_MAX; step++) {
        uint32_t cause = fed_in_flight(d, first);
        if (cause == first)
            break;
        first = cause;
    }
    return first;
}

/* Whether none of the others that differ had written what it reads: those that were claimed before it ended. */
static bool reads_from_none(const struct slot_diff *d, uint32_t slot)
{
    const struct slot_outcome *mine = &d->b->slots[slot];
    struct feeds feeds = {.count = 0};
    slot_footprint(d->program, epoch_slot(d->program, d->a->epoch, slot), collect_needs, &feeds);
    bool known = feeds.count < RANGES_MAX && mine->completion_order != 0;
    for (uint32_t i = 0; i < d->count && known && !feeds.found; i++) {
        const struct slot_outcome *other = &d->b->slots[d->differing[i]];
        if (d->differing[i] != slot && other->claimed_after <= mine->completion_order)
            slot_footprint(d->program, epoch_slot(d->program, d->a->epoch, d->differing[i]),
                           look_for_feed, &feeds);
    }
    return known && !feeds.found;
}

static void drop_excused(struct slot_diff *d)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < d->count; i++)
        if (!is_excused(d, d->differing[i]))
            d->differing[kept++] = d->differing[i];
    d->count = kept;
}

vrrl_code diff_slots(const vrrl_program *program, const struct observation *a,
                     const struct observation *b, uint32_t *slot, vrrl_diff_result *result,
                     vrrl_error *err)
{
    vrrl_diff_result memory = {0};
    struct slot_diff d = {.program = program, .a = a, .b = b, .memory = &memory};
    *slot = VRRL_NO_INDEX;
    d.differing = malloc(a->slot_count * sizeof *d.differing);
    if (!d.differing)
        return error_no_memory(err, a->slot_count * sizeof *d.differing);
    for (uint32_t i = 0; i + 1 < a->slot_count; i++) { /* the fence is none */
        result->slots_compared++;
        result->results_untold +=
            program->host_slots && a->slots[i].result_fold == 0 && b->slots[i].result_fold == 0;
        if (slot_differs(&a->slots[i], &b->slots[i]))
            d.differing[d.count++] = i;
        else if (a->slots[i].order_fold != b->slots[i].order_fold)
            result->order_only_slots++;
    }
    vrrl_code code = VRRL_OK;
    if (d.count > 0 && has_lenient_region(program)) {
        code = diff_words(program, a, b, VRRL_NO_INDEX, &memory, err);
        if (code == VRRL_OK)
            drop_excused(&d);
    }
    result->slots_differing = d.count;
    if (code == VRRL_OK && d.count > 0) {
        *slot = first_of(&d);
        result->is_first = !program->host_slots && reads_from_none(&d, *slot);
    }
    free(d.differing);
    return code;
}
