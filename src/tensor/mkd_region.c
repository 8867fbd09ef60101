#include "tensor/mkd_region.h"

static vrrl_code outside(const struct mkd_frame *frame, const struct mkd_statement *s,
                         const struct mkd_array *array, uint32_t dim, int64_t value)
{
    return mkd_fail_at(frame, s->token, VRRL_PARSE,
                       "Fix: pair the tensor with its description; --set changes constants.",
                       "index %lld of dimension %u of %.60s, which has %llu", (long long)value, dim,
                       array->name, (unsigned long long)array->dims[dim]);
}

vrrl_code mkd_element(const struct mkd_frame *frame, const struct mkd_statement *s,
                      uint64_t *element)
{
    const struct mkd_array *array = &frame->machine->counters[s->target];
    *element = 0;
    for (uint32_t i = 0; i < s->index_count; i++) {
        int64_t index;
        MK_TRY(mkd_evaluate(frame, frame->machine->indices[s->first_index + i].a, &index));
        if (index < 0 || (uint64_t)index >= array->dims[i])
            return outside(frame, s, array, i, index);
        *element = *element * array->dims[i] + (uint64_t)index;
    }
    return VRRL_OK;
}

/* [first, end) of one dimension; all of it where the statement has no index for it. */
static vrrl_code one_dimension(const struct mkd_frame *frame, const struct mkd_statement *s,
                               uint32_t dim, uint64_t *first, uint64_t *end)
{
    const struct mkd_array *array = &frame->machine->buffers[s->target];
    int64_t from, to;
    *first = 0;
    *end = array->dims[dim];
    if (dim >= s->index_count)
        return VRRL_OK;
    const struct mkd_index *index = &frame->machine->indices[s->first_index + dim];
    MK_TRY(mkd_evaluate(frame, index->a, &from));
    if (index->b == MKD_NONE)
        to = from + 1;
    else
        MK_TRY(mkd_evaluate(frame, index->b, &to));
    if (from < 0 || (uint64_t)from > *end || (index->b == MKD_NONE && (uint64_t)from == *end))
        return outside(frame, s, array, dim, from);
    if (to < from || (uint64_t)to > *end)
        return outside(frame, s, array, dim, to);
    *first = (uint64_t)from;
    *end = (uint64_t)to;
    return VRRL_OK;
}

vrrl_code mkd_region(const struct mkd_frame *frame, const struct mkd_statement *s,
                     vrrl_graph_range *range, bool *empty)
{
    const struct mkd_array *array = &frame->machine->buffers[s->target];
    uint64_t rows = 1, row = 0; /* of the dimensions so far: how many are in it, and the first */
    uint64_t first = 0, end = 1;
    *empty = false;
    for (uint32_t i = 0; i < array->rank; i++) {
        MK_TRY(one_dimension(frame, s, i, &first, &end));
        *empty |= first == end;
        if (i + 1 == array->rank)
            break;
        if (rows > 1 && end - first != array->dims[i])
            return mkd_fail_at(frame, s->token, VRRL_PARSE,
                               "Fix: declare the buffer [rows][pitch], or write a loop.",
                               "a region of %.60s that is no rectangle: dimension %u is a part, "
                               "behind one that is a range",
                               array->name, i);
        row = row * array->dims[i] + first;
        rows *= end - first;
    }
    *range = (vrrl_graph_range){.buffer = s->target,
                                .row_first = row,
                                .row_end = row + rows,
                                .column_first = first,
                                .column_end = end};
    return VRRL_OK;
}

void mkd_rectangle(const struct mkd_array *buffer, uint64_t *rows, uint64_t *columns)
{
    *rows = *columns = 1;
    for (uint32_t i = 0; i < buffer->rank; i++) {
        *rows *= *columns;
        *columns = buffer->dims[i];
    }
}
