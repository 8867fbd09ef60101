#include "graph/mirage_read.h"

#include "base/array.h"
#include "base/checksum.h"
#include "graph/json_pull.h"

#include <stdio.h>
#include <string.h>

static const char see[] = "Fix: is it the task_graph.json that Mirage has written?";

struct reader {
    struct json_pull pull;
    struct mirage *m;
};

/* ---- Names ------------------------------------------------------------------------------------ */

/* The buffer of a name; it is added where it is new. */
static vrrl_code buffer_of(struct reader *r, const struct json_span *span, size_t at,
                           uint32_t *buffer)
{
    struct mirage *m = r->m;
    char name[160];
    MIRAGE_TRY(json_pull_plain(&r->pull, span, at, name, sizeof name));
    for (uint64_t key = checksum_xxh3(span->text, span->size);; key++) {
        *buffer = hash_table_item(&m->buffers_by_hash, key, m->buffer_count);
        if (*buffer == HASH_TABLE_NONE)
            return error_no_memory(m->err, hash_table_bytes(&m->buffers_by_hash));
        if (*buffer == m->buffer_count)
            break;
        if (strcmp(vrrl_graph_text_at(m->graph, m->buffers[*buffer].name), name) == 0)
            return VRRL_OK;
    }
    MIRAGE_TRY(array_room(m->buffers, m->buffer_count, m->buffer_room, 1, m->err));
    struct mirage_buffer *b = &m->buffers[m->buffer_count++];
    *b = (struct mirage_buffer){.unit = 0};
    return vrrl_graph_add_text(m->graph, name, &b->name, m->err);
}

static vrrl_code type_of(struct mirage *m, uint32_t number, uint32_t *type)
{
    *type = hash_table_item(&m->types_by_number, number, m->type_count);
    if (*type == HASH_TABLE_NONE)
        return error_no_memory(m->err, hash_table_bytes(&m->types_by_number));
    if (*type < m->type_count)
        return VRRL_OK;
    MIRAGE_TRY(array_room(m->types, m->type_count, m->type_room, 1, m->err));
    struct mirage_type *t = &m->types[m->type_count++];
    const char *name = rules_type_name(m->rules, number);
    *t = (struct mirage_type){
        .number = number, .described = name, .inputs = UINT32_MAX, .outputs = UINT32_MAX};
    snprintf(t->name, sizeof t->name, "%s", name ? name : "");
    if (!name)
        snprintf(t->name, sizeof t->name, "type_%u", number);
    t->rules = rules_of(m->rules, t->name);
    return VRRL_OK;
}

/* "layer_12_qkv_proj": 12. */
static uint32_t layer_of(const struct json_span *name)
{
    uint32_t layer = 0;
    size_t at = 6;
    if (name->size < 8 || memcmp(name->text, "layer_", 6) != 0)
        return MIRAGE_NO_LAYER;
    for (; at < name->size && at < 12 && name->text[at] >= '0' && name->text[at] <= '9'; at++)
        layer = 10 * layer + (uint32_t)(name->text[at] - '0');
    return at > 6 && at < name->size && name->text[at] == '_' ? layer : MIRAGE_NO_LAYER;
}

/* ---- Tensors ---------------------------------------------------------------------------------- */

/* Of Mirage's types.h; 0: it is none of them. */
static uint32_t bytes_of(int64_t data_type)
{
    switch (data_type) {
    case 930:
    case 935:
    case 936:
        return 1;
    case 940:
    case 941:
    case 945:
    case 946:
        return 2;
    case 950:
    case 955:
    case 956:
        return 4;
    case 960:
    case 965:
    case 966:
        return 8;
    default:
        return 0;
    }
}

struct tensor_fields {
    struct mirage_operand operand;
    struct json_span name;
    size_t name_at, dims_at;
    uint64_t lengths[MIRAGE_DIMS_MAX], strides[MIRAGE_DIMS_MAX];
    uint32_t length_count, stride_count;
    int64_t data_type;
    bool has_name, has_type, has_offset;
};

static vrrl_code read_list(struct reader *r, const char *what, int64_t least, uint64_t *list,
                           uint32_t *count)
{
    bool first = true, more;
    *count = 0;
    MIRAGE_TRY(json_pull_open(&r->pull, '[', "an array of numbers"));
    for (;;) {
        int64_t number;
        MIRAGE_TRY(json_pull_next(&r->pull, '[', &first, &more));
        if (!more)
            return VRRL_OK;
        if (*count == MIRAGE_DIMS_MAX)
            return json_pull_fail(&r->pull, r->pull.at, see, "%s: more than %d dimensions", what,
                                  MIRAGE_DIMS_MAX);
        MIRAGE_TRY(json_pull_number(&r->pull, what, least, INT64_C(1) << 40, &number));
        list[(*count)++] = (uint64_t)number;
    }
}

static vrrl_code read_tensor_field(struct reader *r, const struct json_span *key,
                                   struct tensor_fields *t)
{
    int64_t number;
    if (json_span_is(key, "base_ptr")) {
        t->has_name = true;
        json_pull_peek(&r->pull);
        t->name_at = r->pull.at;
        return json_pull_text(&r->pull, "base_ptr, the name of a buffer", &t->name);
    }
    if (json_span_is(key, "dims")) {
        json_pull_peek(&r->pull);
        t->dims_at = r->pull.at;
        return read_list(r, "dims", 1, t->lengths, &t->length_count);
    }
    if (json_span_is(key, "strides"))
        return read_list(r, "strides", 0, t->strides, &t->stride_count);
    if (json_span_is(key, "offset")) {
        MIRAGE_TRY(json_pull_number(&r->pull, "offset", 0, INT64_C(1) << 48, &number));
        t->operand.offset = (uint64_t)number;
        t->has_offset = true;
        return VRRL_OK;
    }
    if (json_span_is(key, "data_type")) {
        t->has_type = true;
        return json_pull_number(&r->pull, "data_type", 0, 9999, &t->data_type);
    }
    return json_pull_skip(&r->pull);
}

static vrrl_code check_tensor(struct reader *r, size_t at, struct tensor_fields *t)
{
    uint64_t last = t->operand.offset;
    if (!t->has_name || !t->has_type || !t->has_offset)
        return json_pull_fail(&r->pull, at, see, "a tensor without %s",
                              !t->has_name   ? "base_ptr"
                              : !t->has_type ? "data_type"
                                             : "offset");
    t->operand.element_bytes = bytes_of(t->data_type);
    t->operand.used = !json_span_is(&t->name, "nullptr");
    if (!t->operand.used)
        return VRRL_OK;
    if (t->length_count != t->stride_count)
        return json_pull_fail(&r->pull, t->dims_at, see, "%u dims and %u strides", t->length_count,
                              t->stride_count);
    for (uint32_t i = 0; i < t->length_count; i++) {
        uint64_t length = t->lengths[i], stride = t->strides[i];
        if (length > 1 && stride > (UINT64_C(1) << 45) / length)
            last = UINT64_MAX;
        else
            last += (length - 1) * stride * 8;
        if (last > UINT64_C(1) << 48)
            return json_pull_fail(&r->pull, t->dims_at, see, "a tensor that ends past 2^48 bytes");
    }
    return VRRL_OK;
}

static vrrl_code add_operand(struct reader *r, const struct tensor_fields *t)
{
    struct mirage *m = r->m;
    if (m->operand_count >= MIRAGE_OPERANDS_MAX)
        return error_set(m->err, VRRL_TOO_LARGE, "Fix: split the graph.",
                         "%s: more than %u operands", m->file, MIRAGE_OPERANDS_MAX);
    MIRAGE_TRY(array_room(m->operands, m->operand_count, m->operand_room, 1, m->err));
    MIRAGE_TRY(array_room(m->lengths, m->dimension_count, m->length_room, MIRAGE_DIMS_MAX, m->err));
    MIRAGE_TRY(array_room(m->strides, m->dimension_count, m->stride_room, MIRAGE_DIMS_MAX, m->err));
    struct mirage_operand *o = &m->operands[m->operand_count++];
    *o = t->operand;
    o->first_dimension = m->dimension_count;
    o->rank = (uint8_t)t->length_count;
    memcpy(m->lengths + m->dimension_count, t->lengths, t->length_count * sizeof *m->lengths);
    memcpy(m->strides + m->dimension_count, t->strides, t->length_count * sizeof *m->strides);
    m->dimension_count += t->length_count;
    return t->operand.used ? buffer_of(r, &t->name, t->name_at, &o->buffer) : VRRL_OK;
}

static vrrl_code read_tensor(struct reader *r, struct mirage_task *task)
{
    struct tensor_fields t = {.has_name = false};
    bool first = true, more;
    json_pull_peek(&r->pull);
    size_t at = r->pull.at;
    MIRAGE_TRY(json_pull_open(&r->pull, '{', "a tensor, an object"));
    for (;;) {
        struct json_span key;
        MIRAGE_TRY(json_pull_next(&r->pull, '{', &first, &more));
        if (!more)
            break;
        MIRAGE_TRY(json_pull_key(&r->pull, &key));
        MIRAGE_TRY(read_tensor_field(r, &key, &t));
    }
    MIRAGE_TRY(check_tensor(r, at, &t));
    if (task->layer == MIRAGE_NO_LAYER)
        task->layer = layer_of(&t.name);
    return add_operand(r, &t);
}

static vrrl_code read_tensors(struct reader *r, struct mirage_task *task, uint8_t *count)
{
    bool first = true, more;
    *count = 0;
    if (json_pull_null(&r->pull))
        return VRRL_OK;
    MIRAGE_TRY(json_pull_open(&r->pull, '[', "an array of tensors, or null"));
    for (;;) {
        MIRAGE_TRY(json_pull_next(&r->pull, '[', &first, &more));
        if (!more)
            return VRRL_OK;
        if (*count == RULES_OPERANDS_MAX)
            return json_pull_fail(&r->pull, r->pull.at, see, "more than %d tensors",
                                  RULES_OPERANDS_MAX);
        ++*count;
        MIRAGE_TRY(read_tensor(r, task));
    }
}

/* ---- Tasks ------------------------------------------------------------------------------------ */

enum task_field {
    TASK_TYPE = 1,
    TASK_INPUTS = 2,
    TASK_OUTPUTS = 4,
    TASK_TRIGGER = 8,
    TASK_DEPENDS = 16,
    TASK_ALL = 31,
};

static const char *missing_field(unsigned have)
{
    static const char *const names[] = {"task_type", "inputs", "outputs", "trigger_event",
                                        "dependent_event"};
    for (unsigned i = 0; i < 5; i++)
        if (!(have >> i & 1))
            return names[i];
    return "";
}

static vrrl_code read_event_id(struct reader *r, const char *what, uint64_t *event)
{
    int64_t number;
    MIRAGE_TRY(json_pull_number(&r->pull, what, 0, INT64_MAX, &number));
    *event = (uint64_t)number;
    return VRRL_OK;
}

static vrrl_code read_small(struct reader *r, const char *what, int32_t *out)
{
    int64_t number;
    MIRAGE_TRY(json_pull_number(&r->pull, what, INT32_MIN, INT32_MAX, &number));
    *out = (int32_t)number;
    return VRRL_OK;
}

/* Outputs may come first in the file: then what stands behind is turned round by read_task. */
static vrrl_code read_task_field(struct reader *r, const struct json_span *key,
                                 struct mirage_task *task, unsigned *have, bool *outputs_first)
{
    int64_t number;
    if (json_span_is(key, "task_type")) {
        *have |= TASK_TYPE;
        MIRAGE_TRY(json_pull_number(&r->pull, "task_type", 0, UINT32_MAX - 1, &number));
        return type_of(r->m, (uint32_t)number, &task->type);
    }
    if (json_span_is(key, "inputs") || json_span_is(key, "outputs")) {
        unsigned field = key->text[0] == 'i' ? TASK_INPUTS : TASK_OUTPUTS;
        if (*have & field)
            return json_pull_fail(&r->pull, r->pull.at, see, "a key that is there twice");
        *outputs_first = field == TASK_OUTPUTS ? !(*have & TASK_INPUTS) : *outputs_first;
        *have |= field;
        return read_tensors(r, task, field == TASK_INPUTS ? &task->inputs : &task->outputs);
    }
    if (json_span_is(key, "trigger_event")) {
        *have |= TASK_TRIGGER;
        return read_event_id(r, "trigger_event", &task->trigger);
    }
    if (json_span_is(key, "dependent_event")) {
        *have |= TASK_DEPENDS;
        return read_event_id(r, "dependent_event", &task->depends);
    }
    if (json_span_is(key, "request_id"))
        return read_small(r, "request_id", &task->request);
    if (json_span_is(key, "kv_idx"))
        return read_small(r, "kv_idx", &task->kv);
    if (json_span_is(key, "expert_offset"))
        return read_small(r, "expert_offset", &task->expert);
    return json_pull_skip(&r->pull);
}

/* Inputs stand before outputs. */
static void turn_operands(struct mirage *m, const struct mirage_task *task)
{
    struct mirage_operand inputs[RULES_OPERANDS_MAX];
    struct mirage_operand *own = m->operands + task->first_operand;
    memcpy(inputs, own + task->outputs, task->inputs * sizeof *inputs);
    memmove(own + task->inputs, own, task->outputs * sizeof *own);
    memcpy(own, inputs, task->inputs * sizeof *inputs);
}

static vrrl_code read_task(struct reader *r)
{
    struct mirage *m = r->m;
    struct mirage_task task = {.layer = MIRAGE_NO_LAYER, .first_operand = m->operand_count};
    unsigned have = 0;
    bool first = true, more, outputs_first = false;
    json_pull_peek(&r->pull);
    size_t at = r->pull.at;
    if (m->task_count >= VRRL_GRAPH_TASKS_MAX)
        return error_set(m->err, VRRL_TOO_LARGE, "Fix: split the graph.", "%s: more than %u tasks",
                         m->file, VRRL_GRAPH_TASKS_MAX);
    MIRAGE_TRY(json_pull_open(&r->pull, '{', "a task, an object"));
    for (;;) {
        struct json_span key;
        MIRAGE_TRY(json_pull_next(&r->pull, '{', &first, &more));
        if (!more)
            break;
        MIRAGE_TRY(json_pull_key(&r->pull, &key));
        MIRAGE_TRY(read_task_field(r, &key, &task, &have, &outputs_first));
    }
    if (have != TASK_ALL)
        return json_pull_fail(&r->pull, at, see, "task %u has no %s", m->task_count,
                              missing_field(have));
    if (m->task_count < MIRAGE_FIRST_TASK && task.inputs + task.outputs > 0)
        return json_pull_fail(&r->pull, at, see,
                              "task %u has operands; the first two are the runtime's own",
                              m->task_count);
    if (outputs_first && task.inputs > 0 && task.outputs > 0)
        turn_operands(m, &task);
    MIRAGE_TRY(array_room(m->tasks, m->task_count, m->task_room, 1, m->err));
    m->tasks[m->task_count++] = task;
    return VRRL_OK;
}

/* ---- Events ----------------------------------------------------------------------------------- */

static vrrl_code read_event_field(struct reader *r, const struct json_span *key,
                                  struct mirage_event *event, unsigned *have)
{
    static const char *const names[] = {"event_type", "num_triggers", "first_task_id",
                                        "last_task_id"};
    uint32_t *const fields[] = {&event->type, &event->triggers, &event->first, &event->end};
    for (unsigned i = 0; i < 4; i++) {
        int64_t number;
        if (!json_span_is(key, names[i]))
            continue;
        *have |= 1u << i;
        MIRAGE_TRY(json_pull_number(&r->pull, names[i], 0, INT32_MAX, &number));
        *fields[i] = (uint32_t)number;
        return VRRL_OK;
    }
    return json_pull_skip(&r->pull);
}

static bool is_event_type(uint32_t type)
{
    return (type >= MIRAGE_EMPTY && type <= MIRAGE_LAUNCH_DEPENDENT_TASKS) ||
           type == MIRAGE_END_OF_TASK_GRAPH || type == MIRAGE_TERMINATION;
}

static vrrl_code read_event(struct reader *r)
{
    struct mirage *m = r->m;
    struct mirage_event event = {.type = 0};
    unsigned have = 0;
    bool first = true, more;
    json_pull_peek(&r->pull);
    size_t at = r->pull.at;
    if (m->event_count >= VRRL_GRAPH_BUFFERS_MAX)
        return error_set(m->err, VRRL_TOO_LARGE, "Fix: split the graph.", "%s: more than %u events",
                         m->file, VRRL_GRAPH_BUFFERS_MAX);
    MIRAGE_TRY(json_pull_open(&r->pull, '{', "an event, an object"));
    for (;;) {
        struct json_span key;
        MIRAGE_TRY(json_pull_next(&r->pull, '{', &first, &more));
        if (!more)
            break;
        MIRAGE_TRY(json_pull_key(&r->pull, &key));
        MIRAGE_TRY(read_event_field(r, &key, &event, &have));
    }
    if (have != 15)
        return json_pull_fail(&r->pull, at, see,
                              "event %u lacks one of event_type, num_triggers, first_task_id, "
                              "last_task_id",
                              m->event_count);
    if (!is_event_type(event.type))
        return json_pull_fail(&r->pull, at, "Fix: vrrl knows 900 to 903, 910 and 911.",
                              "event %u has the event_type %u", m->event_count, event.type);
    if (event.end < event.first)
        return json_pull_fail(&r->pull, at, see, "event %u ends at task %u, before it begins at %u",
                              m->event_count, event.end, event.first);
    MIRAGE_TRY(array_room(m->events, m->event_count, m->event_room, 1, m->err));
    m->events[m->event_count++] = event;
    return VRRL_OK;
}

/* ---- The document ----------------------------------------------------------------------------- */

static vrrl_code read_elements(struct reader *r, const char *what,
                               vrrl_code (*each)(struct reader *r))
{
    bool first = true, more;
    MIRAGE_TRY(json_pull_open(&r->pull, '[', what));
    for (;;) {
        MIRAGE_TRY(json_pull_next(&r->pull, '[', &first, &more));
        if (!more)
            return VRRL_OK;
        MIRAGE_TRY(each(r));
    }
}

static vrrl_code read_document(struct reader *r)
{
    bool first = true, more, tasks = false, events = false;
    MIRAGE_TRY(json_pull_open(&r->pull, '{', "`{`: a task graph is a JSON object"));
    for (;;) {
        struct json_span key;
        MIRAGE_TRY(json_pull_next(&r->pull, '{', &first, &more));
        if (!more)
            break;
        MIRAGE_TRY(json_pull_key(&r->pull, &key));
        bool *seen = json_span_is(&key, "all_tasks")    ? &tasks
                     : json_span_is(&key, "all_events") ? &events
                                                        : NULL;
        if (seen && *seen)
            return json_pull_fail(&r->pull, r->pull.at, see, "a key that is there twice");
        if (seen == &tasks)
            MIRAGE_TRY(read_elements(r, "all_tasks, an array", read_task));
        else if (seen == &events)
            MIRAGE_TRY(read_elements(r, "all_events, an array", read_event));
        else
            MIRAGE_TRY(json_pull_skip(&r->pull));
        if (seen)
            *seen = true;
    }
    if (!tasks || !events)
        return error_set(r->m->err, VRRL_PARSE, see, "%s: there is no \"%s\" array", r->m->file,
                         tasks ? "all_events" : "all_tasks");
    return json_pull_end(&r->pull);
}

void mirage_task_name(const struct mirage *m, uint32_t task, char *out, size_t size)
{
    snprintf(out, size, "task %u (%s)", task, m->types[m->tasks[task].type].name);
}

/* An event of this GPU has to be there. */
static vrrl_code check_event(const struct mirage *m, uint32_t task, const char *field,
                             uint64_t event)
{
    char name[RULES_NAME_MAX + 32];
    if (!mirage_is_local(m, event) || mirage_index(event) < m->event_count)
        return VRRL_OK;
    mirage_task_name(m, task, name, sizeof name);
    return error_set(m->err, VRRL_PARSE, "Fix: see if the file is one run's, and complete.",
                     "%s: %s: %s is %llu, and there are %u events", m->file, name, field,
                     (unsigned long long)event, m->event_count);
}

static vrrl_code check_references(struct mirage *m)
{
    if (m->task_count <= MIRAGE_FIRST_TASK)
        return error_set(m->err, VRRL_PARSE, "Fix: see if the graph was exported whole.",
                         "%s: there are no tasks; expected at least one behind the runtime's two",
                         m->file);
    uint64_t begins = m->tasks[1].trigger;
    m->own_gpu = begins == MIRAGE_NO_EVENT ? 0 : begins >> 32 & 0xFFFF;
    for (uint32_t t = 1; t < m->task_count; t++) {
        MIRAGE_TRY(check_event(m, t, "trigger_event", m->tasks[t].trigger));
        MIRAGE_TRY(check_event(m, t, "dependent_event", m->tasks[t].depends));
    }
    for (uint32_t e = 0; e < m->event_count; e++)
        if (m->events[e].end > m->task_count)
            return error_set(m->err, VRRL_PARSE, "Fix: see if the file is one run's, and complete.",
                             "%s: event %u: last_task_id is %u, and there are %u tasks", m->file, e,
                             m->events[e].end, m->task_count);
    return VRRL_OK;
}

vrrl_code mirage_read(struct mirage *m, const char *text, size_t size)
{
    struct reader r = {.pull = {.file = m->file, .bytes = text, .size = size, .err = m->err},
                       .m = m};
    MIRAGE_TRY(read_document(&r));
    return check_references(m);
}
