#include "graph/mirage_build.h"

#include "base/checksum.h"
#include "base/error.h"
#include "graph/graph_marks.h"
#include "graph/mirage_events.h"
#include "graph/mirage_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_MAX = 200 };

struct builder {
    struct mirage *m;
    const uint32_t *launched_by;
    uint32_t *id_of;        /* of each task */
    uint32_t *first_buffer; /* of each of Mirage's buffers: of its parts */
    vrrl_graph_text *type_names;
    const struct mirage_task *task; /* being added */
    const struct mirage_operand *operand;
    uint32_t waits;
    uint32_t *touched; /* the parts of its buffer that it touches; room for all parts of all */
    uint32_t touched_count;
    uint64_t pieces_left;
};

/* ---- Buffers and counters --------------------------------------------------------------------- */

/* "attn_out (request 2)", of a buffer that has parts. */
static void part_name(const struct mirage *m, const struct mirage_buffer *b,
                      const struct mirage_plane *plane, char *out, size_t size)
{
    size_t used = (size_t)snprintf(out, size, "%s", vrrl_graph_text_at(m->graph, b->name));
    const char *between = " (";
    const struct {
        uint8_t key;
        const char *name;
        int32_t value;
    } keys[] = {{RULE_BY_REQUEST, "request", plane->request},
                {RULE_BY_KV, "kv", plane->kv},
                {RULE_BY_EXPERT, "expert", plane->expert}};
    for (size_t i = 0; i < 3 && b->planes > 1; i++) {
        if (!(b->by & keys[i].key))
            continue;
        used += (size_t)snprintf(out + used, size - used, "%s%s %d", between, keys[i].name,
                                 keys[i].value);
        between = ", ";
    }
    if (between[0] == ',')
        snprintf(out + used, size - used, ")");
}

static vrrl_code add_parts(struct builder *b, uint32_t buffer)
{
    struct mirage *m = b->m;
    const struct mirage_buffer *from = &m->buffers[buffer];
    uint64_t pitch = from->pitch ? from->pitch : from->end;
    b->first_buffer[buffer] = m->graph->buffer_count;
    for (uint32_t i = 0; i < from->planes; i++) {
        vrrl_graph_buffer added = {.id = m->graph->buffer_count,
                                   .kind = VRRL_BUFFER_ACTIVATION,
                                   .rows = (from->end + pitch - 1) / pitch,
                                   .columns = pitch};
        char name[240];
        part_name(m, from, &m->planes[from->first_plane + i], name, sizeof name);
        MIRAGE_TRY(vrrl_graph_add_text(m->graph, name, &added.name, m->err));
        MIRAGE_TRY(vrrl_graph_add_buffer(m->graph, &added, m->err));
    }
    return VRRL_OK;
}

/* By name, so that reports do not depend on which comes first in the file. */
static vrrl_code add_buffers(struct builder *b)
{
    const struct mirage *m = b->m;
    uint32_t *named = malloc((m->buffer_count + (size_t)1) * sizeof *named);
    vrrl_code code = named ? VRRL_OK : (vrrl_code)error_no_memory(m->err, 4ull * m->buffer_count);
    for (uint32_t i = 0; code == VRRL_OK && i < m->buffer_count; i++)
        named[m->buffers[i].place] = i;
    for (uint32_t i = 0; code == VRRL_OK && i < m->buffer_count; i++)
        if (m->buffers[named[i]].written)
            code = add_parts(b, named[i]);
    free(named);
    return code;
}

static vrrl_code add_counters(struct mirage *m)
{
    for (uint32_t e = 0; e < m->event_count; e++) {
        vrrl_graph_counter counter = {.id = e, .grows = true, .named = true};
        char name[32];
        snprintf(name, sizeof name, "event %u", e);
        MIRAGE_TRY(vrrl_graph_add_text(m->graph, name, &counter.note, m->err));
        MIRAGE_TRY(vrrl_graph_add_counter(m->graph, &counter, m->err));
    }
    return VRRL_OK;
}

/* ---- Tasks ------------------------------------------------------------------------------------ */

/* "LINEAR_HOPPER(task 12, layer 0), after event 3, before event 4". */
static void write_label(const struct builder *b, uint32_t task, char *out, size_t size)
{
    const struct mirage *m = b->m;
    const struct mirage_task *t = &m->tasks[task];
    size_t used = (size_t)snprintf(out, size, "%s(task %u", m->types[t->type].name, task);
    if (t->layer != MIRAGE_NO_LAYER)
        used += (size_t)snprintf(out + used, size - used, ", layer %u", t->layer);
    used += (size_t)snprintf(out + used, size - used, ")");
    if (mirage_is_local(m, t->depends))
        used +=
            (size_t)snprintf(out + used, size - used, ", after event %u", mirage_index(t->depends));
    if (mirage_is_local(m, t->trigger))
        snprintf(out + used, size - used, ", before event %u", mirage_index(t->trigger));
}

static vrrl_code add_waits(struct builder *b, uint32_t task)
{
    const struct mirage *m = b->m;
    struct mirage_waits waits = mirage_waits_of(m, b->launched_by, task);
    b->waits = waits.count;
    for (uint32_t i = 0; i < waits.count; i++) {
        uint32_t triggers = m->events[waits.events[i]].triggers;
        const vrrl_graph_wait wait = {.counter = waits.events[i],
                                      .threshold = triggers,
                                      .growth = m->rules->fixed[0] ? 0 : triggers,
                                      .order = VRRL_SYNC_ORDER_SYNC,
                                      .scope = VRRL_SYNC_SCOPE_SYSTEM};
        MIRAGE_TRY(vrrl_graph_add_wait(m->graph, &wait, m->err));
    }
    return VRRL_OK;
}

static vrrl_code add_rectangle(void *context, const struct mirage_rectangle *r)
{
    struct builder *b = context;
    const struct mirage *m = b->m;
    uint32_t first = b->first_buffer[b->operand->buffer];
    for (uint32_t i = 0; i < b->touched_count; i++) {
        const vrrl_graph_range range = {.buffer = first + b->touched[i],
                                        .row_first = r->row_first,
                                        .row_end = r->row_end,
                                        .column_first = r->column_first,
                                        .column_end = r->column_end};
        if (b->pieces_left-- == 0)
            return error_set(m->err, VRRL_TOO_LARGE, "Fix: split the graph.",
                             "%s: operands have more than %u pieces", m->file, MIRAGE_PIECES_MAX);
        MIRAGE_TRY(vrrl_graph_add_access(m->graph, &range, b->operand->kind, b->waits, m->err));
    }
    return VRRL_OK;
}

/* Once an operand, which may have millions of rectangles. */
static void find_touched(struct builder *b)
{
    const struct mirage_buffer *buffer = &b->m->buffers[b->operand->buffer];
    b->touched_count = 0;
    for (uint32_t i = 0; i < buffer->planes; i++)
        if (mirage_touches(b->task, b->operand, &b->m->planes[buffer->first_plane + i]))
            b->touched[b->touched_count++] = i;
}

static vrrl_code add_accesses(struct builder *b)
{
    const struct mirage *m = b->m;
    for (uint32_t i = 0; i < (uint32_t)b->task->inputs + b->task->outputs; i++) {
        b->operand = &m->operands[b->task->first_operand + i];
        if (!b->operand->used || !m->buffers[b->operand->buffer].written)
            continue;
        find_touched(b);
        MIRAGE_TRY(mirage_rectangles(m, b->operand, b->pieces_left, add_rectangle, b));
    }
    return VRRL_OK;
}

static vrrl_code add_task(struct builder *b, uint32_t task)
{
    struct mirage *m = b->m;
    char label[LABEL_MAX];
    b->task = &m->tasks[task];
    write_label(b, task, label, sizeof label);
    vrrl_graph_task added = {.id = b->id_of[task],
                             .op = b->type_names[b->task->type],
                             .worker = VRRL_GRAPH_NONE,
                             .identity = checksum_xxh3(label, strcspn(label, ")")),
                             .instruction = 1 + b->id_of[task]};
    MIRAGE_TRY(vrrl_graph_add_text(m->graph, label, &added.label, m->err));
    MIRAGE_TRY(vrrl_graph_add_task(m->graph, &added, m->err));
    MIRAGE_TRY(add_waits(b, task));
    MIRAGE_TRY(add_accesses(b));
    if (!mirage_is_local(m, b->task->trigger))
        return VRRL_OK;
    const vrrl_graph_signal signal = {.counter = mirage_index(b->task->trigger),
                                      .amount = 1,
                                      .order = VRRL_SYNC_ORDER_SYNC,
                                      .scope = VRRL_SYNC_SCOPE_DEVICE};
    return vrrl_graph_add_signal(m->graph, &signal, m->err);
}

/* Workers take tasks as they stand in the file. */
static vrrl_code add_tasks(struct builder *b, const uint32_t *ranked)
{
    struct mirage *m = b->m;
    uint32_t count = m->task_count - MIRAGE_FIRST_TASK;
    m->graph->queue_order = malloc(count * sizeof(uint32_t));
    if (!m->graph->queue_order)
        return error_no_memory(m->err, count * sizeof(uint32_t));
    for (uint32_t i = 0; i < count; i++)
        b->id_of[ranked[i]] = i;
    for (uint32_t i = 0; i < count; i++) {
        m->graph->queue_order[i] = b->id_of[i + MIRAGE_FIRST_TASK];
        MIRAGE_TRY(add_task(b, i + MIRAGE_FIRST_TASK));
    }
    m->graph->instruction_count = count;
    if (m->remote_tasks > 0)
        m->graph->import->first_remote = b->id_of[m->first_remote];
    return VRRL_OK;
}

/* ---- All of it -------------------------------------------------------------------------------- */

static vrrl_code fill(struct builder *b, const uint32_t *ranked)
{
    struct mirage *m = b->m;
    for (uint32_t i = 0; i < m->type_count; i++)
        MIRAGE_TRY(vrrl_graph_add_text(m->graph, m->types[i].name, &b->type_names[i], m->err));
    MIRAGE_TRY(add_buffers(b));
    MIRAGE_TRY(add_counters(m));
    MIRAGE_TRY(vrrl_graph_index(m->graph, m->err));
    MIRAGE_TRY(add_tasks(b, ranked));
    MIRAGE_TRY(vrrl_graph_finish(m->graph, m->err));
    return graph_find_lasting(m->graph, m->err);
}

vrrl_code mirage_build(struct mirage *m, const uint32_t *launched_by, const uint32_t *ranked)
{
    struct builder b = {.m = m, .launched_by = launched_by, .pieces_left = MIRAGE_PIECES_MAX};
    vrrl_code code = VRRL_OK;
    b.id_of = malloc(m->task_count * sizeof *b.id_of);
    b.first_buffer = malloc((m->buffer_count + (size_t)1) * sizeof *b.first_buffer);
    b.type_names = calloc(m->type_count + (size_t)1, sizeof *b.type_names);
    b.touched = malloc((m->plane_count + (size_t)1) * sizeof *b.touched);
    if (b.id_of && b.first_buffer && b.type_names && b.touched)
        code = fill(&b, ranked);
    else
        code = error_no_memory(m->err,
                               4 * ((uint64_t)m->task_count + m->buffer_count + m->plane_count));
    free(b.id_of);
    free(b.first_buffer);
    free(b.type_names);
    free(b.touched);
    return code;
}
