#include "tensor/megatriton_footprints.h"

#include "base/array.h"
#include "base/checksum.h"
#include "base/sorted.h"
#include "graph/json_pull.h"
#include "tensor/archive.h"
#include "tensor/megatriton_read.h"
#include "tensor/npy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char see[] =
    "Fix: write [OPERATION, LAYER, TASK, TILE, INPUTS, OUTPUTS] for each task.";

struct reader {
    struct json_pull pull;
    struct megatriton *m;
};

/* The next element of an array has to be there. */
static vrrl_code expect_element(struct reader *r, bool *first, const char *what)
{
    bool more;
    MEGATRITON_TRY(json_pull_next(&r->pull, '[', first, &more));
    return more ? VRRL_OK : json_pull_fail(&r->pull, r->pull.at, see, "expected %s", what);
}

static vrrl_code expect_end(struct reader *r, bool *first, const char *what)
{
    bool more;
    MEGATRITON_TRY(json_pull_next(&r->pull, '[', first, &more));
    return more ? json_pull_fail(&r->pull, r->pull.at, see, "expected the end of %s", what)
                : VRRL_OK;
}

/* The number of a name; it is added where it is new. */
static vrrl_code read_name(struct reader *r, const char *what, struct megatriton_names *names,
                           uint32_t *number)
{
    struct json_span span;
    char name[160];
    json_pull_peek(&r->pull);
    size_t at = r->pull.at;
    MEGATRITON_TRY(json_pull_text(&r->pull, what, &span));
    MEGATRITON_TRY(json_pull_plain(&r->pull, &span, at, name, sizeof name));
    for (uint64_t key = checksum_xxh3(span.text, span.size);; key++) {
        *number = hash_table_item(&names->by_hash, key, names->count);
        if (*number == HASH_TABLE_NONE)
            return error_no_memory(r->m->err, hash_table_bytes(&names->by_hash));
        if (*number == names->count)
            break;
        if (strcmp(vrrl_graph_text_at(r->m->graph, names->texts[*number]), name) == 0)
            return VRRL_OK;
    }
    MEGATRITON_TRY(array_room(names->texts, names->count, names->room, 1, r->m->err));
    return vrrl_graph_add_text(r->m->graph, name, &names->texts[names->count++], r->m->err);
}

static vrrl_code read_numbers(struct reader *r, const char *what, uint64_t *list, uint32_t *count)
{
    bool first = true, more;
    *count = 0;
    MEGATRITON_TRY(json_pull_open(&r->pull, '[', what));
    for (;;) {
        int64_t number;
        MEGATRITON_TRY(json_pull_next(&r->pull, '[', &first, &more));
        if (!more)
            return VRRL_OK;
        if (*count == MEGATRITON_DIMS_MAX)
            return json_pull_fail(&r->pull, r->pull.at, see, "%s: more than %d dimensions", what,
                                  MEGATRITON_DIMS_MAX);
        MEGATRITON_TRY(json_pull_number(&r->pull, what, 0, INT64_C(1) << 40, &number));
        list[(*count)++] = (uint64_t)number;
    }
}

/* ---- Operands --------------------------------------------------------------------------------- */

struct operand_fields {
    struct megatriton_operand operand;
    uint64_t lengths[MEGATRITON_DIMS_MAX], starts[MEGATRITON_DIMS_MAX], sizes[MEGATRITON_DIMS_MAX];
};

/* [STARTS, SIZES, FLAG] or null; the flag tells nothing of where. */
static vrrl_code read_region(struct reader *r, struct operand_fields *f)
{
    uint32_t starts, sizes;
    bool first = true;
    f->operand.has_region = !json_pull_null(&r->pull);
    if (!f->operand.has_region)
        return VRRL_OK;
    size_t at = r->pull.at;
    MEGATRITON_TRY(json_pull_open(&r->pull, '[', "a region, [STARTS, SIZES, FLAG], or null"));
    MEGATRITON_TRY(expect_element(r, &first, "where the region starts"));
    MEGATRITON_TRY(read_numbers(r, "the starts of a region", f->starts, &starts));
    MEGATRITON_TRY(expect_element(r, &first, "how large the region is"));
    MEGATRITON_TRY(read_numbers(r, "the sizes of a region", f->sizes, &sizes));
    MEGATRITON_TRY(expect_element(r, &first, "true or false"));
    MEGATRITON_TRY(json_pull_skip(&r->pull));
    MEGATRITON_TRY(expect_end(r, &first, "the region"));
    if (starts != f->operand.rank || sizes != f->operand.rank)
        return json_pull_fail(&r->pull, at, see,
                              "a region of %u starts and %u sizes, in a buffer of %u dimensions",
                              starts, sizes, f->operand.rank);
    return VRRL_OK;
}

/* What stands over the end of a dimension, tiles do not touch. */
static vrrl_code keep_boxes(struct reader *r, size_t at, const struct operand_fields *f,
                            uint64_t *elements)
{
    struct megatriton *m = r->m;
    *elements = 1;
    MEGATRITON_TRY(array_room(m->boxes, m->box_count, m->box_room, f->operand.rank, m->err));
    for (uint32_t i = 0; i < f->operand.rank; i++) {
        uint64_t length = f->lengths[i], first = f->starts[i], end = first + f->sizes[i];
        if (length == 0 || __builtin_mul_overflow(*elements, length, elements) ||
            *elements > VRRL_GRAPH_ELEMENTS_MAX)
            return json_pull_fail(&r->pull, at, see,
                                  "a buffer of no element, or of more than 2^48");
        if (f->operand.has_region && first >= length)
            return json_pull_fail(&r->pull, at, see,
                                  "a region that starts at %llu in a dimension of %llu",
                                  (unsigned long long)first, (unsigned long long)length);
        m->boxes[m->box_count++] =
            f->operand.has_region
                ? (struct megatriton_box){length, first, end < length ? end : length}
                : (struct megatriton_box){length, 0, length};
    }
    return VRRL_OK;
}

/* Views of a buffer may differ in shape: it is as large as the largest of them. Where those with a region have rows of
 * one length, it is of such rows. */
static vrrl_code note_buffer(struct megatriton *m, const struct operand_fields *f,
                             uint64_t elements)
{
    while (m->buffer_count < m->buffer_names.count) {
        MEGATRITON_TRY(array_room(m->buffers, m->buffer_count, m->buffer_room, 1, m->err));
        m->buffers[m->buffer_count++] = (struct megatriton_buffer){.elements = 0};
    }
    struct megatriton_buffer *b = &m->buffers[f->operand.buffer];
    b->elements = elements > b->elements ? elements : b->elements;
    if (!f->operand.has_region || f->operand.rank == 0)
        return VRRL_OK;
    uint64_t pitch = f->lengths[f->operand.rank - 1];
    b->pitch = !b->pitched || b->pitch == pitch ? pitch : 0;
    b->pitched = true;
    return VRRL_OK;
}

static vrrl_code read_operand(struct reader *r)
{
    struct megatriton *m = r->m;
    struct operand_fields f = {.operand = {.used = true, .first_box = m->box_count}};
    uint32_t rank;
    uint64_t elements;
    bool first = true;
    json_pull_peek(&r->pull);
    size_t at = r->pull.at;
    MEGATRITON_TRY(json_pull_open(&r->pull, '[', "an operand, [BUFFER, SHAPE, REGION]"));
    MEGATRITON_TRY(expect_element(r, &first, "the name of a buffer"));
    MEGATRITON_TRY(read_name(r, "the name of a buffer", &m->buffer_names, &f.operand.buffer));
    MEGATRITON_TRY(expect_element(r, &first, "the shape of a buffer"));
    MEGATRITON_TRY(read_numbers(r, "the shape of a buffer", f.lengths, &rank));
    f.operand.rank = (uint8_t)rank;
    MEGATRITON_TRY(expect_element(r, &first, "a region, or null"));
    MEGATRITON_TRY(read_region(r, &f));
    MEGATRITON_TRY(expect_end(r, &first, "the operand"));
    MEGATRITON_TRY(keep_boxes(r, at, &f, &elements));
    MEGATRITON_TRY(note_buffer(m, &f, elements));
    MEGATRITON_TRY(array_room(m->operands, m->operand_count, m->operand_room, 1, m->err));
    m->operands[m->operand_count++] = f.operand;
    return VRRL_OK;
}

static vrrl_code read_operands(struct reader *r, uint8_t *count)
{
    bool first = true, more;
    *count = 0;
    MEGATRITON_TRY(json_pull_open(&r->pull, '[', "an array of operands"));
    for (;;) {
        MEGATRITON_TRY(json_pull_next(&r->pull, '[', &first, &more));
        if (!more)
            return VRRL_OK;
        if (*count == RULES_OPERANDS_MAX)
            return json_pull_fail(&r->pull, r->pull.at, see, "more than %d operands",
                                  RULES_OPERANDS_MAX);
        ++*count;
        MEGATRITON_TRY(read_operand(r));
    }
}

/* ---- Tasks ------------------------------------------------------------------------------------ */

/* The task of a layer, a task number and a tile; VRRL_GRAPH_NONE: no queue has it. */
static uint32_t find_task(const struct megatriton *m, const int64_t key[3])
{
    for (uint32_t i = 0; i < 3; i++)
        if ((uint64_t)key[i] >= m->scoreboard[i])
            return VRRL_GRAPH_NONE;
    uint64_t flag = ((uint64_t)key[0] * m->scoreboard[1] + (uint64_t)key[1]) * m->scoreboard[2] +
                    (uint64_t)key[2];
    uint32_t at = sorted_from(m->flags, m->task_count, sizeof *m->flags, flag);
    return at < m->task_count && m->flags[at].flag == flag ? m->flags[at].task : VRRL_GRAPH_NONE;
}

static vrrl_code read_footprint(struct reader *r)
{
    static const char *const names[] = {"the layer", "the task", "the tile"};
    struct megatriton *m = r->m;
    int64_t key[3];
    uint32_t operation;
    uint8_t inputs, outputs;
    bool first = true;
    json_pull_peek(&r->pull);
    size_t at = r->pull.at;
    MEGATRITON_TRY(json_pull_open(&r->pull, '[', "a task, an array"));
    MEGATRITON_TRY(expect_element(r, &first, "the name of an operation"));
    MEGATRITON_TRY(read_name(r, "the name of an operation", &m->operations, &operation));
    for (uint32_t i = 0; i < 3; i++) {
        MEGATRITON_TRY(expect_element(r, &first, names[i]));
        MEGATRITON_TRY(json_pull_number(&r->pull, names[i], 0, INT32_MAX, &key[i]));
    }
    uint32_t first_operand = m->operand_count;
    MEGATRITON_TRY(expect_element(r, &first, "the inputs"));
    MEGATRITON_TRY(read_operands(r, &inputs));
    MEGATRITON_TRY(expect_element(r, &first, "the outputs"));
    MEGATRITON_TRY(read_operands(r, &outputs));
    MEGATRITON_TRY(expect_end(r, &first, "the task"));
    uint32_t task = find_task(m, key);
    if (task == VRRL_GRAPH_NONE)
        return json_pull_fail(&r->pull, at, "Fix: write the footprints of this model.",
                              "layer %lld, task %lld, tile %lld is in no queue", (long long)key[0],
                              (long long)key[1], (long long)key[2]);
    struct megatriton_task *t = &m->tasks[task];
    if (t->described)
        return json_pull_fail(&r->pull, at, see, "layer %u, task %u, tile %u is there twice",
                              t->layer, t->node, t->tile);
    t->described = true;
    t->operation = operation;
    t->first_operand = first_operand;
    t->inputs = inputs;
    t->outputs = outputs;
    return VRRL_OK;
}

static vrrl_code read_document(struct reader *r)
{
    struct megatriton *m = r->m;
    bool first = true, more;
    MEGATRITON_TRY(json_pull_open(&r->pull, '[', "`[`: footprints are an array of tasks"));
    for (;;) {
        MEGATRITON_TRY(json_pull_next(&r->pull, '[', &first, &more));
        if (!more)
            break;
        MEGATRITON_TRY(read_footprint(r));
    }
    MEGATRITON_TRY(json_pull_end(&r->pull));
    for (uint32_t t = 0; t < m->task_count; t++) {
        char name[120];
        if (m->tasks[t].described)
            continue;
        megatriton_task_name(m, t, name, sizeof name);
        return error_set(m->err, VRRL_PARSE, "Fix: write the footprints of this model.",
                         "%s: %s of queue %u has no footprint", r->pull.file, name,
                         m->tasks[t].queue);
    }
    return VRRL_OK;
}

/* ---- What operands are, by the rules ----------------------------------------------------------- */

/* Tiles of an output without a region are taken to lie apart, as a sum's do not conflict with each other. */
static void set_kind(struct megatriton *m, struct megatriton_task *t, struct megatriton_operand *o,
                     bool output, enum rule_role role)
{
    static const uint8_t kinds[] = {[RULE_READ] = VRRL_ACCESS_READ,
                                    [RULE_WRITE] = VRRL_ACCESS_WRITE,
                                    [RULE_READ_WRITE] = VRRL_ACCESS_READ_WRITE,
                                    [RULE_ACCUMULATE] = VRRL_ACCESS_ACCUMULATE};
    o->used = role != RULE_NOTHING;
    if (role != RULE_AS_DECLARED) {
        o->kind = kinds[role == RULE_NOTHING ? RULE_READ : role];
    } else if (output && !o->has_region) {
        o->kind = VRRL_ACCESS_ACCUMULATE;
        t->unplaced = m->buffers[o->buffer].scattered = true;
    } else {
        o->kind = output ? VRRL_ACCESS_WRITE : VRRL_ACCESS_READ;
    }
}

static void set_kinds(struct megatriton *m)
{
    for (uint32_t i = 0; i < m->task_count; i++) {
        struct megatriton_task *t = &m->tasks[i];
        const struct type_rules *rules = &m->operation_rules[t->operation];
        for (uint32_t k = 0; k < (uint32_t)t->inputs + t->outputs; k++) {
            struct megatriton_operand *o = &m->operands[t->first_operand + k];
            bool output = k >= t->inputs;
            set_kind(m, t, o, output,
                     output ? rules->outputs[k - t->inputs].role : rules->inputs[k].role);
            m->buffers[o->buffer].written |= o->used && o->kind != VRRL_ACCESS_READ;
        }
    }
}

static vrrl_code count_operations(struct megatriton *m)
{
    size_t count = m->operations.count + (size_t)1;
    m->operation_rules = calloc(count, sizeof *m->operation_rules);
    m->operation_tasks = calloc(count, sizeof *m->operation_tasks);
    m->operation_inputs = malloc(count * sizeof *m->operation_inputs);
    m->operation_outputs = malloc(count * sizeof *m->operation_outputs);
    if (!m->operation_rules || !m->operation_tasks || !m->operation_inputs || !m->operation_outputs)
        return error_no_memory(m->err, count * sizeof *m->operation_rules);
    for (uint32_t i = 0; i < m->operations.count; i++) {
        m->operation_inputs[i] = m->operation_outputs[i] = UINT32_MAX;
        m->operation_rules[i] =
            rules_of(m->rules, vrrl_graph_text_at(m->graph, m->operations.texts[i]));
    }
    for (uint32_t i = 0; i < m->task_count; i++) {
        const struct megatriton_task *t = &m->tasks[i];
        uint32_t *inputs = &m->operation_inputs[t->operation],
                 *outputs = &m->operation_outputs[t->operation];
        m->operation_tasks[t->operation]++;
        *inputs = t->inputs < *inputs ? t->inputs : *inputs;
        *outputs = t->outputs < *outputs ? t->outputs : *outputs;
    }
    return VRRL_OK;
}

vrrl_code megatriton_footprints(struct megatriton *m, const char *bytes, size_t size)
{
    static const struct npy_types types = {{"|u1", "<u1", "|i1"}, "|u1 (uint8)"};
    char name[200], *plain;
    size_t plain_size;
    struct tensor tensor;
    snprintf(name, sizeof name, "%.120s:footprints", m->file);
    MEGATRITON_TRY(archive_member(m->file, bytes, size, "footprints", &plain, &plain_size, m->err));
    vrrl_code code = npy_parse_as(name, plain, plain_size, &types, &tensor, m->err);
    if (code == VRRL_OK) {
        struct reader r = {
            .pull = {.file = name, .bytes = tensor.words, .size = tensor.count, .err = m->err},
            .m = m};
        code = read_document(&r);
    }
    free(plain);
    if (code == VRRL_OK)
        code = count_operations(m);
    if (code == VRRL_OK)
        set_kinds(m);
    return code;
}
