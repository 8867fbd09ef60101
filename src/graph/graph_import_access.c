#include "graph/graph_import_access.h"

#include "base/error.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What of a buffer the `accesses` of a task tell. */
enum { TOLD_READ = 1, TOLD_WRITTEN = 2 };

/* ---- Ids, and what may be said of them ------------------------------------------------------- */

/* The index of what has the id in `value`, by `find`; `kind` is what it is, of which there are `count`. */
static vrrl_code id_of(const struct import *import, const struct json_place *place,
                       const char *field, const json_t *value, const char *kind, uint32_t count,
                       uint32_t (*find)(const vrrl_graph *graph, uint32_t id), uint32_t *index,
                       vrrl_error *err)
{
    uint64_t id;
    char expected[80], fix[80];
    vrrl_code code = json_as_u64(place, field, value, IMPORT_IDS_MAX, &id, err);
    if (code != VRRL_OK)
        return code;
    *index = find(import->graph, (uint32_t)id);
    if (*index != VRRL_GRAPH_NONE)
        return VRRL_OK;
    snprintf(expected, sizeof expected, "the id of one of the %u %ss", count, kind);
    snprintf(fix, sizeof fix, "Fix: add the %s, or correct the id.", kind);
    return json_wrong(place, field, value, expected, fix, err);
}

vrrl_code import_buffer_id(const struct import *import, const struct json_place *place,
                           const char *field, const json_t *value, uint32_t *buffer,
                           vrrl_error *err)
{
    return id_of(import, place, field, value, "buffer", import->graph->buffer_count,
                 vrrl_graph_find_buffer, buffer, err);
}

vrrl_code import_counter_id(const struct import *import, const struct json_place *place,
                            const char *field, const json_t *value, uint32_t *counter,
                            vrrl_error *err)
{
    return id_of(import, place, field, value, "counter", import->graph->counter_count,
                 vrrl_graph_find_counter, counter, err);
}

vrrl_code import_may_write(const struct import *import, const struct json_place *place,
                           const char *field, const json_t *value, uint32_t buffer, vrrl_error *err)
{
    const vrrl_graph_buffer *b = &import->graph->buffers[buffer];
    char expected[200];
    if (!vrrl_buffer_is_read_only(b->kind))
        return VRRL_OK;
    snprintf(expected, sizeof expected, "a buffer that may be written: %.100s is %s",
             vrrl_graph_text_at(import->graph, b->name), vrrl_buffer_kind_name(b->kind));
    return json_wrong(place, field, value, expected,
                      "Fix: change the buffer's kind, or the task's outputs.", err);
}

vrrl_code import_order(const struct json_place *place, const char *field, const json_t *value,
                       uint8_t *order, vrrl_error *err)
{
    const char *text = json_is_string(value) ? json_string_value(value) : "";
    *order = strcmp(text, "relaxed") == 0 ? VRRL_SYNC_ORDER_RELAXED : VRRL_SYNC_ORDER_SYNC;
    if (!value || *order == VRRL_SYNC_ORDER_RELAXED || strcmp(text, "sync") == 0)
        return VRRL_OK;
    return json_wrong(place, field, value, "sync or relaxed",
                      "Fix: `sync` is a wait that acquires, or a signal that releases.", err);
}

/* An element of a list of objects. */
static vrrl_code object_at(const struct json_place *place, const char *list, size_t i,
                           json_t *element, const char *expected, vrrl_error *err)
{
    char name[48];
    snprintf(name, sizeof name, "%s[%zu]", list, i);
    return json_is_object(element)
               ? VRRL_OK
               : json_wrong(place, name, element, expected, "Fix: see the format.", err);
}

/* ---- Accesses -------------------------------------------------------------------------------- */

static vrrl_code read_kind(const struct json_place *place, const char *field, const json_t *value,
                           vrrl_access_kind *kind, vrrl_error *err)
{
    static const struct {
        const char *name;
        vrrl_access_kind kind;
    } kinds[] = {{"read", VRRL_ACCESS_READ},
                 {"write", VRRL_ACCESS_WRITE},
                 {"accumulate", VRRL_ACCESS_ACCUMULATE},
                 {"read-write", VRRL_ACCESS_READ_WRITE}};
    const char *text = json_is_string(value) ? json_string_value(value) : "";
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        *kind = kinds[i].kind;
        if (strcmp(kinds[i].name, text) == 0)
            return VRRL_OK;
    }
    return json_wrong(place, field, value, "read, write, accumulate or read-write",
                      "Fix: say what the task does to the buffer.", err);
}

/* [first, end) of `total`; all of it where nothing is said. */
static vrrl_code read_span(const struct json_place *place, const char *field, const json_t *value,
                           uint64_t total, uint64_t *first, uint64_t *end, vrrl_error *err)
{
    char name[64], expected[80];
    *first = 0;
    *end = total;
    if (!value)
        return VRRL_OK;
    if (json_array_size(value) != 2)
        return json_wrong(place, field, value, "an array of two numbers, first and end",
                          "Fix: write [0, 64] for the first 64.", err);
    snprintf(name, sizeof name, "%s[0]", field);
    vrrl_code code = json_as_u64(place, name, json_array_get(value, 0), total - 1, first, err);
    if (code != VRRL_OK)
        return code;
    snprintf(name, sizeof name, "%s[1]", field);
    const json_t *last = json_array_get(value, 1);
    code = json_as_u64(place, name, last, VRRL_GRAPH_ELEMENTS_MAX, end, err);
    if (code != VRRL_OK || (*end > *first && *end <= total))
        return code;
    snprintf(expected, sizeof expected, "%" PRIu64 " to %" PRIu64, *first + 1, total);
    return json_wrong(place, name, last, expected, "Fix: keep the range inside the buffer.", err);
}

/* By buffer: which task last told of it, and what. */
static vrrl_code note_told(struct import *import, uint32_t buffer, vrrl_access_kind kind,
                           vrrl_error *err)
{
    size_t count = import->graph->buffer_count;
    if (!import->told)
        import->told = calloc(count, sizeof *import->told);
    if (!import->told)
        return error_no_memory(err, count * sizeof *import->told);
    struct import_told *told = &import->told[buffer];
    if (told->task != import->graph->task_count)
        *told = (struct import_told){.task = import->graph->task_count};
    if (kind != VRRL_ACCESS_WRITE) /* an accumulation needs what is there */
        told->what |= TOLD_READ;
    if (kind != VRRL_ACCESS_READ)
        told->what |= TOLD_WRITTEN;
    return VRRL_OK;
}

static vrrl_code read_access(struct import *import, const struct json_place *place, size_t i,
                             const json_t *object, vrrl_error *err)
{
    const vrrl_graph *graph = import->graph;
    const uint32_t waits = graph->tasks[graph->task_count - 1].wait_count;
    const json_t *buffer = json_object_get(object, "buffer");
    const json_t *after = json_object_get(object, "after_waits");
    vrrl_graph_range range = {0};
    vrrl_access_kind kind;
    uint64_t after_waits = waits;
    char field[48];
    snprintf(field, sizeof field, "accesses[%zu].buffer", i);
    vrrl_code code = import_buffer_id(import, place, field, buffer, &range.buffer, err);
    if (code != VRRL_OK)
        return code;
    snprintf(field, sizeof field, "accesses[%zu].kind", i);
    code = read_kind(place, field, json_object_get(object, "kind"), &kind, err);
    if (code == VRRL_OK && kind != VRRL_ACCESS_READ) {
        snprintf(field, sizeof field, "accesses[%zu].buffer", i);
        code = import_may_write(import, place, field, buffer, range.buffer, err);
    }
    if (code != VRRL_OK)
        return code;
    snprintf(field, sizeof field, "accesses[%zu].rows", i);
    code = read_span(place, field, json_object_get(object, "rows"),
                     graph->buffers[range.buffer].rows, &range.row_first, &range.row_end, err);
    snprintf(field, sizeof field, "accesses[%zu].columns", i);
    if (code == VRRL_OK)
        code = read_span(place, field, json_object_get(object, "columns"),
                         graph->buffers[range.buffer].columns, &range.column_first,
                         &range.column_end, err);
    snprintf(field, sizeof field, "accesses[%zu].after_waits", i);
    if (code == VRRL_OK && after)
        code = json_as_u64(place, field, after, waits, &after_waits, err);
    if (code == VRRL_OK)
        code = note_told(import, range.buffer, kind, err);
    if (code != VRRL_OK)
        return code;
    return vrrl_graph_add_access(import->graph, &range, kind, (uint32_t)after_waits, err);
}

vrrl_code import_accesses(struct import *import, const struct json_place *place, const json_t *task,
                          vrrl_error *err)
{
    json_t *accesses;
    if (!json_object_get(task, "accesses"))
        return VRRL_OK;
    vrrl_code code = json_read_array(place, task, "accesses", &accesses, err);
    for (size_t i = 0; code == VRRL_OK && i < json_array_size(accesses); i++) {
        json_t *object = json_array_get(accesses, i);
        code = object_at(place, "accesses", i, object, "an object of buffer and kind", err);
        if (code != VRRL_OK)
            return code;
        odd_keys_note_all(&import->odd_keys, KEYS_ACCESS, object, place->id);
        code = read_access(import, place, i, object, err);
    }
    return code;
}

vrrl_code import_is_refined(const struct import *import, const struct json_place *place,
                            const char *field, const json_t *value, uint32_t buffer, bool writes,
                            bool *refined, vrrl_error *err)
{
    const struct import_told *told = import->told ? &import->told[buffer] : NULL;
    *refined = told && told->task == import->graph->task_count;
    if (!*refined || (told->what & (writes ? TOLD_WRITTEN : TOLD_READ)))
        return VRRL_OK;
    return json_wrong(place, field, value,
                      writes ? "a buffer that `accesses` write, or do not name"
                             : "a buffer that `accesses` read, or do not name",
                      "Fix: add the access, or take the buffer away.", err);
}

/* ---- Signals --------------------------------------------------------------------------------- */

static vrrl_code read_signal(struct import *import, const struct json_place *place, size_t i,
                             const json_t *object, vrrl_error *err)
{
    vrrl_graph_signal signal = {.scope = VRRL_SYNC_SCOPE_DEVICE};
    const json_t *value = json_object_get(object, "amount");
    uint64_t amount = 1;
    char field[48];
    snprintf(field, sizeof field, "signals[%zu].counter", i);
    vrrl_code code = import_counter_id(import, place, field, json_object_get(object, "counter"),
                                       &signal.counter, err);
    if (code != VRRL_OK)
        return code;
    snprintf(field, sizeof field, "signals[%zu].amount", i);
    if (value && (code = json_as_u64(place, field, value, UINT32_MAX, &amount, err)) != VRRL_OK)
        return code;
    if (amount == 0)
        return json_wrong(place, field, value, "at least 1", "Fix: drop the signal.", err);
    signal.amount = (uint32_t)amount;
    snprintf(field, sizeof field, "signals[%zu].order", i);
    code = import_order(place, field, json_object_get(object, "order"), &signal.order, err);
    return code == VRRL_OK ? vrrl_graph_add_signal(import->graph, &signal, err) : code;
}

vrrl_code import_signals(struct import *import, const struct json_place *place, const json_t *task,
                         vrrl_error *err)
{
    json_t *signals;
    if (!json_object_get(task, "signals"))
        return VRRL_OK;
    vrrl_code code = json_read_array(place, task, "signals", &signals, err);
    for (size_t i = 0; code == VRRL_OK && i < json_array_size(signals); i++) {
        json_t *object = json_array_get(signals, i);
        code = object_at(place, "signals", i, object, "an object of counter and amount", err);
        if (code != VRRL_OK)
            return code;
        odd_keys_note_all(&import->odd_keys, KEYS_SIGNAL, object, place->id);
        code = read_signal(import, place, i, object, err);
    }
    return code;
}

/* ---- Counters that grow ---------------------------------------------------------------------- */

static vrrl_code wrong_growth(const struct import *import, const vrrl_graph_task *task, uint32_t i,
                              uint64_t step, vrrl_error *err)
{
    const vrrl_graph *graph = import->graph;
    const vrrl_graph_wait *wait = &graph->waits[task->first_wait + i];
    const vrrl_graph_counter *counter = &graph->counters[wait->counter];
    struct json_place place = import_place(import, "task", task->place);
    char field[48], expected[120];
    json_t *found = json_integer(wait->growth);
    if (!found)
        return error_no_memory(err, sizeof wait->growth);
    place.id = task->id;
    place.label = vrrl_graph_text_at(graph, task->label);
    snprintf(field, sizeof field, "waits[%u].growth", i);
    if (counter->grows)
        snprintf(expected, sizeof expected,
                 "%" PRIu64 ", by which the signals of a step raise counter %u", step, counter->id);
    else
        snprintf(expected, sizeof expected, "0: counter %u begins anew in each step", counter->id);
    vrrl_code code = json_wrong(&place, field, found, expected,
                                "Fix: let the threshold grow as the counter does.", err);
    json_decref(found);
    return code;
}

vrrl_code import_growth(const struct import *import, vrrl_error *err)
{
    const vrrl_graph *graph = import->graph;
    size_t bytes = (graph->counter_count + (size_t)1) * sizeof(uint64_t);
    uint64_t *step = calloc(1, bytes); /* by counter: what all signals of a step add */
    if (!step)
        return error_no_memory(err, bytes);
    for (uint32_t i = 0; i < graph->signal_count; i++)
        if (graph->counters[graph->signals[i].counter].grows)
            step[graph->signals[i].counter] += graph->signals[i].amount;
    vrrl_code code = VRRL_OK;
    for (uint32_t t = 0; code == VRRL_OK && t < graph->task_count; t++) {
        const vrrl_graph_task *task = &graph->tasks[t];
        for (uint32_t i = 0; code == VRRL_OK && i < task->wait_count; i++) {
            const vrrl_graph_wait *wait = &graph->waits[task->first_wait + i];
            if (wait->growth != step[wait->counter])
                code = wrong_growth(import, task, i, step[wait->counter], err);
        }
    }
    free(step);
    return code;
}
