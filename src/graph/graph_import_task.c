#include "graph/graph_import_task.h"

#include "base/array.h"
#include "base/checksum.h"
#include "base/error.h"
#include "graph/graph_import_access.h"
#include "graph/graph_tiles.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Operation and parameters in one canonical text (sorted keys), hashed. */
static vrrl_code read_identity(struct import *import, const struct json_place *place,
                               const json_t *params, const char *op, uint64_t *identity,
                               vrrl_error *err)
{
    size_t flags = JSON_COMPACT | JSON_SORT_KEYS, head = strlen(op) + 1;
    bool fits = import->params_room > head;
    size_t size = json_dumpb(params, fits ? import->params + head : NULL,
                             fits ? import->params_room - head : 0, flags);
    if (size == 0)
        return json_wrong(place, "params", params, "parameters that can be written back",
                          "Fix: correct the field.", err);
    if (head + size > import->params_room) {
        if (!array_resize(&import->params, 2 * (head + size), 1))
            return error_no_memory(err, 2 * (head + size));
        import->params_room = 2 * (head + size);
        json_dumpb(params, import->params + head, import->params_room - head, flags);
    }
    memcpy(import->params, op, head);
    *identity = checksum_xxh3(import->params, head + size);
    return VRRL_OK;
}

static vrrl_graph_range whole(const vrrl_graph *graph, uint32_t buffer)
{
    return (vrrl_graph_range){.buffer = buffer,
                              .row_end = graph->buffers[buffer].rows,
                              .column_end = graph->buffers[buffer].columns};
}

/* Buffers of a task, each whole; those that `accesses` tell of are not asked for again. With `accesses`, the list may
 * be missing. */
static vrrl_code read_buffers(const struct json_place *place, const json_t *task, const char *field,
                              json_t **list, vrrl_error *err)
{
    *list = NULL;
    if (json_object_get(task, "accesses") && !json_object_get(task, field))
        return VRRL_OK;
    return json_read_array(place, task, field, list, err);
}

/* How many the file lists. */
static uint16_t listed(const json_t *list)
{
    size_t count = json_array_size(list);
    if (!list)
        return VRRL_GRAPH_NOT_LISTED;
    return (uint16_t)(count < VRRL_GRAPH_NOT_LISTED ? count : VRRL_GRAPH_NOT_LISTED - 1);
}

static vrrl_code read_inputs(struct import *import, const struct json_place *place,
                             const json_t *task, vrrl_error *err)
{
    json_t *inputs;
    vrrl_code code = read_buffers(place, task, "inputs", &inputs, err);
    vrrl_graph_task *own = &import->graph->tasks[import->graph->task_count - 1];
    uint32_t waits = own->wait_count;
    own->inputs = listed(code == VRRL_OK ? inputs : NULL);
    for (size_t i = 0; code == VRRL_OK && i < json_array_size(inputs); i++) {
        const json_t *value = json_array_get(inputs, i);
        uint32_t buffer = 0;
        char name[48];
        bool refined = false;
        snprintf(name, sizeof name, "inputs[%zu]", i);
        code = import_buffer_id(import, place, name, value, &buffer, err);
        if (code == VRRL_OK)
            code = import_is_refined(import, place, name, value, buffer, false, &refined, err);
        if (code != VRRL_OK || refined)
            continue;
        vrrl_graph_range range = whole(import->graph, buffer);
        code = vrrl_graph_add_access(import->graph, &range, VRRL_ACCESS_READ, waits, err);
    }
    return code;
}

/* What a tile's parameters say: [offset, offset + length) of `total`. */
static vrrl_code read_tile(const struct json_place *place, const json_t *params,
                           const char *offset_name, const char *length_name, uint64_t total,
                           const char *buffer, uint64_t *first, uint64_t *end, vrrl_error *err)
{
    uint64_t offset = 0, length = 0;
    char field[64], expected[240];
    const json_t *offset_value = json_object_get(params, offset_name);
    const json_t *length_value = json_object_get(params, length_name);
    snprintf(field, sizeof field, "params.%s", offset_name);
    vrrl_code code = json_as_u64(place, field, offset_value, VRRL_GRAPH_ELEMENTS_MAX, &offset, err);
    if (code != VRRL_OK)
        return code;
    if (offset >= total) {
        snprintf(expected, sizeof expected, "less than %" PRIu64 ", the size of output %.100s",
                 total, buffer);
        return json_wrong(place, field, offset_value, expected,
                          "Fix: keep the tile inside the buffer.", err);
    }
    snprintf(field, sizeof field, "params.%s", length_name);
    code = json_as_u64(place, field, length_value, VRRL_GRAPH_ELEMENTS_MAX, &length, err);
    if (code != VRRL_OK)
        return code;
    if (length == 0 || length > total - offset) {
        snprintf(expected, sizeof expected,
                 "1 to %" PRIu64 ": output %.100s ends at %" PRIu64
                 " and the tile begins at %" PRIu64,
                 total - offset, buffer, total, offset);
        return json_wrong(place, field, length_value, expected,
                          "Fix: keep the tile inside the buffer.", err);
    }
    *first = offset;
    *end = offset + length;
    return VRRL_OK;
}

static vrrl_code read_output(struct import *import, const struct json_place *place, const char *op,
                             const json_t *params, uint32_t buffer_index, const json_t *value,
                             vrrl_error *err)
{
    const vrrl_graph_buffer *buffer = &import->graph->buffers[buffer_index];
    const char *name = vrrl_graph_text_at(import->graph, buffer->name);
    vrrl_graph_range range = whole(import->graph, buffer_index);
    bool gemm = strcmp(op, GEMM_TILE) == 0;
    vrrl_code code = import_may_write(import, place, "an output", value, buffer_index, err);
    if (code == VRRL_OK && op_is_tile(op))
        code = read_tile(place, params, "n_off", "N_tile", buffer->columns, name,
                         &range.column_first, &range.column_end, err);
    if (gemm && code == VRRL_OK && json_object_get(params, "m_off"))
        code = read_tile(place, params, "m_off", "M_tile", buffer->rows, name, &range.row_first,
                         &range.row_end, err);
    if (code != VRRL_OK)
        return code;
    uint32_t waits = import->graph->tasks[import->graph->task_count - 1].wait_count;
    return vrrl_graph_add_access(import->graph, &range, VRRL_ACCESS_WRITE, waits, err);
}

static vrrl_code read_outputs(struct import *import, const struct json_place *place,
                              const json_t *task, const char *op, const json_t *params,
                              vrrl_error *err)
{
    json_t *outputs;
    vrrl_code code = read_buffers(place, task, "outputs", &outputs, err);
    import->graph->tasks[import->graph->task_count - 1].outputs =
        listed(code == VRRL_OK ? outputs : NULL);
    for (size_t i = 0; code == VRRL_OK && i < json_array_size(outputs); i++) {
        const json_t *value = json_array_get(outputs, i);
        uint32_t buffer = 0;
        char name[48];
        bool refined = false;
        snprintf(name, sizeof name, "outputs[%zu]", i);
        code = import_buffer_id(import, place, name, value, &buffer, err);
        if (code == VRRL_OK)
            code = import_is_refined(import, place, name, value, buffer, true, &refined, err);
        if (code == VRRL_OK && !refined)
            code = read_output(import, place, op, params, buffer, value, err);
    }
    return code;
}

static vrrl_code read_wait(struct import *import, const struct json_place *place, size_t i,
                           const json_t *object, vrrl_error *err)
{
    vrrl_graph_wait wait = {.scope = VRRL_SYNC_SCOPE_DEVICE};
    const json_t *grows = json_object_get(object, "growth");
    uint64_t threshold = 0, growth = 0;
    char name[48];
    snprintf(name, sizeof name, "waits[%zu].counter", i);
    vrrl_code code = import_counter_id(import, place, name, json_object_get(object, "counter"),
                                       &wait.counter, err);
    if (code != VRRL_OK)
        return code;
    snprintf(name, sizeof name, "waits[%zu].threshold", i);
    code =
        json_as_u64(place, name, json_object_get(object, "threshold"), UINT32_MAX, &threshold, err);
    snprintf(name, sizeof name, "waits[%zu].growth", i);
    if (code == VRRL_OK && grows)
        code = json_as_u64(place, name, grows, UINT32_MAX, &growth, err);
    snprintf(name, sizeof name, "waits[%zu].order", i);
    if (code == VRRL_OK)
        code = import_order(place, name, json_object_get(object, "order"), &wait.order, err);
    wait.threshold = (uint32_t)threshold;
    wait.growth = (uint32_t)growth;
    return code == VRRL_OK ? vrrl_graph_add_wait(import->graph, &wait, err) : code;
}

static vrrl_code read_waits(struct import *import, const struct json_place *place,
                            const json_t *task, vrrl_error *err)
{
    json_t *waits;
    if (!json_object_get(task, "waits"))
        return VRRL_OK;
    vrrl_code code = json_read_array(place, task, "waits", &waits, err);
    for (size_t i = 0; code == VRRL_OK && i < json_array_size(waits); i++) {
        json_t *object = json_array_get(waits, i);
        char name[48];
        snprintf(name, sizeof name, "waits[%zu]", i);
        if (!json_is_object(object))
            return json_wrong(place, name, object, "an object of counter and threshold",
                              "Fix: see the format.", err);
        odd_keys_note_all(&import->odd_keys, KEYS_WAIT, object, place->id);
        code = read_wait(import, place, i, object, err);
    }
    return code;
}

static vrrl_code read_signal(struct import *import, const struct json_place *place,
                             const json_t *task, vrrl_error *err)
{
    vrrl_graph_signal signal = {
        .amount = 1, .order = VRRL_SYNC_ORDER_SYNC, .scope = VRRL_SYNC_SCOPE_DEVICE};
    const json_t *value = json_object_get(task, "out_counter");
    if (json_is_null(value) || (!value && json_object_get(task, "signals")))
        return VRRL_OK; /* nobody waits for it */
    vrrl_code code = import_counter_id(import, place, "out_counter", value, &signal.counter, err);
    return code == VRRL_OK ? vrrl_graph_add_signal(import->graph, &signal, err) : code;
}

static vrrl_code share_op(struct import *import, const char *op, vrrl_graph_text *at,
                          vrrl_error *err)
{
    for (uint32_t i = 0; i < import->op_count; i++) {
        *at = import->ops[i];
        if (strcmp(vrrl_graph_text_at(import->graph, *at), op) == 0)
            return VRRL_OK;
    }
    vrrl_code code = vrrl_graph_add_text(import->graph, op, at, err);
    if (code == VRRL_OK && import->op_count < IMPORT_OPS_SHARED)
        import->ops[import->op_count++] = *at;
    return code;
}

/* Id, label, op, parameters, worker: what a task is, before what it touches. A task without a label
 * goes by its op. */
static vrrl_code read_task_head(struct import *import, struct json_place *place,
                                const json_t *object, vrrl_graph_task *task, const char **op,
                                vrrl_error *err)
{
    const char *label;
    vrrl_code code = json_read_u32(place, object, "id", IMPORT_IDS_MAX, &task->id, err);
    if (code != VRRL_OK)
        return code;
    place->id = task->id;
    if ((code = json_read_text_or(place, object, "label", "", &label, err)) != VRRL_OK)
        return code;
    place->label = label;
    if ((code = json_read_text(place, object, "op", op, err)) != VRRL_OK)
        return code;
    if (!label[0])
        place->label = label = *op;
    const json_t *params = json_object_get(object, "params");
    if (!json_is_object(params))
        return json_wrong(place, "params", params, "an object",
                          "Fix: write {} where there are none.", err);
    const json_t *worker = json_object_get(object, "sm");
    task->worker = VRRL_GRAPH_NONE;
    if (worker && !json_is_null(worker) &&
        (code = json_read_u32(place, object, "sm", import->workers - 1, &task->worker, err)) !=
            VRRL_OK)
        return code;
    if ((code = vrrl_graph_add_text(import->graph, label, &task->label, err)) != VRRL_OK ||
        (code = share_op(import, *op, &task->op, err)) != VRRL_OK)
        return code;
    return read_identity(import, place, params, *op, &task->identity, err);
}

vrrl_code import_task(void *context, uint32_t position, json_t *element, vrrl_error *err)
{
    struct import *import = context;
    struct json_place place = import_place(import, "task", position);
    place.object = element;
    vrrl_graph_task task = {0};
    const char *op;
    if (!json_is_object(element))
        return import_not_an_object(&place, element, err);
    if (!json_object_get(element, "params") &&
        json_object_set_new(element, "params", json_object()) != 0)
        return error_no_memory(err, 64);
    vrrl_code code = read_task_head(import, &place, element, &task, &op, err);
    if (code != VRRL_OK)
        return code;
    json_t *params = json_object_get(element, "params");
    odd_keys_note_all(&import->odd_keys, KEYS_TASK, element, task.id);
    if (op_is_tile(op))
        odd_keys_note_all(&import->odd_keys, KEYS_TILE, params, task.id);
    if ((code = vrrl_graph_add_task(import->graph, &task, err)) != VRRL_OK ||
        (code = read_waits(import, &place, element, err)) != VRRL_OK ||
        (code = import_accesses(import, &place, element, err)) != VRRL_OK ||
        (code = read_inputs(import, &place, element, err)) != VRRL_OK ||
        (code = read_outputs(import, &place, element, op, params, err)) != VRRL_OK ||
        (code = read_signal(import, &place, element, err)) != VRRL_OK)
        return code;
    return import_signals(import, &place, element, err);
}
