#include "program/sync_words.h"

#include "base/array.h"
#include "base/sorted.h"

#include <stdlib.h>

enum { ODD_AMOUNT = 1 << 30 }; /* adding so much is meant to take away */

struct waited *sync_words_at(const struct sync_words *words, uint32_t word)
{
    uint32_t at = sorted_from(words->items, words->count, sizeof *words->items, word);
    return at < words->count && words->items[at].word == word ? &words->items[at] : NULL;
}

bool sync_words_is_data(const struct sync_words *words, const struct declared_event *access)
{
    const struct waited *w = access->count == 1 ? sync_words_at(words, access->word) : NULL;
    return !w || w->unclear || w->is_read || (access->kind == OPERATION_STORE && w->differs);
}

uint32_t sync_words_level(const struct waited *flag, uint32_t value)
{
    uint32_t level = 0;
    for (uint32_t i = 0; i < flag->goal_count; i++)
        level += flag->goals[i] <= value;
    return level;
}

static vrrl_code list(const struct epoch_touches *touches, struct sync_words *words,
                      vrrl_error *err)
{
    for (uint32_t i = 0; i < touches->count; i++) {
        const struct declared_event *a = &touches->items[i].access;
        if (!a->waits && !(a->signals && declared_orders(a)))
            continue;
        vrrl_code code = array_room(words->items, words->count, words->room, 1, err);
        if (code != VRRL_OK)
            return code;
        words->items[words->count++] = (struct waited){.word = a->word};
    }
    if (words->count == 0)
        return VRRL_OK;
    qsort(words->items, words->count, sizeof *words->items, sorted_order);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < words->count; i++)
        if (words->items[i].word != words->items[kept - 1].word)
            words->items[kept++] = words->items[i];
    words->count = kept;
    return VRRL_OK;
}

static void note_change(struct waited *w, const struct slot_touch *touch)
{
    const struct declared_event *a = &touch->access;
    w->is_waited |= a->waits;
    w->is_read |= declared_reads(a) || a->keeps;
    w->adds |= a->signals;
    w->differs |= w->stores && a->kind == OPERATION_STORE && w->value != a->value;
    w->value = a->kind == OPERATION_STORE ? a->value : w->value;
    w->stores |= a->kind == OPERATION_STORE;
    w->relaxed |= (a->kind == OPERATION_STORE || a->signals) && !declared_orders(a);
    w->most_added += a->signals ? a->value : 0;
    w->unclear |= declared_updates(a) || (a->waits && touch->open) ||
                  (a->signals && a->value >= ODD_AMOUNT) ||
                  (a->kind == OPERATION_STORE && !a->is_value);
}

/* Control words are the machine's own; a counter that may wrap is none. */
static void classify(const struct epoch_touches *touches, const uint32_t *arena,
                     struct sync_words *words)
{
    for (uint32_t i = 0; i < touches->count; i++) {
        const struct declared_event *a = &touches->items[i].access;
        uint64_t end = (uint64_t)a->word + a->count;
        for (uint32_t at = sorted_from(words->items, words->count, sizeof *words->items, a->word);
             at < words->count && words->items[at].word < end; at++)
            note_change(&words->items[at], &touches->items[i]);
    }
    for (uint32_t i = 0; i < words->count; i++) {
        struct waited *w = &words->items[i];
        w->unclear |= w->word < VRRL_WORD_OBSERVABLE || (w->adds && w->stores) ||
                      arena[w->word] + w->most_added > UINT32_MAX;
    }
}

static vrrl_code add_goal(struct waited *w, uint32_t value, vrrl_error *err)
{
    for (uint32_t i = 0; i < w->goal_count; i++)
        if (w->goals[i] == value)
            return VRRL_OK;
    vrrl_code code = array_room(w->goals, w->goal_count, w->goal_room, 1, err);
    if (code == VRRL_OK)
        w->goals[w->goal_count++] = value;
    return code;
}

static vrrl_code list_goals(const struct epoch_touches *touches, const struct sync_words *words,
                            vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < touches->count; i++) {
        const struct declared_event *a = &touches->items[i].access;
        struct waited *w = a->waits ? sync_words_at(words, a->word) : NULL;
        if (w && w->stores && !w->unclear && !touches->items[i].never)
            code = add_goal(w, a->value, err);
    }
    return code;
}

static void find_levels(const struct epoch_touches *touches, const struct sync_words *words)
{
    for (uint32_t i = 0; i < words->count; i++)
        words->items[i].least = UINT32_MAX;
    for (uint32_t i = 0; i < touches->count; i++) {
        const struct declared_event *a = &touches->items[i].access;
        struct waited *w = a->is_value ? sync_words_at(words, a->word) : NULL;
        if (!w || w->unclear || w->goal_count == 0)
            continue;
        uint32_t level = sync_words_level(w, a->value);
        w->least = level < w->least ? level : w->least;
        w->most = level > w->most ? level : w->most;
    }
}

vrrl_code sync_words_create(const struct epoch_touches *touches, const uint32_t *arena,
                            struct sync_words *words, vrrl_error *err)
{
    *words = (struct sync_words){.items = NULL};
    vrrl_code code = list(touches, words, err);
    if (code != VRRL_OK)
        return code;
    classify(touches, arena, words);
    code = list_goals(touches, words, err);
    if (code == VRRL_OK)
        find_levels(touches, words);
    return code;
}

void sync_words_free(struct sync_words *words)
{
    for (uint32_t i = 0; i < words->count; i++)
        free(words->items[i].goals);
    free(words->items);
    *words = (struct sync_words){.items = NULL};
}
