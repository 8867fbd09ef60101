/* AutoMegaKernel's IR 0.2: the one file format of task graphs so far. */
#include "vrrl/graph.h"

#include "base/digest.h"
#include "base/error.h"
#include "programs/graph_file.h"
#include "programs/graph_json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A queue a worker: the machine has at most so many. */
#define WORKERS_MAX 65536u
#define IDS_MAX     (VRRL_GRAPH_NONE - 1)

/* So many operations' names are kept once each; a graph of more repeats the rest. */
enum { OPS_SHARED = 64 };

struct import {
    vrrl_graph *graph;
    struct json_document document;
    uint32_t workers; /* target.num_sms, or the machine's limit */
    char *params;     /* scratch: op and canonical parameters */
    size_t params_room;
    vrrl_graph_text ops[OPS_SHARED]; /* names of operations, kept once */
    uint32_t op_count;
};

static struct json_place place_of(const struct import *import, const char *what, uint32_t position)
{
    return (struct json_place){import->document.file, what, position, -1, ""};
}

/* ---- Buffers and counters ------------------------------------------------------------------- */

static vrrl_code read_kind(const struct json_place *place, const json_t *object,
                           vrrl_buffer_kind *kind, vrrl_error *err)
{
    static const vrrl_buffer_kind kinds[] = {
#define X(name, text) VRRL_BUFFER_##name,
        VRRL_BUFFER_KIND_TABLE(X)
#undef X
    };
    const json_t *value = json_object_get(object, "kind");
    const char *name = json_is_string(value) ? json_string_value(value) : "";
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        *kind = kinds[i];
        if (strcmp(vrrl_buffer_kind_name(kinds[i]), name) == 0)
            return VRRL_OK;
    }
    return json_wrong(place, "kind", value,
                      "WEIGHT, CONST, IO_INPUT, ACTIVATION, IO_OUTPUT or KV_CACHE",
                      "Fix: use the kind that fits: may the step write it, does it persist?", err);
}

/* Rows are the product of all dimensions but the last; no dimensions at all is one element. */
static vrrl_code read_shape(const struct json_place *place, const json_t *object,
                            vrrl_graph_buffer *buffer, vrrl_error *err)
{
    json_t *shape;
    vrrl_code code = json_read_array(place, object, "shape", &shape, err);
    if (code != VRRL_OK)
        return code;
    buffer->rows = buffer->columns = 1;
    for (size_t i = 0; i < json_array_size(shape); i++) {
        uint64_t length;
        char name[32];
        snprintf(name, sizeof name, "shape[%zu]", i);
        const json_t *value = json_array_get(shape, i);
        code = json_as_u64(place, name, value, VRRL_GRAPH_ELEMENTS_MAX, &length, err);
        if (code != VRRL_OK)
            return code;
        if (length == 0)
            return json_wrong(place, name, value, "at least 1", "Fix: drop the empty buffer.", err);
        if (length > VRRL_GRAPH_ELEMENTS_MAX / (buffer->rows * buffer->columns))
            return json_wrong(place, name, value, "at most 2^48 elements in all",
                              "Fix: correct the shape.", err);
        buffer->rows *= buffer->columns;
        buffer->columns = length;
    }
    return VRRL_OK;
}

static vrrl_code not_an_object(const struct json_place *place, const json_t *element,
                               vrrl_error *err)
{
    return json_wrong(place, "the element", element, "an object", "Fix: see the format.", err);
}

static vrrl_code read_buffer(void *context, uint32_t position, json_t *element, vrrl_error *err)
{
    struct import *import = context;
    struct json_place place = place_of(import, "buffer", position);
    vrrl_graph_buffer buffer = {0};
    const char *name;
    if (!json_is_object(element))
        return not_an_object(&place, element, err);
    vrrl_code code = json_read_u32(&place, element, "id", IDS_MAX, &buffer.id, err);
    if (code != VRRL_OK)
        return code;
    place.id = buffer.id;
    if ((code = json_read_text(&place, element, "name", &name, err)) != VRRL_OK)
        return code;
    place.label = name;
    if ((code = read_kind(&place, element, &buffer.kind, err)) != VRRL_OK ||
        (code = read_shape(&place, element, &buffer, err)) != VRRL_OK ||
        (code = vrrl_graph_add_text(import->graph, name, &buffer.name, err)) != VRRL_OK)
        return code;
    return vrrl_graph_add_buffer(import->graph, &buffer, err);
}

static vrrl_code read_counter(void *context, uint32_t position, json_t *element, vrrl_error *err)
{
    struct import *import = context;
    struct json_place place = place_of(import, "counter", position);
    vrrl_graph_counter counter = {0};
    const char *note = "";
    if (!json_is_object(element))
        return not_an_object(&place, element, err);
    vrrl_code code = json_read_u32(&place, element, "id", IDS_MAX, &counter.id, err);
    if (code != VRRL_OK)
        return code;
    place.id = counter.id;
    if (json_object_get(element, "init") &&
        (code = json_read_u32(&place, element, "init", UINT32_MAX, &counter.init, err)) != VRRL_OK)
        return code;
    code = json_read_text_or(&place, element, "note", "", &note, err);
    if (code == VRRL_OK)
        code = vrrl_graph_add_text(import->graph, note, &counter.note, err);
    return code == VRRL_OK ? vrrl_graph_add_counter(import->graph, &counter, err) : code;
}

/* ---- Tasks ---------------------------------------------------------------------------------- */

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
        char *larger = realloc(import->params, 2 * (head + size));
        if (!larger)
            return error_no_memory(err, 2 * (head + size));
        import->params = larger;
        import->params_room = 2 * (head + size);
        json_dumpb(params, import->params + head, import->params_room - head, flags);
    }
    memcpy(import->params, op, head);
    *identity = checksum_xxh3(import->params, head + size);
    return VRRL_OK;
}

static vrrl_code read_buffer_index(struct import *import, const struct json_place *place,
                                   const char *field, size_t i, const json_t *value,
                                   uint32_t *buffer, vrrl_error *err)
{
    char name[48], expected[80];
    uint64_t id;
    snprintf(name, sizeof name, "%s[%zu]", field, i);
    vrrl_code code = json_as_u64(place, name, value, IDS_MAX, &id, err);
    if (code != VRRL_OK)
        return code;
    *buffer = vrrl_graph_find_buffer(import->graph, (uint32_t)id);
    if (*buffer != VRRL_GRAPH_NONE)
        return VRRL_OK;
    snprintf(expected, sizeof expected, "the id of one of the %u buffers",
             import->graph->buffer_count);
    return json_wrong(place, name, value, expected, "Fix: add the buffer, or correct the id.", err);
}

static vrrl_graph_range whole(const vrrl_graph *graph, uint32_t buffer)
{
    return (vrrl_graph_range){.buffer = buffer,
                              .row_end = graph->buffers[buffer].rows,
                              .column_end = graph->buffers[buffer].columns};
}

static vrrl_code read_inputs(struct import *import, const struct json_place *place,
                             const json_t *task, vrrl_error *err)
{
    json_t *inputs;
    vrrl_code code = json_read_array(place, task, "inputs", &inputs, err);
    uint32_t waits = import->graph->tasks[import->graph->task_count - 1].wait_count;
    for (size_t i = 0; code == VRRL_OK && i < json_array_size(inputs); i++) {
        uint32_t buffer = 0;
        code =
            read_buffer_index(import, place, "inputs", i, json_array_get(inputs, i), &buffer, err);
        if (code != VRRL_OK)
            break;
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
    bool gemm = strcmp(op, "GEMM_TILE") == 0;
    vrrl_code code = VRRL_OK;
    if (vrrl_buffer_is_read_only(buffer->kind)) {
        char expected[200];
        snprintf(expected, sizeof expected, "a buffer that may be written: %.100s is %s", name,
                 vrrl_buffer_kind_name(buffer->kind));
        return json_wrong(place, "an output", value, expected,
                          "Fix: change the buffer's kind, or the task's outputs.", err);
    }
    if (gemm || strcmp(op, "GEMV_TILE") == 0)
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
    vrrl_code code = json_read_array(place, task, "outputs", &outputs, err);
    for (size_t i = 0; code == VRRL_OK && i < json_array_size(outputs); i++) {
        const json_t *value = json_array_get(outputs, i);
        uint32_t buffer = 0;
        code = read_buffer_index(import, place, "outputs", i, value, &buffer, err);
        if (code == VRRL_OK)
            code = read_output(import, place, op, params, buffer, value, err);
    }
    return code;
}

static vrrl_code read_counter_index(struct import *import, const struct json_place *place,
                                    const char *field, const json_t *value, uint32_t *counter,
                                    vrrl_error *err)
{
    uint64_t id;
    char expected[80];
    vrrl_code code = json_as_u64(place, field, value, IDS_MAX, &id, err);
    if (code != VRRL_OK)
        return code;
    *counter = vrrl_graph_find_counter(import->graph, (uint32_t)id);
    if (*counter != VRRL_GRAPH_NONE)
        return VRRL_OK;
    snprintf(expected, sizeof expected, "the id of one of the %u counters",
             import->graph->counter_count);
    return json_wrong(place, field, value, expected, "Fix: add the counter, or correct the id.",
                      err);
}

static vrrl_code read_waits(struct import *import, const struct json_place *place,
                            const json_t *task, vrrl_error *err)
{
    json_t *waits;
    if (!json_object_get(task, "waits"))
        return VRRL_OK;
    vrrl_code code = json_read_array(place, task, "waits", &waits, err);
    for (size_t i = 0; code == VRRL_OK && i < json_array_size(waits); i++) {
        const json_t *object = json_array_get(waits, i);
        vrrl_graph_wait wait = {.order = VRRL_ORDER_SYNC, .scope = VRRL_SCOPE_DEVICE};
        uint64_t threshold = 0;
        char name[48];
        snprintf(name, sizeof name, "waits[%zu]", i);
        if (!json_is_object(object))
            return json_wrong(place, name, object, "an object of counter and threshold",
                              "Fix: see the format.", err);
        snprintf(name, sizeof name, "waits[%zu].counter", i);
        code = read_counter_index(import, place, name, json_object_get(object, "counter"),
                                  &wait.counter, err);
        if (code != VRRL_OK)
            return code;
        snprintf(name, sizeof name, "waits[%zu].threshold", i);
        code = json_as_u64(place, name, json_object_get(object, "threshold"), UINT32_MAX,
                           &threshold, err);
        wait.threshold = (uint32_t)threshold;
        if (code == VRRL_OK)
            code = vrrl_graph_add_wait(import->graph, &wait, err);
    }
    return code;
}

static vrrl_code read_signal(struct import *import, const struct json_place *place,
                             const json_t *task, vrrl_error *err)
{
    vrrl_graph_signal signal = {.amount = 1, .order = VRRL_ORDER_SYNC, .scope = VRRL_SCOPE_DEVICE};
    const json_t *value = json_object_get(task, "out_counter");
    if (json_is_null(value))
        return VRRL_OK; /* nobody waits for it */
    vrrl_code code = read_counter_index(import, place, "out_counter", value, &signal.counter, err);
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
    if (code == VRRL_OK && import->op_count < OPS_SHARED)
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
    vrrl_code code = json_read_u32(place, object, "id", IDS_MAX, &task->id, err);
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

static vrrl_code read_task(void *context, uint32_t position, json_t *element, vrrl_error *err)
{
    struct import *import = context;
    struct json_place place = place_of(import, "task", position);
    vrrl_graph_task task = {0};
    const char *op;
    if (!json_is_object(element))
        return not_an_object(&place, element, err);
    if (!json_object_get(element, "params") &&
        json_object_set_new(element, "params", json_object()) != 0)
        return error_no_memory(err, 64);
    vrrl_code code = read_task_head(import, &place, element, &task, &op, err);
    if (code != VRRL_OK)
        return code;
    const json_t *params = json_object_get(element, "params");
    if ((code = vrrl_graph_add_task(import->graph, &task, err)) != VRRL_OK ||
        (code = read_waits(import, &place, element, err)) != VRRL_OK ||
        (code = read_inputs(import, &place, element, err)) != VRRL_OK ||
        (code = read_outputs(import, &place, element, op, params, err)) != VRRL_OK)
        return code;
    return read_signal(import, &place, element, err);
}

/* ---- The document --------------------------------------------------------------------------- */

static vrrl_code check_version(struct import *import, vrrl_error *err)
{
    const struct json_section *section = json_section_of(&import->document, "ir_version");
    json_t *version = NULL;
    if (section) {
        vrrl_code code = json_parse_section(&import->document, section, &version, err);
        if (code != VRRL_OK)
            return code;
    }
    const char *text = json_is_string(version) ? json_string_value(version) : "missing, or no text";
    vrrl_code code = VRRL_OK;
    if (strcmp(text, "0.2") != 0 && strncmp(text, "0.2.", 4) != 0)
        code = error_set(err, VRRL_PARSE,
                         "Fix: export the graph as IR 0.2; if it is one, set ir_version to 0.2.",
                         "%s: ir_version is %.40s; expected 0.2", import->document.file, text);
    json_decref(version);
    return code;
}

/* target.num_sms bounds the workers, where it is there. */
static vrrl_code read_target(struct import *import, const json_t *target, vrrl_error *err)
{
    struct json_place place = place_of(import, "target", 0);
    const json_t *value = json_object_get(target, "num_sms");
    import->workers = WORKERS_MAX;
    if (!value || json_is_null(value))
        return VRRL_OK;
    place.id = 0;
    vrrl_code code = json_read_u32(&place, target, "num_sms", WORKERS_MAX, &import->workers, err);
    if (code == VRRL_OK && import->workers == 0)
        import->workers = WORKERS_MAX;
    return code;
}

/* What is not buffers, counters or tasks must be JSON too; of it only the target is used. */
static vrrl_code read_others(struct import *import, vrrl_error *err)
{
    static const char *const large[] = {"buffers", "counters", "tasks"};
    struct json_document *document = &import->document;
    vrrl_code code = VRRL_OK;
    import->workers = WORKERS_MAX;
    for (uint32_t i = 0; code == VRRL_OK && i < document->section_count; i++) {
        const struct json_section *section = &document->sections[i];
        json_t *value;
        bool elsewhere = false;
        for (size_t k = 0; k < 3; k++)
            elsewhere |= section == json_section_of(document, large[k]);
        if (elsewhere)
            continue;
        code = json_parse_section(document, section, &value, err);
        if (code != VRRL_OK)
            break;
        if (section == json_section_of(document, "target") && json_is_object(value))
            code = read_target(import, value, err);
        json_decref(value);
    }
    return code;
}

static vrrl_code read_array(struct import *import, const char *key,
                            vrrl_code (*each)(void *, uint32_t, json_t *, vrrl_error *),
                            vrrl_error *err)
{
    const struct json_section *section = json_section_of(&import->document, key);
    if (!section)
        return error_set(err, VRRL_PARSE, "Fix: see docs/task-graphs.md for the format.",
                         "%s: there is no \"%s\" array; expected buffers, counters and tasks",
                         import->document.file, key);
    return json_each(&import->document, section, each, import, err);
}

static vrrl_code import_document(struct import *import, vrrl_error *err)
{
    vrrl_code code = json_split(&import->document, err);
    if (code == VRRL_OK)
        code = check_version(import, err);
    if (code == VRRL_OK)
        code = read_others(import, err);
    if (code == VRRL_OK)
        code = read_array(import, "buffers", read_buffer, err);
    if (code == VRRL_OK)
        code = read_array(import, "counters", read_counter, err);
    if (code == VRRL_OK)
        code = vrrl_graph_index(import->graph, err);
    if (code == VRRL_OK)
        code = read_array(import, "tasks", read_task, err);
    if (code == VRRL_OK)
        code = vrrl_graph_finish(import->graph, err);
    return code;
}

static vrrl_code parse_plain(const char *bytes, size_t size, const char *name, vrrl_graph **graph,
                             vrrl_error *err)
{
    struct import import = {.document = {.file = name, .bytes = bytes, .size = size}};
    vrrl_code code = vrrl_graph_create(name, &import.graph, err);
    if (code != VRRL_OK)
        return code;
    if (size > VRRL_GRAPH_FILE_BYTES_MAX)
        code = error_set(err, VRRL_TOO_LARGE, "Fix: split the graph.", "%s: more than %llu bytes",
                         name, VRRL_GRAPH_FILE_BYTES_MAX);
    else
        code = import_document(&import, err);
    free(import.params);
    if (code == VRRL_OK)
        *graph = import.graph;
    else
        vrrl_graph_free(import.graph);
    return code;
}

vrrl_code vrrl_graph_parse(const char *bytes, size_t size, const char *name, vrrl_graph **graph,
                           vrrl_error *err)
{
    if (!graph_is_zstd(bytes, size))
        return parse_plain(bytes, size, name, graph, err);
    char *plain;
    size_t plain_size;
    vrrl_code code = graph_decompress(name, bytes, size, &plain, &plain_size, err);
    if (code != VRRL_OK)
        return code;
    code = parse_plain(plain, plain_size, name, graph, err);
    free(plain);
    return code;
}

vrrl_code vrrl_graph_load(const char *path, vrrl_graph **graph, vrrl_error *err)
{
    char *bytes;
    size_t size;
    vrrl_code code = graph_read_file(path, &bytes, &size, err);
    if (code != VRRL_OK)
        return code;
    code = vrrl_graph_parse(bytes, size, path, graph, err);
    free(bytes);
    return code;
}
