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

static void add_flip_at(const struct flip_search *s, uint32_t at, const vrrl_flip *met)
{
    vrrl_diff_result *r = s->result;
    if (at >= VRRL_FLIPS_MAX)
        return;
    r->flip_count += has_room(s);
    for (uint32_t i = r->flip_count - 1; i > at; i--)
        r->flips[i] = r->flips[i - 1];
    r->flips[at] = *met;
    vrrl_flip *flip = &r->flips[at];
    slot_name(s->program, s->a->epoch, flip->slot, flip->slot_name, sizeof flip->slot_name);
    slot_name(s->program, s->a->epoch, flip->other, flip->other_name, sizeof flip->other_name);
    vrrl_program_word_name(s->program, flip->word, flip->word_name, sizeof flip->word_name);
}

static vrrl_flip flip_of(uint32_t slot, uint32_t other, const struct overlap *overlap,
                         bool both_write, bool early_in_a)
{
    return (vrrl_flip){.slot = slot,
                       .other = other,
                       .word = overlap->word,
                       .may = overlap->may,
                       .both_write = both_write,
                       .early_in_a = early_in_a};
}

static bool overlaps(const struct flip_search *s, const struct touched *mine, uint32_t other,
                     struct overlap *overlap)
{
    *overlap = (struct overlap){.mine = mine};
    slot_footprint(s->program, epoch_slot(s->program, s->a->epoch, other), find_overlap, overlap);
    return overlap->found;
}

/* Whether one flip tells more than another of what `slot` found: that whose other had ended before it in b, the last
 * of them, wrote what it found there; then the last before it in a. So it does not matter in which order slots are
 * looked at, nor how many there are. */
static bool tells_more(const struct flip_search *s, const vrrl_flip *one, const vrrl_flip *other)
{
    if (one->early_in_a != other->early_in_a)
        return one->early_in_a; /* in b it is not */
    const struct observation *side = one->early_in_a ? s->b : s->a;
    return ends_first(side, other->other, one->other);
}

/* Slots that write what `slot` touches, and that it met in another order on each side. */
static void find_early(const struct flip_search *s, uint32_t slot, const struct touched *mine)
{
    for (uint32_t other = 0; other < slots_of(s); other++) {
        if (other == slot || !is_known(s, other))
            continue;
        bool early = is_early(s->a, slot, other);
        struct overlap overlap;
        if (early == is_early(s->b, slot, other) || !overlaps(s, mine, other, &overlap))
            continue;
        const vrrl_flip flip = flip_of(slot, other, &overlap, false, early);
        uint32_t at = s->result->flip_count;
        while (at > 0 && tells_more(s, &flip, &s->result->flips[at - 1]))
            at--;
        add_flip_at(s, at, &flip);
    }
}

/* Of those that write some of these words the last to end; VRRL_NO_INDEX: there is none. */
static uint32_t last_writer(const struct flip_search *s, const struct observation *side,
                            const struct touched *ranges)
{
    uint32_t last = VRRL_NO_INDEX;
    struct overlap overlap;
    for (uint32_t slot = 0; slot < slots_of(s); slot++)
        if (is_known(s, slot) && (last == VRRL_NO_INDEX || ends_first(side, last, slot)) &&
            overlaps(s, ranges, slot, &overlap))
            last = slot;
    return last;
}

/* Adds two slots that write the same words if they ended in another order on each side. */
static void add_rewritten(const struct flip_search *s, uint32_t slot, uint32_t other)
{
    struct touched mine = {.count = 0};
    struct overlap overlap;
    bool first = ends_first(s->a, slot, other);
    if (first == ends_first(s->b, slot, other))
        return;
    slot_footprint(s->program, epoch_slot(s->program, s->a->epoch, slot), collect, &mine);
    if (!overlaps(s, &mine, other, &overlap))
        return;
    const vrrl_flip flip = flip_of(slot, other, &overlap, true, first);
    add_flip_at(s, s->result->flip_count, &flip);
}

/* Pairs are compared one by one: more writers of one range than this are not. */
enum { WRITERS_MAX = 512 };

/* Two slots that write the same of these words, and ended in another order on each side. The last of each side
 * come first: they left what differs, however many others there are. */
static void find_rewritten(const struct flip_search *s, const struct touched *ranges)
{
    uint32_t writers[WRITERS_MAX], count = 0;
    struct overlap overlap;
    const uint32_t last_a = last_writer(s, s->a, ranges), last_b = last_writer(s, s->b, ranges);
    const uint32_t least = last_a < last_b ? last_a : last_b,
                   most = last_a < last_b ? last_b : last_a;
    if (least != most)
        add_rewritten(s, least, most);
    for (uint32_t slot = 0; slot < slots_of(s) && count < WRITERS_MAX; slot++)
        if (is_known(s, slot) && overlaps(s, ranges, slot, &overlap))
            writers[count++] = slot;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = i + 1; j < count && has_room(s); j++)
            if (writers[i] != least || writers[j] != most)
                add_rewritten(s, writers[i], writers[j]);
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
