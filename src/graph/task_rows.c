#include "graph/task_rows.h"

#include "ops/mix_layout.h"
#include "vrrl/run/opcode.h"

#include <string.h>

uint32_t task_row_words(enum task_array array)
{
    static const uint32_t words[] = {[TASK_WAITS] = MIX_WAIT_WORDS,
                                     [TASK_INPUTS] = MIX_INPUT_WORDS,
                                     [TASK_OUTPUTS] = MIX_OUTPUT_WORDS,
                                     [TASK_SIGNALS] = MIX_SIGNAL_WORDS};
    return words[array];
}

bool task_rows_of(const vrrl_program *program, const vrrl_slot *slot, struct task_rows *rows)
{
    uint32_t base = program->layout.user_base, size = program->geometry.user_words;
    if (slot->opcode != VRRL_OPCODE_MIX || slot->arg_count == 0)
        return false;
    rows->at = program->words[slot->args];
    if (rows->at < base || rows->at - base > size || size - (rows->at - base) < MIX_HEAD_WORDS)
        return false;
    rows->head = program->initial + (rows->at - base);
    uint64_t words = MIX_HEAD_WORDS;
    for (int a = 0; a < TASK_ARRAYS; a++) {
        rows->counts[a] = rows->head[a];
        words += (uint64_t)rows->counts[a] * task_row_words((enum task_array)a);
    }
    if (words > size - (rows->at - base))
        return false;
    rows->words = (uint32_t)words;
    uint32_t *row = rows->head + MIX_HEAD_WORDS;
    for (int a = 0; a < TASK_ARRAYS; a++) {
        rows->rows[a] = row;
        row += (size_t)rows->counts[a] * task_row_words((enum task_array)a);
    }
    return true;
}

void task_remove_row(const struct task_rows *rows, enum task_array array, uint32_t row)
{
    uint32_t words = task_row_words(array);
    uint32_t *first = rows->rows[array] + (size_t)words * row, *end = rows->head + rows->words;
    memmove(first, first + words, (size_t)(end - first - words) * sizeof *first);
    memset(end - words, 0, words * sizeof *end);
    rows->head[array]--;
}
