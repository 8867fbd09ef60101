#include "tensor/mkd_build.h"

#include "base/array.h"
#include "base/checksum.h"
#include "tensor/mkd_depth.h"
#include "tensor/mkd_inside.h"
#include "tensor/mkd_rank.h"
#include "tensor/mkd_region.h"
#include "tensor/mkd_summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_MAX = 240 };

/* ---- Counters and buffers -------------------------------------------------------------------- */

/* "Bar[3][4][0]". */
static void counter_name(const struct mkd_machine *m, const struct mkd_counter *counter, char *out,
                         size_t size)
{
    const struct mkd_array *array = &m->counters[counter->array];
    uint64_t below = 1, left = counter->element;
    size_t used = (size_t)snprintf(out, size, "%.80s", array->name);
    for (uint32_t i = 1; i < array->rank; i++)
        below *= array->dims[i];
    for (uint32_t i = 0; i < array->rank && used < size; i++) {
        used +=
            (size_t)snprintf(out + used, size - used, "[%llu]", (unsigned long long)(left / below));
        left %= below;
        below /= i + 1 < array->rank ? array->dims[i + 1] : 1;
    }
}

static int by_element(const void *a, const void *b, void *context)
{
    const struct mkd_counter *counters = context;
    const struct mkd_counter *x = &counters[*(const uint32_t *)a];
    const struct mkd_counter *y = &counters[*(const uint32_t *)b];
    if (x->array != y->array)
        return x->array < y->array ? -1 : 1;
    return (x->element > y->element) - (x->element < y->element);
}

static vrrl_code add_counters(struct mkd_builder *b)
{
    const struct mkd_expansion *e = b->e;
    uint32_t *sorted = malloc((e->counter_count + (size_t)1) * sizeof *sorted);
    vrrl_code code = sorted ? VRRL_OK : (vrrl_code)error_no_memory(b->err, e->counter_count * 4ull);
    for (uint32_t i = 0; code == VRRL_OK && i < e->counter_count; i++)
        sorted[i] = i;
    if (code == VRRL_OK)
        qsort_r(sorted, e->counter_count, sizeof *sorted, by_element, e->counters);
    for (uint32_t i = 0; code == VRRL_OK && i < e->counter_count; i++) {
        const struct mkd_counter *row = &e->counters[sorted[i]];
        vrrl_graph_counter counter = {
            .id = i, .grows = e->machine->counters[row->array].grows, .named = true};
        char name[160];
        counter_name(e->machine, row, name, sizeof name);
        b->counter_ids[sorted[i]] = i;
        code = vrrl_graph_add_text(b->graph, name, &counter.note, b->err);
        if (code == VRRL_OK)
            code = vrrl_graph_add_counter(b->graph, &counter, b->err);
    }
    free(sorted);
    return code;
}

static vrrl_code add_buffers(struct mkd_builder *b)
{
    const struct mkd_machine *m = b->e->machine;
    for (uint32_t i = 0; i < m->buffer_count; i++) {
        vrrl_graph_buffer buffer = {.id = i, .kind = m->buffers[i].kind};
        mkd_rectangle(&m->buffers[i], &buffer.rows, &buffer.columns);
        MK_TRY(vrrl_graph_add_text(b->graph, m->buffers[i].name, &buffer.name, b->err));
        MK_TRY(vrrl_graph_add_buffer(b->graph, &buffer, b->err));
    }
    return VRRL_OK;
}

/* ---- Tasks ----------------------------------------------------------------------------------- */

/* "down(layer 3, first 0, last 4, red 1) storer 2, worker 5, entry 12". */
static void write_label(const struct mkd_builder *b, uint32_t part, char *out, size_t size)
{
    const struct mkd_expansion *e = b->e;
    const struct mkd_part *p = &e->parts[part];
    const struct mkd_instruction *row = &e->instructions[p->instruction];
    const struct mkd_opcode *opcode = &e->machine->opcodes[row->opcode];
    uint32_t number = 1, shown = 0;
    size_t used = (size_t)snprintf(out, size, "%.40s(", opcode->name);
    for (uint32_t i = 0; i < opcode->operands && used < size - 100; i++) {
        const struct mk_token *token = &e->machine->operand_tokens[opcode->first_operand + i];
        int length = token->length > 24 ? 24 : (int)token->length;
        if (mkd_is_unnamed(e->machine, token))
            continue;
        used += (size_t)snprintf(out + used, size - used, "%s%.*s %lld", shown++ ? ", " : "",
                                 length, e->machine->source.text + token->at,
                                 (long long)tensor_at(e->tensor, row->word + 1 + i));
    }
    used += (size_t)snprintf(out + used, size - used, ")");
    for (uint32_t i = row->first_part; i < part; i++)
        number += e->parts[i].role == p->role;
    if (row->part_count > 1)
        used += (size_t)snprintf(out + used, size - used, " %.30s", e->machine->roles[p->role]);
    if (!p->first || !p->last)
        used += (size_t)snprintf(out + used, size - used, " %u", number);
    snprintf(out + used, size - used, ", worker %u, entry %u", row->worker, row->entry);
}

static vrrl_code add_waits(const struct mkd_builder *b, const struct mkd_part *p)
{
    for (uint32_t i = 0; i < p->wait_count; i++) {
        const struct mkd_wait *row = &b->e->waits[p->first_wait + i];
        const vrrl_graph_wait wait = {
            .counter = b->counter_ids[row->counter],
            .threshold = row->threshold,
            .growth = row->growth,
            .order = row->relaxed ? VRRL_SYNC_ORDER_RELAXED : VRRL_SYNC_ORDER_SYNC,
            .scope = VRRL_SYNC_SCOPE_DEVICE,
            .equal = row->equal,
        };
        MK_TRY(vrrl_graph_add_wait(b->graph, &wait, b->err));
    }
    return VRRL_OK;
}

static vrrl_code add_signals(const struct mkd_builder *b, const struct mkd_part *p)
{
    for (uint32_t i = 0; i < p->signal_count; i++) {
        const struct mkd_signal *row = &b->e->signals[p->first_signal + i];
        const vrrl_graph_signal signal = {
            .counter = b->counter_ids[row->counter],
            .amount = row->amount,
            .order = row->relaxed ? VRRL_SYNC_ORDER_RELAXED : VRRL_SYNC_ORDER_SYNC,
            .scope = VRRL_SYNC_SCOPE_DEVICE,
        };
        MK_TRY(vrrl_graph_add_signal(b->graph, &signal, b->err));
    }
    return VRRL_OK;
}

static vrrl_code fill_task(const struct mkd_builder *b, uint32_t part)
{
    const struct mkd_part *p = &b->e->parts[part];
    uint32_t waits;
    MK_TRY(mkd_add_internal_waits(b, part, &waits));
    MK_TRY(add_waits(b, p));
    for (uint32_t i = 0; i < p->access_count; i++) {
        const struct mkd_access *access = &b->e->accesses[p->first_access + i];
        MK_TRY(vrrl_graph_add_access(b->graph, &access->range, access->kind, waits + p->wait_count,
                                     b->err));
    }
    MK_TRY(mkd_add_private_accesses(b, part, waits + p->wait_count));
    MK_TRY(add_signals(b, p));
    return mkd_add_internal_signals(b, part);
}

/* Its words, and which of its parts it is. */
static uint64_t identity_of(const struct mkd_builder *b, uint32_t part)
{
    const struct mkd_instruction *row = &b->e->instructions[b->e->parts[part].instruction];
    uint64_t hash = checksum_xxh3(b->e->tensor->words + 4 * row->word, 4 * b->e->machine->words);
    uint32_t seed[3] = {(uint32_t)hash, (uint32_t)(hash >> 32), part - row->first_part};
    return checksum_xxh3(seed, sizeof seed);
}

static vrrl_code add_task(const struct mkd_builder *b, uint32_t rank, uint32_t part, uint32_t id)
{
    const struct mkd_part *p = &b->e->parts[part];
    const struct mkd_instruction *row = &b->e->instructions[p->instruction];
    const struct mkd_machine *m = b->e->machine;
    char label[LABEL_MAX];
    vrrl_graph_task task = {.id = id,
                            .op = b->opcode_names[row->opcode],
                            .worker =
                                m->has_roles ? row->worker * m->role_count + p->role : row->worker,
                            .identity = identity_of(b, part),
                            .instruction = 1 + rank};
    write_label(b, part, label, sizeof label);
    MK_TRY(vrrl_graph_add_text(b->graph, label, &task.label, b->err));
    MK_TRY(vrrl_graph_add_task(b->graph, &task, b->err));
    return fill_task(b, part);
}

/* Ids are in the author's order. */
static vrrl_code add_tasks(struct mkd_builder *b)
{
    uint32_t id = 0;
    for (uint32_t rank = 0; rank < b->e->instruction_count; rank++) {
        const struct mkd_instruction *row = &b->e->instructions[b->ranked[rank]];
        b->first_task[b->ranked[rank]] = id;
        for (uint32_t i = 0; i < row->part_count; i++)
            MK_TRY(add_task(b, rank, row->first_part + i, id++));
    }
    return VRRL_OK;
}

/* As queues have them: by entry, and in it by worker. */
static int by_entry(const void *a, const void *b, void *context)
{
    const struct mkd_instruction *rows = context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (rows[x].entry != rows[y].entry)
        return rows[x].entry < rows[y].entry ? -1 : 1;
    return (x > y) - (x < y);
}

static vrrl_code set_queue_order(struct mkd_builder *b)
{
    const struct mkd_expansion *e = b->e;
    uint32_t count = 0;
    b->graph->queue_order = malloc((e->part_count + (size_t)1) * sizeof(uint32_t));
    if (!b->graph->queue_order)
        return error_no_memory(b->err, e->part_count * 4ull);
    for (uint32_t i = 0; i < e->instruction_count; i++)
        b->ranked[i] = i;
    qsort_r(b->ranked, e->instruction_count, sizeof *b->ranked, by_entry, e->instructions);
    for (uint32_t i = 0; i < e->instruction_count; i++) {
        uint32_t instruction = b->ranked[i];
        for (uint32_t k = 0; k < e->instructions[instruction].part_count; k++)
            b->graph->queue_order[count++] = b->first_task[instruction] + k;
    }
    return VRRL_OK;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static vrrl_code add_names(struct mkd_builder *b)
{
    const struct mkd_machine *m = b->e->machine;
    for (uint32_t i = 0; i < m->opcode_count; i++)
        MK_TRY(vrrl_graph_add_text(b->graph, m->opcodes[i].name, &b->opcode_names[i], b->err));
    return VRRL_OK;
}

static vrrl_code build(struct mkd_builder *b)
{
    MK_TRY(add_names(b));
    MK_TRY(add_counters(b));
    MK_TRY(add_buffers(b));
    MK_TRY(mkd_add_internal_counters(b));
    MK_TRY(mkd_add_private_buffers(b));
    MK_TRY(vrrl_graph_index(b->graph, b->err));
    MK_TRY(add_tasks(b));
    MK_TRY(set_queue_order(b));
    MK_TRY(mkd_summarize(b));
    b->graph->instruction_count = b->e->instruction_count;
    b->graph->order =
        b->e->machine->order_count ? VRRL_GRAPH_ORDER_DECLARED : VRRL_GRAPH_ORDER_UNKNOWN;
    return vrrl_graph_finish(b->graph, b->err);
}

static bool allocate(struct mkd_builder *b)
{
    size_t count = b->e->instruction_count + (size_t)1;
    b->first_task = malloc(count * sizeof *b->first_task);
    b->done_ids = malloc(count * sizeof *b->done_ids);
    b->ended_ids = malloc(count * sizeof *b->ended_ids);
    b->private_ids = malloc(count * sizeof *b->private_ids);
    b->counter_ids = malloc((b->e->counter_count + (size_t)1) * sizeof *b->counter_ids);
    b->opcode_names = calloc(b->e->machine->opcode_count, sizeof *b->opcode_names);
    return b->first_task && b->done_ids && b->ended_ids && b->private_ids && b->counter_ids &&
           b->opcode_names;
}

vrrl_code mkd_build(struct mkd_expansion *e, const char *path, vrrl_graph **graph, vrrl_error *err)
{
    struct mkd_builder b = {.e = e, .err = err};
    vrrl_code code =
        allocate(&b) ? VRRL_OK : (vrrl_code)error_no_memory(err, e->instruction_count * 16ull);
    if (code == VRRL_OK && e->machine->order_count == 0)
        code = mkd_depths(e, err);
    if (code == VRRL_OK)
        code = mkd_rank(e, &b.ranked, err);
    if (code == VRRL_OK)
        code = vrrl_graph_create(path, &b.graph, err);
    if (code == VRRL_OK)
        code = build(&b);
    free(b.ranked);
    free(b.first_task);
    free(b.done_ids);
    free(b.ended_ids);
    free(b.private_ids);
    free(b.counter_ids);
    free(b.opcode_names);
    if (code == VRRL_OK)
        *graph = b.graph;
    else
        vrrl_graph_free(b.graph);
    return code;
}
