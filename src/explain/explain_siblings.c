/* The waits of all slots that are one line of a loop: each for what it conflicts with itself. */
#include "explain/explain_siblings.h"

#include "base/array.h"
#include "base/error.h"
#include "explain/explain_waits.h"
#include "explain/try_repairs.h"
#include "program/batch_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIBLINGS_MAX = 4096, ACCESSES_MAX = 64, LINES_MAX = 64, SLOTS_LOOKED_AT = 2048 };
#define LOOKS_MAX 8000000u /* at two slots, for one repair */

/* Slots called like one of the pair but for their index or the operands of a task, by position; all of the epoch that
 * fails. */
struct siblings {
    uint32_t list[SIBLINGS_MAX], count;
    bool cut;
};

static size_t stem_of(const struct explainer *x, uint32_t position, char *name, size_t size)
{
    slot_name(x->whole.program, x->result->outcome.epoch, position, name, size);
    return strcspn(name, "[(");
}

static uint32_t slots_of(const struct explainer *x)
{
    const vrrl_program *p = x->whole.program;
    return epoch_batch(p, x->result->outcome.epoch)->count;
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

/* Each of one line is held against each of the other. */
static bool takes_long(struct explainer *x, uint32_t first, uint32_t second)
{
    bool takes = (uint64_t)first * second > LOOKS_MAX;
    x->result->repairs_left += takes;
    return takes;
}

/* ---- What they touch -------------------------------------------------------------------------- */

struct touches {
    struct declared_event list[ACCESSES_MAX];
    uint32_t count;
};

static void collect(void *context, const struct declared_event *access)
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

static bool touches_conflict(const struct touches *a, const struct touches *b)
{
    for (uint32_t i = 0; i < a->count; i++)
        for (uint32_t k = 0; k < b->count; k++)
            if (declared_conflict(&a->list[i], &b->list[k]))
                return true;
    return false;
}

/* The counter that a slot signals; VRRL_NO_INDEX: none. */
static uint32_t counter_of(const struct touches *t)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (t->list[i].signals)
            return t->list[i].word;
    return VRRL_NO_INDEX;
}

/* ---- Sums ------------------------------------------------------------------------------------- */

struct sum {
    uint32_t word;
    uint64_t amount;
};

/* What all of the epoch add to each counter: of counters that prologues set back, or that begin as 0. */
struct sums {
    struct sum *list; /* by word */
    uint32_t count, room;
    vrrl_code code;
    vrrl_error *err;
};

static void add_signal(void *context, const struct declared_event *access)
{
    struct sums *s = context;
    if (!access->signals || s->code != VRRL_OK)
        return;
    s->code = array_room(s->list, s->count, s->room, 1, s->err);
    if (s->code == VRRL_OK)
        s->list[s->count++] = (struct sum){access->word, access->value};
}

static int by_word(const void *a, const void *b)
{
    const struct sum *x = a, *y = b;
    return (x->word > y->word) - (x->word < y->word);
}

static vrrl_code find_sums(const struct explainer *x, struct sums *s, vrrl_error *err)
{
    const vrrl_program *p = x->whole.program;
    uint32_t kept = 0;
    *s = (struct sums){.err = err};
    for (uint32_t i = 0; i < slots_of(x); i++)
        slot_footprint(p, &p->slots[repairs_slot(x, i)], add_signal, s);
    if (s->count > 1)
        qsort(s->list, s->count, sizeof *s->list, by_word);
    for (uint32_t i = 0; i < s->count; i++) {
        if (kept > 0 && s->list[kept - 1].word == s->list[i].word)
            s->list[kept - 1].amount += s->list[i].amount;
        else
            s->list[kept++] = s->list[i];
    }
    s->count = kept;
    return s->code;
}

static uint64_t sum_of(const struct sums *s, uint32_t word)
{
    const struct sum key = {.word = word};
    const struct sum *found =
        s->count ? bsearch(&key, s->list, s->count, sizeof key, by_word) : NULL;
    return found ? found->amount : 0;
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

/* What some slot adds to a counter. */
static uint64_t amount_of(const struct touches *t, uint32_t word)
{
    uint64_t amount = 0;
    for (uint32_t i = 0; i < t->count; i++)
        if (t->list[i].signals && t->list[i].word == word)
            amount += t->list[i].value;
    return amount;
}

/* The two lines of a pair. */
struct pair_of_lines {
    struct siblings first, second;
    struct touches *early; /* of those of the first */
    struct sums sums;
    bool before; /* only those of the first that stand before one of the second */
};

/* What those that the k-th is one of add to its counter before a slot. */
static uint64_t sum_before(const struct pair_of_lines *l, const struct touches *late,
                           uint32_t position, uint32_t word)
{
    uint64_t sum = 0;
    for (uint32_t k = 0; k < l->first.count && l->first.list[k] < position; k++)
        if (touches_conflict(&l->early[k], late))
            sum += amount_of(&l->early[k], word);
    return sum;
}

/* One of the second's line waits for each of the first's line that it conflicts with: for all signals, or for
 * those of the ones that stand before it. */
static bool wait_for_line(const struct explainer *x, struct repair *r,
                          const struct pair_of_lines *l, uint32_t position, bool *waits)
{
    const struct touches late = touches_of(x, position);
    bool can = true;
    for (uint32_t k = 0; can && k < l->first.count; k++) {
        uint32_t word = counter_of(&l->early[k]);
        if (l->first.list[k] == position || word == VRRL_NO_INDEX ||
            (l->before && l->first.list[k] > position) || !touches_conflict(&l->early[k], &late))
            continue;
        uint64_t value = l->before ? sum_before(l, &late, position, word) : sum_of(&l->sums, word);
        can = wait_in_all(x, r, position, repair_word(r, word), value);
        *waits = true;
    }
    return can;
}

static bool wait_for_all(const struct explainer *x, struct repair *r, const struct pair_of_lines *l,
                         uint32_t *places)
{
    bool can = !l->first.cut && !l->second.cut;
    for (uint32_t i = 0; can && i < l->second.count; i++) {
        bool waits = false;
        can = wait_for_line(x, r, l, l->second.list[i], &waits);
        *places += waits;
    }
    return can && *places > 1;
}

static bool wait_for_siblings(struct repair *r, struct proposal *p, vrrl_error *err)
{
    const struct pair_of_lines *l = p->what;
    (void)err;
    bool can = wait_for_all(p->x, r, l, &p->places);
    p->parts[0].count = p->places;
    p->parts[0].all = p->places == l->second.count;
    return can;
}

static vrrl_code try_siblings(struct explainer *x, const struct pair_of_lines *l, vrrl_error *err)
{
    const vrrl_explain_result *res = x->result;
    vrrl_repair_form form =
        l->before ? VRRL_REPAIR_FORM_LINE_WAITS_BEFORE : VRRL_REPAIR_FORM_LINE_WAITS;
    struct proposal p = {.make = wait_for_siblings,
                         .what = l,
                         .kind = VRRL_REPAIR_WAIT,
                         .parts = {{.form = form}},
                         .rows = l->second.count * (x->whole.program->batch_count + 1)};
    vrrl_repair_part *part = &p.parts[0];
    part->slot[stem_of(x, res->second, part->slot, sizeof part->slot)] = '\0';
    part->other[stem_of(x, res->first, part->other, sizeof part->other)] = '\0';
    return repairs_try(x, &p, err);
}

static vrrl_code begin_lines(const struct explainer *x, struct pair_of_lines *l, vrrl_error *err)
{
    l->early = malloc((l->first.count + (size_t)1) * sizeof *l->early);
    if (!l->early)
        return error_no_memory(err, l->first.count * sizeof *l->early);
    for (uint32_t k = 0; k < l->first.count; k++)
        l->early[k] = touches_of(x, l->first.list[k]);
    return find_sums(x, &l->sums, err);
}

/* Takes long where each of one line would be held against too many of the other. */
static vrrl_code with_lines(struct explainer *x,
                            vrrl_code (*attempt)(struct explainer *x, struct pair_of_lines *l,
                                                 vrrl_error *err),
                            vrrl_error *err)
{
    struct pair_of_lines *l = calloc(1, sizeof *l);
    vrrl_code code = VRRL_OK;
    if (!l)
        return error_no_memory(err, sizeof *l);
    l->first = siblings_of(x, x->result->first);
    l->second = siblings_of(x, x->result->second);
    if (l->first.list[0] != l->second.list[0] && !takes_long(x, l->first.count, l->second.count)) {
        code = begin_lines(x, l, err);
        if (code == VRRL_OK)
            code = attempt(x, l, err);
    }
    free(l->early);
    free(l->sums.list);
    free(l);
    return code;
}

static vrrl_code wait_for_signals(struct explainer *x, struct pair_of_lines *l, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (int before = 0; code == VRRL_OK && before < 2 && !repairs_found(x); before++) {
        l->before = before != 0;
        if (l->second.count > 1)
            code = try_siblings(x, l, err);
    }
    return code;
}

vrrl_code repair_by_sibling_waits(struct explainer *x, vrrl_error *err)
{
    return with_lines(x, wait_for_signals, err);
}

/* ---- A new counter ------------------------------------------------------------------------------ */

static bool conflicts_with_second(const struct explainer *x, const struct pair_of_lines *l,
                                  uint32_t k)
{
    for (uint32_t i = 0; i < l->second.count; i++) {
        const struct touches late = touches_of(x, l->second.list[i]);
        if (touches_conflict(&l->early[k], &late))
            return true;
    }
    return false;
}

static bool conflicts_with_first(const struct explainer *x, const struct pair_of_lines *l,
                                 uint32_t i)
{
    const struct touches late = touches_of(x, l->second.list[i]);
    for (uint32_t k = 0; k < l->first.count; k++)
        if (touches_conflict(&l->early[k], &late))
            return true;
    return false;
}

static bool signal_in_all(const struct explainer *x, struct repair *r, uint32_t position,
                          uint32_t word)
{
    const struct twins in = repairs_twins(x, position);
    bool can = !in.cut;
    for (uint32_t i = 0; can && i < in.count; i++)
        can = repair_add_signal(r, in.slots[i], word, 1);
    return can;
}

static bool count_line(struct repair *r, struct proposal *p, vrrl_error *err)
{
    const struct explainer *x = p->x;
    const struct pair_of_lines *l = p->what;
    uint32_t counter = repair_flag(r, "a new counter", err), signals = 0, waits = 0;
    bool can = counter != VRRL_NO_INDEX && !l->first.cut && !l->second.cut;
    for (uint32_t k = 0; can && k < l->first.count; k++)
        if (conflicts_with_second(x, l, k)) {
            can = signal_in_all(x, r, l->first.list[k], counter);
            signals++;
        }
    for (uint32_t i = 0; can && i < l->second.count; i++)
        if (conflicts_with_first(x, l, i)) {
            can = wait_in_all(x, r, l->second.list[i], counter, signals);
            waits++;
        }
    p->places = signals + waits;
    p->parts[0].count = waits;
    p->parts[0].value = signals;
    return can && p->places > 2; /* else it is a flag of the pair */
}

static vrrl_code try_line_counter(struct explainer *x, struct pair_of_lines *l, vrrl_error *err)
{
    const vrrl_explain_result *res = x->result;
    bool hides;
    vrrl_code code = repairs_order_hides(x, &hides, err);
    if (code != VRRL_OK)
        return code;
    struct proposal p = {.make = count_line,
                         .what = l,
                         .kind = VRRL_REPAIR_WAIT,
                         .parts = {{.form = VRRL_REPAIR_FORM_LINE_COUNTER}},
                         .rows = (l->first.count + l->second.count) *
                                 (x->whole.program->batch_count + 1),
                         .hides = hides};
    vrrl_repair_part *part = &p.parts[0];
    part->slot[stem_of(x, res->second, part->slot, sizeof part->slot)] = '\0';
    part->other[stem_of(x, res->first, part->other, sizeof part->other)] = '\0';
    return repairs_try(x, &p, err);
}

vrrl_code repair_by_line_counter(struct explainer *x, vrrl_error *err)
{
    return with_lines(x, try_line_counter, err);
}

/* ---- Thresholds that are too low --------------------------------------------------------------- */

/* Of one line, the waits for words of one array that are for less than all signals make. */
static bool raise_all(const struct explainer *x, struct repair *r, const struct siblings *s,
                      const struct sums *sums, const vrrl_symbol *symbol, uint32_t *places)
{
    const vrrl_program *p = x->whole.program;
    bool can = !s->cut;
    for (uint32_t i = 0; can && i < s->count; i++) {
        const struct touches t = touches_of(x, s->list[i]);
        for (uint32_t k = 0; can && k < t.count; k++) {
            const struct declared_event *a = &t.list[k];
            uint64_t sum = sum_of(sums, a->word);
            if (!a->waits || a->value >= sum || vrrl_program_symbol_of(p, a->word) != symbol)
                continue;
            can = wait_in_all(x, r, s->list[i], repair_word(r, a->word), sum);
            ++*places;
        }
    }
    return can && *places > 0;
}

/* A line, and the array of counters that it waits for. */
struct low_waits {
    const struct siblings *line;
    const struct sums *sums;
    const vrrl_symbol *symbol;
};

static bool raise_waits(struct repair *r, struct proposal *p, vrrl_error *err)
{
    const struct low_waits *w = p->what;
    (void)err;
    bool can = raise_all(p->x, r, w->line, w->sums, w->symbol, &p->places);
    p->parts[0].count = p->places;
    return can;
}

static vrrl_code try_low_waits(struct explainer *x, const struct low_waits *what, vrrl_error *err)
{
    struct proposal p = {.make = raise_waits,
                         .what = what,
                         .kind = VRRL_REPAIR_THRESHOLD,
                         .parts = {{.form = VRRL_REPAIR_FORM_FULL_WAITS}}};
    vrrl_repair_part *part = &p.parts[0];
    part->slot[stem_of(x, what->line->list[0], part->slot, sizeof part->slot)] = '\0';
    snprintf(part->word, sizeof part->word, "%s",
             vrrl_program_text(x->whole.program, what->symbol->name));
    return repairs_try(x, &p, err);
}

/* Each array of counters once. */
static vrrl_code try_line(struct explainer *x, const struct siblings *s, const struct sums *sums,
                          vrrl_error *err)
{
    const struct touches t = touches_of(x, s->list[0]);
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < t.count; i++) {
        const vrrl_symbol *symbol = vrrl_program_symbol_of(x->whole.program, t.list[i].word);
        bool low = t.list[i].waits && symbol && t.list[i].value < sum_of(sums, t.list[i].word);
        for (uint32_t k = 0; low && k < i; k++)
            low = !t.list[k].waits ||
                  vrrl_program_symbol_of(x->whole.program, t.list[k].word) != symbol;
        const struct low_waits what = {.line = s, .sums = sums, .symbol = symbol};
        if (low)
            code = try_low_waits(x, &what, err);
    }
    return code;
}

/* Lines of the epoch that fails, by the first slot of each. */
struct lines {
    char stems[LINES_MAX][VRRL_DEFECT_NAME_MAX];
    uint32_t first[LINES_MAX], count;
};

static void find_lines(const struct explainer *x, struct lines *lines)
{
    char name[VRRL_DEFECT_NAME_MAX];
    for (uint32_t i = 0; i < slots_of(x) && i < SLOTS_LOOKED_AT; i++) {
        name[stem_of(x, i, name, sizeof name)] = '\0';
        uint32_t k = 0;
        while (k < lines->count && strcmp(lines->stems[k], name) != 0)
            k++;
        if (k < lines->count || k == LINES_MAX)
            continue;
        memcpy(lines->stems[k], name, sizeof name);
        lines->first[lines->count++] = i;
    }
}

vrrl_code repair_low_waits(struct explainer *x, vrrl_error *err)
{
    struct lines *lines = calloc(1, sizeof *lines);
    struct sums sums;
    vrrl_code code = VRRL_OK;
    if (!lines)
        return error_no_memory(err, sizeof *lines);
    find_lines(x, lines);
    code = find_sums(x, &sums, err);
    for (uint32_t i = 0; code == VRRL_OK && i < lines->count; i++) {
        const struct siblings s = siblings_of(x, lines->first[i]);
        code = try_line(x, &s, &sums, err);
    }
    free(sums.list);
    free(lines);
    return code;
}
