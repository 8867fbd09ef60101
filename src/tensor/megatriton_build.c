#include "tensor/megatriton_build.h"

#include "base/checksum.h"
#include "base/error.h"
#include "graph/graph_marks.h"
#include "tensor/megatriton_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_MAX = 200 };

struct builder {
    struct megatriton *m;
    uint32_t *id_of;     /* of each task */
    uint32_t *buffer_of; /* of each buffer, its id; VRRL_GRAPH_NONE: nobody writes it */
    uint32_t pieces_left;
};

/* ---- Buffers and counters --------------------------------------------------------------------- */

static uint64_t columns_of(const struct megatriton_buffer *b)
{
    bool rows = b->pitch > 0 && b->elements % b->pitch == 0;
    return rows ? b->pitch : b->elements;
}

static vrrl_code add_buffer(struct builder *b, uint32_t buffer)
{
    struct megatriton *m = b->m;
    const struct megatriton_buffer *from = &m->buffers[buffer];
    if (!from->written || b->buffer_of[buffer] != VRRL_GRAPH_NONE)
        return VRRL_OK;
    b->buffer_of[buffer] = m->graph->buffer_count;
    const vrrl_graph_buffer added = {.id = m->graph->buffer_count,
                                     .name = m->buffer_names.texts[buffer],
                                     .kind = VRRL_BUFFER_ACTIVATION,
                                     .scattered = from->scattered,
                                     .rows = from->elements / columns_of(from),
                                     .columns = columns_of(from)};
    return vrrl_graph_add_buffer(m->graph, &added, m->err);
}

/* As tasks come to them, so that reports do not depend on what they are called. */
static vrrl_code add_buffers(struct builder *b)
{
    struct megatriton *m = b->m;
    memset(b->buffer_of, 0xFF, m->buffer_count * sizeof *b->buffer_of);
    for (uint32_t i = 0; i < m->task_count; i++) {
        const struct megatriton_task *t = &m->tasks[m->ranked[i]];
        for (uint32_t k = 0; k < (uint32_t)t->inputs + t->outputs; k++)
            if (m->operands[t->first_operand + k].used)
                MEGATRITON_TRY(add_buffer(b, m->operands[t->first_operand + k].buffer));
    }
    return VRRL_OK;
}

/* "flags(layer 0, task 2, tiles 0 to 23)", or of more than one task "flags(2374 to 2397)". */
static void range_name(const struct megatriton *m, const struct megatriton_range *range, char *out,
                       size_t size)
{
    uint64_t tiles = m->scoreboard[2], row = range->first / tiles, last = range->end - 1;
    unsigned from = (unsigned)(range->first % tiles), to = (unsigned)(last % tiles);
    if (last / tiles != row)
        snprintf(out, size, "flags(%u to %u)", range->first, range->end - 1);
    else if (from == to)
        snprintf(out, size, "flags(layer %u, task %u, tile %u)", (unsigned)(row / m->scoreboard[1]),
                 (unsigned)(row % m->scoreboard[1]), from);
    else
        snprintf(out, size, "flags(layer %u, task %u, tiles %u to %u)",
                 (unsigned)(row / m->scoreboard[1]), (unsigned)(row % m->scoreboard[1]), from, to);
}

static vrrl_code add_counters(struct megatriton *m)
{
    for (uint32_t i = 0; i < m->range_count; i++) {
        vrrl_graph_counter counter = {.id = i, .named = true};
        char name[100];
        range_name(m, &m->ranges[i], name, sizeof name);
        MEGATRITON_TRY(vrrl_graph_add_text(m->graph, name, &counter.note, m->err));
        MEGATRITON_TRY(vrrl_graph_add_counter(m->graph, &counter, m->err));
    }
    return VRRL_OK;
}

/* ---- Rectangles ------------------------------------------------------------------------------- */

static vrrl_code add_range(struct builder *b, const vrrl_graph_range *range, vrrl_access_kind kind,
                           uint32_t waits)
{
    struct megatriton *m = b->m;
    if (b->pieces_left-- == 0)
        return error_set(m->err, VRRL_TOO_LARGE, "Fix: take fewer layers.",
                         "%s: operands have more than %u pieces", m->file, MEGATRITON_PIECES_MAX);
    return vrrl_graph_add_access(m->graph, range, kind, waits, m->err);
}

/* How many of the first dimensions are gone over one by one: all up to the last one of which the box is a part, since
 * behind that each is whole. `inner`: so many dimensions make a row. */
static uint32_t outer_dimensions(const struct megatriton_box *boxes, uint32_t inner)
{
    while (inner > 0 && boxes[inner - 1].first == 0 &&
           boxes[inner - 1].end == boxes[inner - 1].length)
        inner--;
    return inner > 0 ? inner - 1 : 0;
}

/* What is left of the dimensions before `inner` once the outer ones stand at `at`: one run. */
static void find_run(const struct megatriton_box *boxes, uint32_t inner, uint32_t outer,
                     const uint64_t *at, uint64_t *first, uint64_t *end)
{
    *first = 0;
    for (uint32_t i = 0; i < outer; i++)
        *first = *first * boxes[i].length + at[i];
    *end = *first + 1;
    if (outer == inner)
        return;
    *end = *first * boxes[outer].length + boxes[outer].end;
    *first = *first * boxes[outer].length + boxes[outer].first;
    for (uint32_t i = outer + 1; i < inner; i++) {
        *first *= boxes[i].length;
        *end *= boxes[i].length;
    }
}

/* On to the next place of the outer dimensions; false behind the last. */
static bool next_place(const struct megatriton_box *boxes, uint32_t outer, uint64_t *at)
{
    for (uint32_t i = outer; i-- > 0;) {
        if (++at[i] < boxes[i].end)
            return true;
        at[i] = boxes[i].first;
    }
    return false;
}

/* The rectangles of a part of a buffer: of its rows where it has some, else of its one row. */
static vrrl_code add_region(struct builder *b, const struct megatriton_operand *o, uint32_t waits)
{
    const struct megatriton_buffer *buffer = &b->m->buffers[o->buffer];
    const struct megatriton_box *boxes = b->m->boxes + o->first_box;
    bool rows = o->rank > 0 && columns_of(buffer) < buffer->elements;
    uint32_t inner = rows ? o->rank - 1u : o->rank, outer = outer_dimensions(boxes, inner);
    uint64_t at[MEGATRITON_DIMS_MAX];
    for (uint32_t i = 0; i < o->rank; i++)
        at[i] = boxes[i].first;
    do {
        vrrl_graph_range range = {.buffer = b->buffer_of[o->buffer], .row_end = 1};
        if (rows) {
            range.column_first = boxes[inner].first;
            range.column_end = boxes[inner].end;
            find_run(boxes, inner, outer, at, &range.row_first, &range.row_end);
        } else {
            find_run(boxes, inner, outer, at, &range.column_first, &range.column_end);
        }
        MEGATRITON_TRY(add_range(b, &range, o->kind, waits));
    } while (next_place(boxes, outer, at));
    return VRRL_OK;
}

static vrrl_code add_operand(struct builder *b, const struct megatriton_operand *o, uint32_t waits)
{
    const struct megatriton_buffer *buffer = &b->m->buffers[o->buffer];
    const struct megatriton_box *boxes = b->m->boxes + o->first_box;
    const vrrl_graph_range all = {.buffer = b->buffer_of[o->buffer],
                                  .row_end = buffer->elements / columns_of(buffer),
                                  .column_end = columns_of(buffer)};
    for (uint32_t i = 0; i < o->rank; i++)
        if (boxes[i].first == boxes[i].end)
            return VRRL_OK;
    return o->has_region ? add_region(b, o, waits) : add_range(b, &all, o->kind, waits);
}

/* ---- Tasks ------------------------------------------------------------------------------------ */

static vrrl_code add_waits(const struct builder *b, uint32_t task, uint32_t *count)
{
    const struct megatriton *m = b->m;
    *count = 0;
    for (uint32_t i = m->tasks[task].first_dep; i < m->tasks[task].dep_end; i++) {
        const struct megatriton_dep *dep = &m->deps[i];
        const vrrl_graph_wait wait = {.counter = dep->counter,
                                      .threshold = dep->end - dep->first,
                                      .order = VRRL_SYNC_ORDER_SYNC,
                                      .scope = VRRL_SYNC_SCOPE_DEVICE};
        if (dep->first == dep->end)
            continue;
        ++*count;
        MEGATRITON_TRY(vrrl_graph_add_wait(m->graph, &wait, m->err));
    }
    return VRRL_OK;
}

/* Its flag is one more that is set, in each range that it is in. */
static vrrl_code add_signals(const struct builder *b, uint32_t task)
{
    const struct megatriton *m = b->m;
    for (uint32_t i = m->first_range[task]; i < m->first_range[task + 1]; i++) {
        const vrrl_graph_signal signal = {.counter = m->ranges_of[i],
                                          .amount = 1,
                                          .order = VRRL_SYNC_ORDER_SYNC,
                                          .scope = VRRL_SYNC_SCOPE_DEVICE};
        MEGATRITON_TRY(vrrl_graph_add_signal(m->graph, &signal, m->err));
    }
    return VRRL_OK;
}

static vrrl_code add_task(struct builder *b, uint32_t task, uint32_t id)
{
    struct megatriton *m = b->m;
    const struct megatriton_task *t = &m->tasks[task];
    char label[LABEL_MAX];
    uint32_t waits;
    megatriton_task_name(m, task, label, sizeof label);
    size_t used = strlen(label);
    vrrl_graph_task added = {.id = id,
                             .op = m->operations.texts[t->operation],
                             .worker = m->queues > 1 ? t->queue : VRRL_GRAPH_NONE,
                             .identity = checksum_xxh3(label, used),
                             .instruction = 1 + id};
    if (m->queues > 1)
        snprintf(label + used, sizeof label - used, ", worker %u, entry %u", t->queue, t->entry);
    else
        snprintf(label + used, sizeof label - used, ", entry %u", t->entry);
    MEGATRITON_TRY(vrrl_graph_add_text(m->graph, label, &added.label, m->err));
    MEGATRITON_TRY(vrrl_graph_add_task(m->graph, &added, m->err));
    MEGATRITON_TRY(add_waits(b, task, &waits));
    for (uint32_t i = 0; i < (uint32_t)t->inputs + t->outputs; i++) {
        const struct megatriton_operand *o = &m->operands[t->first_operand + i];
        if (o->used && m->buffers[o->buffer].written)
            MEGATRITON_TRY(add_operand(b, o, waits));
    }
    return add_signals(b, task);
}

static vrrl_code add_tasks(struct builder *b)
{
    struct megatriton *m = b->m;
    m->graph->queue_order = malloc(m->task_count * sizeof(uint32_t));
    if (!m->graph->queue_order)
        return error_no_memory(m->err, m->task_count * sizeof(uint32_t));
    for (uint32_t i = 0; i < m->task_count; i++) {
        b->id_of[m->ranked[i]] = i;
        MEGATRITON_TRY(add_task(b, m->ranked[i], i));
    }
    for (uint32_t t = 0; t < m->task_count; t++)
        m->graph->queue_order[t] = b->id_of[t];
    m->graph->instruction_count = m->task_count;
    return VRRL_OK;
}

/* ---- All of it -------------------------------------------------------------------------------- */

static vrrl_code fill(struct builder *b)
{
    struct megatriton *m = b->m;
    MEGATRITON_TRY(add_buffers(b));
    MEGATRITON_TRY(add_counters(m));
    MEGATRITON_TRY(vrrl_graph_index(m->graph, m->err));
    MEGATRITON_TRY(add_tasks(b));
    MEGATRITON_TRY(vrrl_graph_finish(m->graph, m->err));
    return graph_find_lasting(m->graph, m->err);
}

vrrl_code megatriton_build(struct megatriton *m)
{
    struct builder b = {.m = m, .pieces_left = MEGATRITON_PIECES_MAX};
    b.id_of = malloc(m->task_count * sizeof *b.id_of);
    b.buffer_of = malloc((m->buffer_count + (size_t)1) * sizeof *b.buffer_of);
    vrrl_code code =
        b.id_of && b.buffer_of
            ? fill(&b)
            : (vrrl_code)error_no_memory(m->err, 4 * ((uint64_t)m->task_count + m->buffer_count));
    free(b.id_of);
    free(b.buffer_of);
    return code;
}
