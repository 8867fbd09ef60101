/* The waits of all slots that are one line of a loop: each for what it conflicts with itself. */
#include "search/explain_repairs.h"

#include "programs/batch_view.h"

#include <stdio.h>
#include <string.h>

enum { SIBLINGS_MAX = 512, ACCESSES_MAX = 64 };

/* Slots called like one of the pair but for their index, by position; all of the epoch that fails. */
struct siblings {
    uint32_t list[SIBLINGS_MAX], count;
    bool cut;
};

static size_t stem_of(const struct explainer *x, uint32_t position, char *name, size_t size)
{
    slot_name(x->whole.program, x->result->outcome.epoch, position, name, size);
    return strcspn(name, "[");
}

static uint32_t slots_of(const struct explainer *x)
{
    const vrrl_program *p = x->whole.program;
    return p->batches[p->epochs[x->result->outcome.epoch].batch].count;
}

static struct siblings siblings_of(const struct explainer *x, uint32_t position)
{
    char name[VRRL_DEFECT_NAME_MAX], other[VRRL_DEFECT_NAME_MAX];
    struct siblings s = {.count = 0};
    size_t stem = stem_of(x, position, name, sizeof name);
    for (uint32_t i = 0; i < slots_of(x); i++) {
        if (stem_of(x, i, other, sizeof other) != stem || memcmp(name, other, stem) != 0)
            continue;
        s.cut = s.cut || s.count == SIBLINGS_MAX;
        if (!s.cut)
            s.list[s.count++] = i;
    }
    return s;
}

/* ---- What they touch -------------------------------------------------------------------------- */

struct touches {
    struct slot_access list[ACCESSES_MAX];
    uint32_t count;
};

static void collect(void *context, const struct slot_access *access)
{
    struct touches *t = context;
    if (t->count < ACCESSES_MAX)
        t->list[t->count++] = *access;
}

static struct touches touches_of(const struct explainer *x, uint32_t position)
{
    const vrrl_program *p = x->whole.program;
    struct touches t = {.count = 0};
    slot_footprint(p, &p->slots[repairs_slot(x, position)], collect, &t);
    return t;
}

static bool meet(const struct slot_access *a, const struct slot_access *b)
{
    bool data = a->kind <= ACCESS_UPDATE && b->kind <= ACCESS_UPDATE;
    bool write = a->kind != ACCESS_READ || b->kind != ACCESS_READ;
    return data && write && a->first < b->first + b->count && b->first < a->first + a->count;
}

static bool conflict(const struct touches *a, const struct touches *b)
{
    for (uint32_t i = 0; i < a->count; i++)
        for (uint32_t k = 0; k < b->count; k++)
            if (meet(&a->list[i], &b->list[k]))
                return true;
    return false;
}

/* The counter that a slot signals; VRRL_NO_INDEX: none. */
static uint32_t counter_of(const struct touches *t)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (t->list[i].kind == ACCESS_SIGNAL)
            return t->list[i].first;
    return VRRL_NO_INDEX;
}

/* ---- Sums ------------------------------------------------------------------------------------- */

struct sum {
    uint32_t word;
    uint64_t amount;
};

static void add_up(void *context, const struct slot_access *access)
{
    struct sum *s = context;
    if (access->kind == ACCESS_SIGNAL && access->first == s->word)
        s->amount += access->value;
}

/* What all of the epoch add to a counter that prologues set back, or that begins as 0. */
static uint64_t sum_of(const struct explainer *x, uint32_t word)
{
    const vrrl_program *p = x->whole.program;
    struct sum s = {.word = word};
    for (uint32_t i = 0; i < slots_of(x); i++)
        slot_footprint(p, &p->slots[repairs_slot(x, i)], add_up, &s);
    return s.amount;
}

/* ---- Waits ------------------------------------------------------------------------------------ */

static bool wait_in_all(const struct explainer *x, struct repair *r, uint32_t position,
                        uint32_t word, uint64_t value)
{
    const struct twins in = repairs_twins(x, position);
    bool can = !in.cut && value > 0 && value <= UINT32_MAX;
    for (uint32_t i = 0; can && i < in.count; i++)
        can = repair_threshold(r, in.slots[i], word, (uint32_t)value) ||
              repair_add_wait(r, in.slots[i], word, (uint32_t)value);
    return can;
}

/* What those of the first's line that stand before a slot, and conflict with it, add to a counter. */
static uint64_t sum_before(const struct explainer *x, const struct siblings *first,
                           const struct touches *late, uint32_t position, uint32_t word)
{
    const vrrl_program *p = x->whole.program;
    struct sum s = {.word = word};
    for (uint32_t k = 0; k < first->count; k++) {
        const struct touches early = touches_of(x, first->list[k]);
        if (first->list[k] < position && conflict(&early, late))
            slot_footprint(p, &p->slots[repairs_slot(x, first->list[k])], add_up, &s);
    }
    return s.amount;
}

/* Each of the second's line for each of the first's line that it conflicts with: for all signals, or for those
 * of the ones that stand before it. */
static bool wait_for_all(const struct explainer *x, struct repair *r, const struct siblings *first,
                         const struct siblings *second, bool before, uint32_t *places)
{
    bool can = !first->cut && !second->cut;
    for (uint32_t i = 0; can && i < second->count; i++) {
        const struct touches late = touches_of(x, second->list[i]);
        bool waits = false;
        for (uint32_t k = 0; can && k < first->count; k++) {
            const struct touches early = touches_of(x, first->list[k]);
            uint32_t word = counter_of(&early);
            if (first->list[k] == second->list[i] || word == VRRL_NO_INDEX ||
                !conflict(&early, &late) || (before && first->list[k] > second->list[i]))
                continue;
            uint64_t value =
                before ? sum_before(x, first, &late, second->list[i], word) : sum_of(x, word);
            can = wait_in_all(x, r, second->list[i], repair_word(r, word), value);
            waits = true;
        }
        *places += waits;
    }
    return can && *places > 1;
}

static vrrl_code try_siblings(struct explainer *x, const struct siblings *first,
                              const struct siblings *second, bool before, vrrl_error *err)
{
    const vrrl_explain_result *res = x->result;
    char of_first[VRRL_DEFECT_NAME_MAX], of_second[VRRL_DEFECT_NAME_MAX];
    uint32_t places = 0;
    struct repair r;
    bool can = repairs_may(x);
    if (!can)
        return VRRL_OK;
    x->rows = second->count * (x->whole.program->batch_count + 1);
    vrrl_code code = repairs_begin(x, &r, &can, err);
    x->rows = 0;
    if (!can)
        return code;
    size_t length = stem_of(x, res->first, of_first, sizeof of_first);
    size_t other = stem_of(x, res->second, of_second, sizeof of_second);
    bool all = wait_for_all(x, &r, first, second, before, &places);
    x->places = places;
    if (all)
        code = repairs_judge(
            x, &r.edited, VRRL_REPAIR_WAIT, err,
            "%s%u slots %.*s[...] wait for %s of the %.*s[...] that they conflict "
            "with%s",
            places == second->count ? "all " : "", places, (int)(other < 100 ? other : 100),
            of_second, before ? "the signals" : "every signal", (int)(length < 100 ? length : 100),
            of_first, before ? " and that stand before them" : "");
    repair_free(&r);
    return code;
}

vrrl_code repair_by_sibling_waits(struct explainer *x, vrrl_error *err)
{
    const struct siblings first = siblings_of(x, x->result->first);
    const struct siblings second = siblings_of(x, x->result->second);
    vrrl_code code = VRRL_OK;
    if (second.count < 2 || first.list[0] == second.list[0])
        return VRRL_OK;
    for (int before = 0; code == VRRL_OK && before < 2 && !repairs_found(x); before++)
        code = try_siblings(x, &first, &second, before != 0, err);
    return code;
}
