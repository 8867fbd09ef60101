#include "check/epoch_nevers.h"

#include "base/array.h"
#include "base/value_text.h"

#include <stdio.h>
#include <stdlib.h>

const struct never *epoch_never_of(const struct epoch_nevers *nevers,
                                   const struct declared_event *wait)
{
    for (uint32_t i = 0; i < nevers->count; i++) {
        const struct never *n = &nevers->items[i];
        if (n->word == wait->word && n->from == wait->from && n->value == wait->value)
            return n;
    }
    return NULL;
}

static vrrl_code add_counter(const vrrl_program *program, const uint32_t *arena,
                             const struct never *never, uint32_t id, vrrl_graph *graph,
                             vrrl_error *err)
{
    char word[120], from[120], note[320], value[VALUE_TEXT_MAX];
    vrrl_graph_counter counter = {.id = id, .named = true, .never = true};
    vrrl_program_word_name(program, never->word, word, sizeof word);
    vrrl_program_word_name(program, never->from, from, sizeof from);
    snprintf(note, sizeof note, "%s >= %s + %u, which is %s", word, from,
             never->value - arena[never->from],
             value_text(never->value + (UINT64_C(1) << 32), value));
    vrrl_code code = vrrl_graph_add_text(graph, note, &counter.note, err);
    return code == VRRL_OK ? vrrl_graph_add_counter(graph, &counter, err) : code;
}

vrrl_code epoch_nevers_create(const vrrl_program *program, const struct epoch_touches *touches,
                              const uint32_t *arena, uint32_t id, vrrl_graph *graph,
                              struct epoch_nevers *nevers, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < touches->count; i++) {
        const struct declared_event *a = &touches->items[i].access;
        if (!touches->items[i].never || epoch_never_of(nevers, a))
            continue;
        code = array_room(nevers->items, nevers->count, nevers->room, 1, err);
        if (code != VRRL_OK)
            return code;
        nevers->items[nevers->count++] =
            (struct never){a->word, a->from, a->value, graph->counter_count};
        code = add_counter(program, arena, &nevers->items[nevers->count - 1], id++, graph, err);
    }
    return code;
}

void epoch_nevers_free(struct epoch_nevers *nevers)
{
    free(nevers->items);
    *nevers = (struct epoch_nevers){.items = NULL};
}
