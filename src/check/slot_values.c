#include "check/slot_values.h"

#include "base/error.h"
#include "check/certain.h"
#include "check/epoch_graph.h"
#include "race/rules.h"

#include <stdlib.h>

vrrl_code slot_values_create(const struct epoch_touches *touches, const uint32_t *arena,
                             uint32_t words, struct slot_values *values, vrrl_error *err)
{
    *values = (struct slot_values){.touches = touches, .arena = arena, .words = words};
    values->writers = calloc(words + (size_t)1, 1);
    values->waits = calloc(words + (size_t)2, sizeof *values->waits);
    if (!values->writers || !values->waits)
        return error_no_memory(err, 5 * (uint64_t)words);
    for (uint32_t i = 0; i < touches->count; i++) {
        const struct declared_event *a = &touches->items[i].access;
        if (a->waits && a->word < words)
            values->waits[a->word + 1] = 1;
        if (access_is_load(access_of_declared(a)))
            continue;
        for (uint32_t k = 0; k < a->count && a->word + k < words; k++)
            if (values->writers[a->word + k] < 2)
                values->writers[a->word + k]++;
    }
    for (uint32_t i = 0; i < words; i++)
        values->waits[i + 1] += values->waits[i];
    return VRRL_OK;
}

void slot_values_free(struct slot_values *values)
{
    free(values->writers);
    free(values->waits);
    *values = (struct slot_values){.writers = NULL};
}

/* A store whose value is known, of a word that nobody else writes, changes it or does not. */
static enum pair_value store_and_load(const struct slot_values *v,
                                      const struct declared_event *store)
{
    if (store->declared)
        return PAIR_DIFFERS;
    if (!store->is_value || store->word >= v->words || v->writers[store->word] != 1)
        return PAIR_UNKNOWN;
    return store->value == v->arena[store->word] ? PAIR_SAME : PAIR_DIFFERS;
}

static enum pair_value store_and_modify(const struct declared_event *modify)
{
    if (modify->declared)
        return PAIR_DIFFERS;
    return !modify->signals ? PAIR_UNKNOWN : modify->value == 0 ? PAIR_SAME : PAIR_DIFFERS;
}

static enum pair_value value_of(const struct slot_values *v, const struct declared_event *a,
                                const struct declared_event *b)
{
    vrrl_access_kind x = access_of_declared(a), y = access_of_declared(b);
    if (access_is_store(x) && access_is_store(y)) {
        if (a->is_value && b->is_value)
            return a->value == b->value ? PAIR_SAME : PAIR_DIFFERS;
        return a->declared || b->declared ? PAIR_DIFFERS : PAIR_UNKNOWN;
    }
    if (access_is_store(x))
        return access_is_load(y) ? store_and_load(v, a) : store_and_modify(b);
    if (access_is_store(y))
        return access_is_load(x) ? store_and_load(v, b) : store_and_modify(a);
    return PAIR_DIFFERS;
}

/* Whether some slot waits for a word of both. */
static bool meets_wait(const struct slot_values *v, const struct declared_event *a,
                       const struct declared_event *b)
{
    uint64_t first = a->word > b->word ? a->word : b->word;
    uint64_t end = v->words, ends[] = {a->word + (uint64_t)a->count, b->word + (uint64_t)b->count};
    for (int i = 0; i < 2; i++)
        end = ends[i] < end ? ends[i] : end;
    return first < end && v->waits[end] > v->waits[first];
}

/* Whether two accesses are of those kinds, and meet in those words. */
static bool is_there(const struct declared_event *p, const struct declared_event *q,
                     const vrrl_check_pair *pair, uint64_t first, uint64_t end)
{
    uint64_t from = p->word > q->word ? p->word : q->word;
    uint64_t p_end = p->word + (uint64_t)p->count, q_end = q->word + (uint64_t)q->count;
    uint64_t to = p_end < q_end ? p_end : q_end;
    return access_of_declared(p) == pair->kinds[0] && access_of_declared(q) == pair->kinds[1] &&
           from < to && from < end && first < to;
}

bool slot_values_there(const void *context, const vrrl_graph *graph, const vrrl_check_pair *pair)
{
    const struct slot_values *v = context;
    const struct epoch_touches *t = v->touches;
    uint32_t a = pair->tasks[0], b = pair->tasks[1];
    uint64_t first = 0, end = UINT64_MAX;
    bool any = false;
    pair_words(graph, pair, &first, &end);
    for (uint32_t i = t->first[a]; i < t->first[a + 1] && !any; i++)
        for (uint32_t k = t->first[b]; k < t->first[b + 1] && !any; k++) {
            const struct declared_event *p = &t->items[i].access, *q = &t->items[k].access;
            any = is_there(p, q, pair, first, end) && value_of(v, p, q) != PAIR_SAME;
        }
    return any;
}

enum pair_value slot_values_of(void *context, uint32_t a, uint32_t b)
{
    const struct slot_values *v = context;
    const struct epoch_touches *t = v->touches;
    enum pair_value best = PAIR_SAME;
    for (uint32_t i = t->first[a]; i < t->first[a + 1]; i++) {
        for (uint32_t k = t->first[b]; k < t->first[b + 1]; k++) {
            const struct declared_event *p = &t->items[i].access, *q = &t->items[k].access;
            if (p->word >= q->word + (uint64_t)q->count ||
                q->word >= p->word + (uint64_t)p->count ||
                !access_conflicts(access_of_declared(p), access_of_declared(q)))
                continue;
            enum pair_value value = value_of(v, p, q);
            if (value == PAIR_DIFFERS && meets_wait(v, p, q))
                value = PAIR_AT_WAIT;
            best = value < best ? value : best;
        }
    }
    return best;
}
