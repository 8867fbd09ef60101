#include "report/odd_one_out.h"

#include "report/phrase.h"

#include <string.h>

enum { FIELDS = 10 };

/* `one`: where it is of one other alone, if that is said otherwise. */
static const struct row {
    const char *name, *phrase, *one;
} rows[] = {
    [VRRL_ODD_NONE] = {"none", ""},
    [VRRL_ODD_WAIT] = {"wait", "{some} of the {all} {who} of {buffer} wait for {counter} >= "
                               "{wanted}"},
    [VRRL_ODD_NO_WAIT] = {"no-wait",
                          "none of the other {all} {who} of {buffer} waits for {counter}",
                          "the other {one} of {buffer} does not wait for {counter}"},
    [VRRL_ODD_FULL_WAITS] = {"full-waits", "{some} of the {all} {operation} tasks wait for every "
                                           "signal of their counters"},
    [VRRL_ODD_GRID] = {"grid", "{some} of the {all} {who} of {buffer} lie on a grid of {height} x "
                               "{width}"},
};

struct told_odd {
    char counter[200];
    struct phrase_field fields[FIELDS + 1];
};

static void tell_odd(const vrrl_graph *graph, const vrrl_odd_one_out *odd, uint32_t task,
                     struct told_odd *t)
{
    bool waits = odd->kind == VRRL_ODD_WAIT || odd->kind == VRRL_ODD_NO_WAIT;
    const char *buffer = "";
    t->counter[0] = '\0';
    if (waits)
        vrrl_graph_counter_name(graph, odd->counter, t->counter, sizeof t->counter);
    if (waits || odd->kind == VRRL_ODD_GRID)
        buffer = vrrl_graph_text_at(graph, graph->buffers[odd->buffer].name);
    const struct phrase_field fields[FIELDS + 1] = {
        {"some", NULL, NULL, NULL, odd->some},
        {"all", NULL, NULL, NULL, odd->all},
        {"who", NULL, NULL, odd->writers ? "writers" : "readers", 0},
        {"one", NULL, odd->writers ? "writer" : "reader", NULL, 0},
        {"buffer", NULL, NULL, buffer, 0},
        {"counter", NULL, NULL, t->counter, 0},
        {"wanted", NULL, NULL, NULL, odd->wanted},
        {"operation", NULL, NULL, vrrl_graph_text_at(graph, graph->tasks[task].op), 0},
        {"height", NULL, NULL, NULL, odd->height},
        {"width", NULL, NULL, NULL, odd->width}};
    memcpy(t->fields, fields, sizeof t->fields);
}

const char *odd_one_out_text(const vrrl_graph *graph, const vrrl_odd_one_out *odd, uint32_t task,
                             char out[VRRL_CHECK_TEXT_MAX])
{
    struct told_odd t;
    tell_odd(graph, odd, task, &t);
    const struct row *row = &rows[odd->kind];
    phrase_put(out, VRRL_CHECK_TEXT_MAX, odd->all == 1 && row->one ? row->one : row->phrase,
               t.fields);
    return out;
}

json_t *odd_one_out_json(const vrrl_graph *graph, const vrrl_odd_one_out *odd, uint32_t task)
{
    struct told_odd t;
    if (odd->kind == VRRL_ODD_NONE)
        return json_null();
    json_t *object = json_pack("{s:s}", "kind", rows[odd->kind].name);
    tell_odd(graph, odd, task, &t);
    phrase_add_json(object, rows[odd->kind].phrase, t.fields);
    return object;
}
