#include "tensor/mkd_rank.h"

#include "tensor/mkd_evaluate.h"

#include <stdlib.h>

struct ranking {
    const struct mkd_expansion *e;
    int64_t *keys; /* order_count of each instruction; NULL: by depth */
};

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_words(const struct mkd_expansion *e, uint64_t a, uint64_t b)
{
    for (uint32_t i = 1; i < e->machine->words; i++) {
        int order = compare_numbers(tensor_at(e->tensor, a + i), tensor_at(e->tensor, b + i));
        if (order)
            return order;
    }
    return 0;
}

static int compare(const void *left, const void *right, void *context)
{
    const struct ranking *r = context;
    uint32_t x = *(const uint32_t *)left, y = *(const uint32_t *)right;
    const struct mkd_instruction *a = &r->e->instructions[x], *b = &r->e->instructions[y];
    uint32_t count = r->e->machine->order_count;
    int order = 0;
    for (uint32_t i = 0; order == 0 && r->keys && i < count; i++)
        order = compare_numbers(r->keys[(size_t)x * count + i], r->keys[(size_t)y * count + i]);
    if (order == 0 && !r->keys)
        order = compare_numbers(a->depth, b->depth);
    if (order == 0)
        order = compare_numbers(a->opcode, b->opcode);
    if (order == 0)
        order = compare_words(r->e, a->word, b->word);
    if (order == 0)
        order = compare_numbers(a->worker, b->worker);
    return order ? order : compare_numbers(a->entry, b->entry);
}

static vrrl_code find_keys(struct ranking *r, vrrl_error *err)
{
    const struct mkd_expansion *e = r->e;
    const struct mkd_machine *m = e->machine;
    struct mkd_frame frame = {
        .machine = m, .tensor = e->tensor, .tensor_name = e->tensor_name, .err = err};
    size_t bytes = (e->instruction_count + (size_t)1) * m->order_count * sizeof *r->keys;
    if (m->order_count == 0)
        return VRRL_OK;
    r->keys = malloc(bytes);
    if (!r->keys)
        return error_no_memory(err, bytes);
    for (uint32_t i = 0; i < e->instruction_count; i++) {
        const struct mkd_instruction *row = &e->instructions[i];
        mkd_enter(&frame, &m->opcodes[row->opcode], row->worker, row->entry, row->word);
        for (uint32_t k = 0; k < m->order_count; k++)
            MK_TRY(mkd_evaluate(&frame, m->order[row->opcode * m->order_count + k],
                                &r->keys[(size_t)i * m->order_count + k]));
    }
    return VRRL_OK;
}

vrrl_code mkd_rank(const struct mkd_expansion *e, uint32_t **ranked, vrrl_error *err)
{
    struct ranking r = {.e = e};
    *ranked = malloc((e->instruction_count + (size_t)1) * sizeof **ranked);
    if (!*ranked)
        return error_no_memory(err, e->instruction_count * sizeof **ranked);
    for (uint32_t i = 0; i < e->instruction_count; i++)
        (*ranked)[i] = i;
    vrrl_code code = find_keys(&r, err);
    if (code == VRRL_OK)
        qsort_r(*ranked, e->instruction_count, sizeof **ranked, compare, &r);
    else
        free(*ranked);
    free(r.keys);
    return code;
}
