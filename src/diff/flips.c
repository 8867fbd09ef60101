#include "diff/flips.h"

#include "program/batch_view.h"

/* Ranges that one slot reads and writes, up to a bound: a report needs the first cause, not all. */
enum { RANGES_MAX = 256 };

struct touched {
    struct declared_event ranges[RANGES_MAX];
    uint32_t count;
};

static void collect(void *context, const struct declared_event *access)
{
    struct touched *t = context;
    if (!access->waits && !access->signals && t->count < RANGES_MAX)
        t->ranges[t->count++] = *access;
}

struct overlap {
    const struct touched *mine;
    bool found, may;
    uint32_t word;
};

/* Does the other slot write what this one touches? */
static void find_overlap(void *context, const struct declared_event *other)
{
    struct overlap *o = context;
    if (o->found || !declared_writes(other))
        return;
    for (uint32_t i = 0; i < o->mine->count && !o->found; i++) {
        const struct declared_event *mine = &o->mine->ranges[i];
        uint32_t first = mine->word > other->word ? mine->word : other->word;
        bool touch = first - mine->word < mine->count && first - other->word < other->count;
        if (!touch || (declared_updates(mine) && other->kind != OPERATION_STORE))
            continue; /* updates, and additions among them, commute */
        o->found = true;
        o->may = mine->may || other->may;
        o->word = first;
    }
}

/* Two observations of one epoch, and where flips go. */
struct flip_search {
    const vrrl_program *program;
    const struct observation *a, *b;
    vrrl_diff_result *result;
};

static bool is_known(const struct flip_search *s, uint32_t slot)
{
    return s->a->slots[slot].claim_order != 0 && s->a->slots[slot].completion_order != 0 &&
           s->b->slots[slot].claim_order != 0 && s->b->slots[slot].completion_order != 0;
}

/* Was `slot` claimed before `other` had ended? */
static bool is_early(const struct observation *o, uint32_t slot, uint32_t other)
{
    return o->slots[slot].claimed_after <= o->slots[other].completion_order;
}

static bool ends_first(const struct observation *o, uint32_t slot, uint32_t other)
{
    return o->slots[slot].completion_order < o->slots[other].completion_order;
}

/* The slots of the batch, the fence left out. */
static uint32_t slots_of(const struct flip_search *s)
{
    return s->a->slot_count - 1;
}

static bool has_room(const struct flip_search *s)
{
    return s->result->flip_count < VRRL_FLIPS_MAX;
}

static void add_flip(const struct flip_search *s, uint32_t slot, uint32_t other,
                     const struct overlap *overlap, bool both_write, bool early_in_a)
{
    vrrl_flip *flip = &s->result->flips[s->result->flip_count++];
    *flip = (vrrl_flip){.slot = slot,
                        .other = other,
                        .word = overlap->word,
                        .may = overlap->may,
                        .both_write = both_write,
                        .early_in_a = early_in_a};
    slot_name(s->program, s->a->epoch, slot, flip->slot_name, sizeof flip->slot_name);
    slot_name(s->program, s->a->epoch, other, flip->other_name, sizeof flip->other_name);
    vrrl_program_word_name(s->program, overlap->word, flip->word_name, sizeof flip->word_name);
}

static bool overlaps(const struct flip_search *s, const struct touched *mine, uint32_t other,
                     struct overlap *overlap)
{
    *overlap = (struct overlap){.mine = mine};
    slot_footprint(s->program, epoch_slot(s->program, s->a->epoch, other), find_overlap, overlap);
    return overlap->found;
}

/* Slots that write what `slot` touches, and that it met in another order on each side. */
static void find_early(const struct flip_search *s, uint32_t slot, const struct touched *mine)
{
    for (uint32_t other = 0; other < slots_of(s) && has_room(s); other++) {
        if (other == slot || !is_known(s, other))
            continue;
        bool early = is_early(s->a, slot, other);
        struct overlap overlap;
        if (early != is_early(s->b, slot, other) && overlaps(s, mine, other, &overlap))
            add_flip(s, slot, other, &overlap, false, early);
    }
}

/* Pairs are compared one by one: more writers of one range than this are not. */
enum { WRITERS_MAX = 512 };

/* Two slots that write the same of these words, and ended in another order on each side. */
static void find_rewritten(const struct flip_search *s, const struct touched *ranges)
{
    uint32_t writers[WRITERS_MAX], count = 0;
    struct overlap overlap;
    for (uint32_t slot = 0; slot < slots_of(s) && count < WRITERS_MAX; slot++)
        if (is_known(s, slot) && overlaps(s, ranges, slot, &overlap))
            writers[count++] = slot;
    for (uint32_t i = 0; i < count; i++) {
        struct touched mine = {.count = 0};
        slot_footprint(s->program, epoch_slot(s->program, s->a->epoch, writers[i]), collect, &mine);
        for (uint32_t j = i + 1; j < count && has_room(s); j++) {
            bool first = ends_first(s->a, writers[i], writers[j]);
            if (first != ends_first(s->b, writers[i], writers[j]) &&
                overlaps(s, &mine, writers[j], &overlap))
                add_flip(s, writers[i], writers[j], &overlap, true, first);
        }
    }
}

void diff_find_flips(const vrrl_program *program, const struct observation *a,
                     const struct observation *b, vrrl_diff_result *result)
{
    const struct flip_search s = {program, a, b, result};
    uint32_t slot = result->slot;
    struct touched ranges = {.count = 0};
    if (slot != VRRL_NO_INDEX) {
        slot_footprint(program, epoch_slot(program, a->epoch, slot), collect, &ranges);
        if (is_known(&s, slot))
            find_early(&s, slot, &ranges);
    } else if (result->word_count > 0) {
        ranges.ranges[ranges.count++] = (struct declared_event){
            .kind = OPERATION_LOAD, .word = result->words[0].word, .count = 1};
    }
    if (result->flip_count == 0 && ranges.count > 0)
        find_rewritten(&s, &ranges);
}
