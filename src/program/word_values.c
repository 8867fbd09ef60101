#include "program/word_values.h"

#include "base/array.h"
#include "base/sorted.h"

#include <stdlib.h>

enum { VALUES_MAX = 64 };

/* ---- Words and who writes them --------------------------------------------------------------- */

static vrrl_code add_word(struct word_values *v, uint32_t word, vrrl_error *err)
{
    if (word == DECLARED_NO_WORD)
        return VRRL_OK;
    vrrl_code code = array_room(v->words, v->count, v->room, 1, err);
    if (code == VRRL_OK)
        v->words[v->count++] = (struct valued_word){.word = word};
    return code;
}

/* What conditions, goals and places go by, and what is copied into one word. */
static vrrl_code list_words(struct word_values *v, vrrl_error *err)
{
    const struct epoch_touches *t = v->touches;
    vrrl_code code = VRRL_OK;
    bool ends = false;
    for (uint32_t i = 0; code == VRRL_OK && i < t->count; i++) {
        const struct declared_event *a = &t->items[i].access;
        ends |= a->ends;
        code = add_word(v, a->ends ? a->word : a->from, err);
    }
    for (uint32_t i = 0; code == VRRL_OK && ends && i < t->count; i++) {
        const struct declared_event *a = &t->items[i].access;
        if (a->kind == OPERATION_STORE && a->count == 1)
            code = add_word(v, a->drawn != DECLARED_NO_WORD ? a->drawn : a->copied, err);
    }
    if (code != VRRL_OK || v->count == 0)
        return code;
    qsort(v->words, v->count, sizeof *v->words, sorted_order);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < v->count; i++)
        if (v->words[i].word != v->words[kept - 1].word)
            v->words[kept++] = v->words[i];
    v->count = kept;
    return VRRL_OK;
}

static void list_writers(struct word_values *v)
{
    const struct epoch_touches *t = v->touches;
    for (uint32_t i = 0; v->count > 0 && i < t->count; i++) {
        const struct declared_event *a = &t->items[i].access;
        uint64_t end = (uint64_t)a->word + a->count;
        if (!declared_writes(a))
            continue;
        for (uint32_t k = sorted_from(v->words, v->count, sizeof *v->words, a->word);
             k < v->count && v->words[k].word < end; k++) {
            struct valued_word *w = &v->words[k];
            if (w->writer_count < WORD_WRITERS_MAX)
                w->writers[w->writer_count] = i;
            w->writer_count++;
        }
    }
}

static const struct valued_word *find(const struct word_values *v, uint32_t word)
{
    uint32_t at = sorted_from(v->words, v->count, sizeof *v->words, word);
    return at < v->count && v->words[at].word == word ? &v->words[at] : NULL;
}

/* ---- What a word may hold -------------------------------------------------------------------- */

struct values {
    uint32_t of[VALUES_MAX];
    uint32_t count;
    bool open; /* any */
};

static bool has(const struct values *s, uint32_t value)
{
    bool any = s->open;
    for (uint32_t i = 0; i < s->count && !any; i++)
        any = s->of[i] == value;
    return any;
}

static void add(struct values *s, uint32_t value)
{
    if (has(s, value))
        return;
    s->open = s->count == VALUES_MAX;
    if (!s->open)
        s->of[s->count++] = value;
}

/* Whether the touch comes, in the slot of another one, no sooner than that. */
static bool is_later(const struct word_values *v, uint32_t touch, uint32_t than)
{
    return v->touches->items[touch].slot == v->touches->items[than].slot && touch >= than;
}

static void values_at(const struct word_values *v, uint32_t word, uint32_t touch, bool through,
                      struct values *out);

/* What a store leaves. An addition finds what was there before itself. */
static void add_stored(const struct word_values *v, uint32_t writer, bool through,
                       struct values *out)
{
    const struct declared_event *a = &v->touches->items[writer].access;
    struct values from = {.open = true};
    if (a->is_value)
        add(out, a->value);
    else if (a->count == 1 && through && a->drawn != DECLARED_NO_WORD)
        values_at(v, a->drawn, writer - 1, false, &from);
    else if (a->count == 1 && through && a->copied != DECLARED_NO_WORD)
        values_at(v, a->copied, writer, false, &from);
    if (a->is_value)
        return;
    out->open |= from.open;
    for (uint32_t i = 0; i < from.count; i++)
        add(out, from.of[i]);
}

/* What a word may hold when its slot comes to a touch: what was there, or a store leaves, and any of the
 * additions on top. The machine writes words of its own. `through`: stores of what another word holds, too. */
static void values_at(const struct word_values *v, uint32_t word, uint32_t touch, bool through,
                      struct values *out)
{
    const struct valued_word *w = find(v, word);
    uint32_t base = v->program->layout.user_base;
    bool users = word >= base && word - base < v->program->geometry.user_words;
    *out = (struct values){.open = !w || !users || w->writer_count > WORD_WRITERS_MAX};
    if (out->open)
        return;
    add(out, v->arena[word]);
    for (uint32_t i = 0; i < w->writer_count && !out->open; i++) {
        const struct declared_event *a = &v->touches->items[w->writers[i]].access;
        if (a->kind == OPERATION_STORE && !is_later(v, w->writers[i], touch))
            add_stored(v, w->writers[i], through, out);
        else
            out->open |= a->kind != OPERATION_STORE && !a->signals;
    }
    for (uint32_t i = 0; i < w->writer_count && !out->open; i++) {
        const struct declared_event *a = &v->touches->items[w->writers[i]].access;
        uint32_t without = a->signals && !is_later(v, w->writers[i], touch) ? out->count : 0;
        for (uint32_t k = 0; k < without; k++)
            add(out, out->of[k] + a->value);
    }
}

bool word_values_is_written(const struct word_values *values, uint32_t word)
{
    const struct valued_word *w = find(values, word);
    const vrrl_geometry *g = &values->program->geometry;
    uint32_t base = values->program->layout.user_base;
    bool users = word >= base ? word - base < g->user_words
                              : word >= VRRL_WORD_OBSERVABLE &&
                                    word - VRRL_WORD_OBSERVABLE < g->observable_words;
    return !w || !users || w->writer_count > 0;
}

bool word_values_may_hold(const struct word_values *values, uint32_t condition)
{
    const struct declared_event *a = &values->touches->items[condition].access;
    struct values held;
    values_at(values, a->word, condition, true, &held);
    return has(&held, a->value);
}

/* ---- All of it ------------------------------------------------------------------------------- */

vrrl_code word_values_create(const vrrl_program *program, const uint32_t *arena,
                             const struct epoch_touches *touches, struct word_values *values,
                             vrrl_error *err)
{
    *values = (struct word_values){.program = program, .arena = arena, .touches = touches};
    vrrl_code code = list_words(values, err);
    if (code == VRRL_OK)
        list_writers(values);
    return code;
}

void word_values_free(struct word_values *values)
{
    free(values->words);
    *values = (struct word_values){.words = NULL};
}
