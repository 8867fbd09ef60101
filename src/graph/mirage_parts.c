#include "graph/mirage_parts.h"

#include "base/array.h"
#include "base/error.h"

#include <stdlib.h>
#include <string.h>

enum { PLANES_MAX = 4096 };

/* ---- What tasks do with their operands -------------------------------------------------------- */

static void apply(struct mirage_operand *operand, const struct operand_rule *rule,
                  vrrl_access_kind declared)
{
    static const vrrl_access_kind kinds[] = {[RULE_READ] = VRRL_ACCESS_READ,
                                             [RULE_WRITE] = VRRL_ACCESS_WRITE,
                                             [RULE_READ_WRITE] = VRRL_ACCESS_READ_WRITE,
                                             [RULE_ACCUMULATE] = VRRL_ACCESS_ACCUMULATE};
    bool plain = rule->role == RULE_AS_DECLARED || rule->role == RULE_NOTHING;
    operand->kind = (uint8_t)(plain ? declared : kinds[rule->role]);
    operand->by = rule->by;
    operand->used &= rule->role != RULE_NOTHING;
}

static void apply_rules(struct mirage *m)
{
    for (uint32_t t = MIRAGE_FIRST_TASK; t < m->task_count; t++) {
        const struct mirage_task *task = &m->tasks[t];
        struct mirage_type *type = &m->types[task->type];
        uint32_t first = task->first_operand;
        for (uint32_t i = 0; i < task->inputs; i++)
            apply(&m->operands[first + i], &type->rules.inputs[i], VRRL_ACCESS_READ);
        for (uint32_t i = 0; i < task->outputs; i++)
            apply(&m->operands[first + task->inputs + i], &type->rules.outputs[i],
                  VRRL_ACCESS_WRITE);
        type->tasks++;
        type->inputs = task->inputs < type->inputs ? task->inputs : type->inputs;
        type->outputs = task->outputs < type->outputs ? task->outputs : type->outputs;
    }
}

/* ---- Dimensions ------------------------------------------------------------------------------- */

/* What an operand covers, in units of its buffer: runs of `run` units, repeated by dimensions, the outermost first. */
struct shape {
    uint64_t offset, run;
    uint64_t lengths[MIRAGE_DIMS_MAX], strides[MIRAGE_DIMS_MAX];
    uint32_t rank;
    uint64_t inner_stride; /* of the last dimension but one, as the file has it; 0: there is none */
};

static void sort_dimensions(struct shape *s)
{
    for (uint32_t i = 1; i < s->rank; i++)
        for (uint32_t k = i; k > 0 && s->strides[k - 1] < s->strides[k]; k--) {
            uint64_t length = s->lengths[k], stride = s->strides[k];
            s->lengths[k] = s->lengths[k - 1];
            s->strides[k] = s->strides[k - 1];
            s->lengths[k - 1] = length;
            s->strides[k - 1] = stride;
        }
}

/* Dimensions that follow each other without a gap become one. */
static void join_dimensions(struct shape *s)
{
    while (s->rank > 0 && s->strides[s->rank - 1] == s->run) {
        s->run *= s->lengths[s->rank - 1];
        s->rank--;
    }
    for (uint32_t i = s->rank; i-- > 1;) {
        if (s->strides[i - 1] != s->lengths[i] * s->strides[i])
            continue;
        s->lengths[i - 1] *= s->lengths[i];
        s->strides[i - 1] = s->strides[i];
        s->rank--;
        memmove(s->lengths + i, s->lengths + i + 1, (s->rank - i) * sizeof *s->lengths);
        memmove(s->strides + i, s->strides + i + 1, (s->rank - i) * sizeof *s->strides);
    }
}

static struct shape shape_of(const struct mirage *m, const struct mirage_operand *o)
{
    uint64_t unit = m->buffers[o->buffer].unit, units = o->element_bytes / unit;
    struct shape s = {.offset = o->offset / unit, .run = units};
    const uint64_t *lengths = m->lengths + o->first_dimension;
    const uint64_t *strides = m->strides + o->first_dimension;
    for (uint32_t i = 0; i < o->rank; i++) {
        if (lengths[i] == 1 || strides[i] == 0)
            continue;
        s.lengths[s.rank] = lengths[i];
        s.strides[s.rank++] = strides[i] * units;
    }
    if (o->rank >= 2)
        s.inner_stride = strides[o->rank - 2] * units;
    sort_dimensions(&s);
    join_dimensions(&s);
    return s;
}

static uint64_t end_of(const struct shape *s)
{
    uint64_t end = s->offset + s->run;
    for (uint32_t i = 0; i < s->rank; i++)
        end += (s->lengths[i] - 1) * s->strides[i];
    return end;
}

/* ---- Rectangles ------------------------------------------------------------------------------- */

struct emitter {
    uint64_t pitch, left;
    vrrl_code (*each)(void *context, const struct mirage_rectangle *r);
    void *context;
    const struct mirage *m;
};

static vrrl_code emit(struct emitter *e, uint64_t row, uint64_t rows, uint64_t column,
                      uint64_t columns)
{
    const struct mirage_rectangle r = {row, row + rows, column, column + columns};
    if (e->left-- == 0)
        return error_set(e->m->err, VRRL_TOO_LARGE, "Fix: split the graph.",
                         "%s: operands whose elements lie apart have more than %u pieces",
                         e->m->file, MIRAGE_PIECES_MAX);
    return e->each(e->context, &r);
}

/* A run of units: the rest of a row, whole rows, the beginning of one. */
static vrrl_code emit_run(struct emitter *e, uint64_t first, uint64_t run)
{
    uint64_t row = first / e->pitch, column = first % e->pitch;
    if (column > 0) {
        uint64_t head = run < e->pitch - column ? run : e->pitch - column;
        MIRAGE_TRY(emit(e, row, 1, column, head));
        run -= head;
        row++;
    }
    if (run >= e->pitch)
        MIRAGE_TRY(emit(e, row, run / e->pitch, 0, e->pitch));
    row += run / e->pitch;
    return run % e->pitch ? emit(e, row, 1, 0, run % e->pitch) : VRRL_OK;
}

static vrrl_code emit_from(struct emitter *e, const struct shape *s, uint32_t dimension,
                           uint64_t first)
{
    if (dimension == s->rank)
        return emit_run(e, first, s->run);
    uint64_t length = s->lengths[dimension], stride = s->strides[dimension];
    if (dimension + 1 == s->rank && stride == e->pitch && first % e->pitch + s->run <= e->pitch)
        return emit(e, first / e->pitch, length, first % e->pitch, s->run);
    for (uint64_t i = 0; i < length; i++)
        MIRAGE_TRY(emit_from(e, s, dimension + 1, first + i * stride));
    return VRRL_OK;
}

vrrl_code mirage_rectangles(const struct mirage *m, const struct mirage_operand *operand,
                            uint64_t most,
                            vrrl_code (*each)(void *context, const struct mirage_rectangle *r),
                            void *context)
{
    const struct mirage_buffer *b = &m->buffers[operand->buffer];
    const struct shape shape = shape_of(m, operand);
    struct emitter e = {b->pitch ? b->pitch : b->end, most, each, context, m};
    return emit_from(&e, &shape, 0, shape.offset);
}

/* ---- Rows ------------------------------------------------------------------------------------- */

/* A column is an element, where all operands of the buffer have elements of one size. */
static vrrl_code find_units(struct mirage *m)
{
    for (uint32_t i = 0; i < m->operand_count; i++) {
        const struct mirage_operand *o = &m->operands[i];
        struct mirage_buffer *b = &m->buffers[o->buffer];
        if (!o->used || !b->written)
            continue;
        if (o->element_bytes == 0)
            return error_set(m->err, VRRL_PARSE, "Fix: vrrl does not know how many bytes it has.",
                             "%s: %s is written, and has a data_type that is not known", m->file,
                             vrrl_graph_text_at(m->graph, b->name));
        bool same =
            (b->unit == 0 || b->unit == o->element_bytes) && o->offset % o->element_bytes == 0;
        b->unit = same ? o->element_bytes : 1;
    }
    for (uint32_t i = 0; i < m->buffer_count; i++)
        m->buffers[i].unit = m->buffers[i].unit ? m->buffers[i].unit : 1;
    return VRRL_OK;
}

static void lower_pitch(uint64_t *pitch, uint64_t stride)
{
    if (stride > 1 && (*pitch == 0 || stride < *pitch))
        *pitch = stride;
}

/* The smallest distance between two runs of an operand; where all operands are runs, that between rows as the file
 * has it. Whatever it is, rectangles are exact: it makes them few. */
static vrrl_code find_rows(struct mirage *m)
{
    uint64_t *inner = calloc(m->buffer_count + (size_t)1, sizeof *inner);
    if (!inner)
        return error_no_memory(m->err, m->buffer_count * sizeof *inner);
    for (uint32_t i = 0; i < m->operand_count; i++) {
        const struct mirage_operand *o = &m->operands[i];
        struct mirage_buffer *b = &m->buffers[o->buffer];
        if (!o->used || !b->written)
            continue;
        const struct shape s = shape_of(m, o);
        if (s.rank > 0 && s.strides[s.rank - 1] >= s.run)
            lower_pitch(&b->pitch, s.strides[s.rank - 1]);
        lower_pitch(&inner[o->buffer], s.inner_stride);
        b->end = end_of(&s) > b->end ? end_of(&s) : b->end;
    }
    for (uint32_t i = 0; i < m->buffer_count; i++)
        if (m->buffers[i].pitch == 0)
            m->buffers[i].pitch = inner[i];
    free(inner);
    return VRRL_OK;
}

/* ---- Parts that tasks of one type touch apart ------------------------------------------------- */

struct keyed {
    uint32_t buffer, key;
    int32_t value;
};

static int by_value(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    if (x->buffer != y->buffer)
        return x->buffer < y->buffer ? -1 : 1;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

static int32_t value_of(const struct mirage_task *task, uint32_t key)
{
    return key == RULE_BY_REQUEST ? task->request : key == RULE_BY_KV ? task->kv : task->expert;
}

static vrrl_code collect(struct mirage *m, struct keyed **list, uint32_t *count)
{
    uint32_t room = 0;
    *list = NULL;
    *count = 0;
    for (uint32_t t = MIRAGE_FIRST_TASK; t < m->task_count; t++) {
        const struct mirage_task *task = &m->tasks[t];
        for (uint32_t i = 0; i < (uint32_t)task->inputs + task->outputs; i++) {
            const struct mirage_operand *o = &m->operands[task->first_operand + i];
            struct mirage_buffer *b = &m->buffers[o->buffer];
            if (!o->used || !b->written)
                continue;
            b->by |= o->by;
            for (uint32_t key = RULE_BY_REQUEST; key <= RULE_BY_EXPERT; key *= 2) {
                if (!(o->by & key))
                    continue;
                MIRAGE_TRY(array_room(*list, *count, room, 1, m->err));
                (*list)[(*count)++] = (struct keyed){o->buffer, key, value_of(task, key)};
            }
        }
    }
    if (*count > 0)
        qsort(*list, *count, sizeof **list, by_value);
    return VRRL_OK;
}

/* The values of one key, [first, end) of the list, each once. */
static uint32_t distinct(struct keyed *list, uint32_t first, uint32_t end)
{
    uint32_t kept = first;
    for (uint32_t i = first; i < end; i++)
        if (i == first || by_value(&list[i], &list[kept - 1]) != 0)
            list[kept++] = list[i];
    return kept - first;
}

static void set_key(struct mirage_plane *plane, const struct keyed *value)
{
    int32_t *at = value->key == RULE_BY_REQUEST ? &plane->request
                  : value->key == RULE_BY_KV    ? &plane->kv
                                                : &plane->expert;
    *at = value->value;
}

/* A part for each combination of the values of its keys. */
static vrrl_code add_planes(struct mirage *m, struct mirage_buffer *b, struct keyed *list,
                            uint32_t first, uint32_t end)
{
    b->first_plane = m->plane_count;
    b->planes = 1;
    MIRAGE_TRY(array_room(m->planes, m->plane_count, m->plane_room, PLANES_MAX, m->err));
    m->planes[b->first_plane] = (struct mirage_plane){.request = 0};
    for (uint32_t at = first; at < end;) {
        uint32_t next = at;
        while (next < end && list[next].key == list[at].key)
            next++;
        uint32_t values = distinct(list, at, next);
        if ((uint64_t)b->planes * values > PLANES_MAX)
            return error_set(m->err, VRRL_TOO_LARGE, "Fix: split the graph.",
                             "%s: tasks touch more than %d parts of %s apart from each other",
                             m->file, PLANES_MAX, vrrl_graph_text_at(m->graph, b->name));
        for (uint32_t v = values; v-- > 0;) {
            for (uint32_t p = 0; p < b->planes; p++) {
                struct mirage_plane *plane = &m->planes[b->first_plane + v * b->planes + p];
                *plane = m->planes[b->first_plane + p];
                set_key(plane, &list[at + v]);
            }
        }
        b->planes *= values;
        at = next;
    }
    m->plane_count += b->planes;
    return VRRL_OK;
}

static vrrl_code find_planes(struct mirage *m)
{
    struct keyed *list;
    uint32_t count, at = 0;
    vrrl_code code = collect(m, &list, &count);
    for (uint32_t i = 0; code == VRRL_OK && i < m->buffer_count; i++) {
        uint32_t first = at;
        while (at < count && list[at].buffer == i)
            at++;
        if (m->buffers[i].written)
            code = add_planes(m, &m->buffers[i], list, first, at);
    }
    free(list);
    return code;
}

bool mirage_touches(const struct mirage_task *task, const struct mirage_operand *operand,
                    const struct mirage_plane *plane)
{
    return (!(operand->by & RULE_BY_REQUEST) || plane->request == task->request) &&
           (!(operand->by & RULE_BY_KV) || plane->kv == task->kv) &&
           (!(operand->by & RULE_BY_EXPERT) || plane->expert == task->expert);
}

vrrl_code mirage_find_parts(struct mirage *m)
{
    apply_rules(m);
    for (uint32_t i = 0; i < m->operand_count; i++)
        if (m->operands[i].used && m->operands[i].kind != VRRL_ACCESS_READ)
            m->buffers[m->operands[i].buffer].written = true;
    MIRAGE_TRY(find_units(m));
    MIRAGE_TRY(find_rows(m));
    return find_planes(m);
}
