/* Which two slots changed places: what explains a divergence, where the orders are known. */
#include "diff/diff.h"

#include "programs/batch_view.h"

/* Ranges that one slot reads and writes, up to a bound: a report needs the first cause, not all. */
enum { RANGES_MAX = 256 };

struct touched {
    struct slot_access ranges[RANGES_MAX];
    uint32_t count;
};

static void collect(void *context, const struct slot_access *access)
{
    struct touched *t = context;
    if (access->kind != ACCESS_WAIT && access->kind != ACCESS_SIGNAL && t->count < RANGES_MAX)
        t->ranges[t->count++] = *access;
}

struct overlap {
    const struct touched *mine;
    bool found;
    bool both_write;
    uint32_t word;
};

/* Does the other slot write what this one touches? */
static void find_overlap(void *context, const struct slot_access *other)
{
    struct overlap *o = context;
    if (o->found || (other->kind != ACCESS_WRITE && other->kind != ACCESS_UPDATE))
        return;
    for (uint32_t i = 0; i < o->mine->count && !o->found; i++) {
        const struct slot_access *mine = &o->mine->ranges[i];
        uint32_t first = mine->first > other->first ? mine->first : other->first;
        bool touch = first - mine->first < mine->count && first - other->first < other->count;
        if (!touch || (mine->kind == ACCESS_UPDATE && other->kind == ACCESS_UPDATE))
            continue; /* updates commute */
        o->found = true;
        o->both_write = mine->kind != ACCESS_READ;
        o->word = first;
    }
}

/* Was `slot` claimed before `other` had ended? */
static bool is_early(const struct slot_outcome *slot, const struct slot_outcome *other)
{
    return slot->claimed_after <= other->completion_order;
}

static bool is_known(const struct slot_outcome *slot)
{
    return slot->claim_order != 0 && slot->completion_order != 0;
}

static void add_flip(const vrrl_program *program, uint32_t epoch, uint32_t slot, uint32_t other,
                     const struct overlap *overlap, bool early_in_a, vrrl_diff_result *result)
{
    vrrl_flip *flip = &result->flips[result->flip_count++];
    *flip = (vrrl_flip){.slot = slot,
                        .other = other,
                        .both_write = overlap->both_write,
                        .early_in_a = early_in_a};
    slot_name(program, epoch, slot, flip->slot_name, sizeof flip->slot_name);
    slot_name(program, epoch, other, flip->other_name, sizeof flip->other_name);
    vrrl_program_word_name(program, overlap->word, flip->word_name, sizeof flip->word_name);
}

static void flips_of(const vrrl_program *program, const struct observation *a,
                     const struct observation *b, uint32_t slot, vrrl_diff_result *result)
{
    struct touched mine = {.count = 0};
    slot_footprint(program, epoch_slot(program, a->epoch, slot), collect, &mine);
    for (uint32_t other = 0; other + 1 < a->slot_count && result->flip_count < VRRL_FLIPS_MAX;
         other++) {
        if (other == slot || !is_known(&a->slots[other]) || !is_known(&b->slots[other]))
            continue;
        bool early_in_a = is_early(&a->slots[slot], &a->slots[other]);
        if (early_in_a == is_early(&b->slots[slot], &b->slots[other]))
            continue;
        struct overlap overlap = {.mine = &mine};
        slot_footprint(program, epoch_slot(program, a->epoch, other), find_overlap, &overlap);
        if (overlap.found)
            add_flip(program, a->epoch, slot, other, &overlap, early_in_a, result);
    }
}

struct writer_search {
    uint32_t word;
    bool found;
};

static void find_writer(void *context, const struct slot_access *access)
{
    struct writer_search *s = context;
    if ((access->kind == ACCESS_WRITE || access->kind == ACCESS_UPDATE) &&
        s->word >= access->first && s->word - access->first < access->count)
        s->found = true;
}

/* Memory differs though no slot's result does: look at each slot that writes the first such word. */
static void flips_of_writers(const vrrl_program *program, const struct observation *a,
                             const struct observation *b, vrrl_diff_result *result)
{
    for (uint32_t slot = 0; slot + 1 < a->slot_count && result->flip_count == 0; slot++) {
        struct writer_search search = {.word = result->words[0].word};
        slot_footprint(program, epoch_slot(program, a->epoch, slot), find_writer, &search);
        if (search.found && is_known(&a->slots[slot]) && is_known(&b->slots[slot]))
            flips_of(program, a, b, slot, result);
    }
}

void diff_find_flips(const vrrl_program *program, const struct observation *a,
                     const struct observation *b, vrrl_diff_result *result)
{
    uint32_t slot = result->slot;
    if (slot != VRRL_NO_INDEX && is_known(&a->slots[slot]) && is_known(&b->slots[slot]))
        flips_of(program, a, b, slot, result);
    else if (slot == VRRL_NO_INDEX && result->word_count > 0)
        flips_of_writers(program, a, b, result);
}
