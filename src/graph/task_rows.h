/* The rows of a MIX slot's descriptor, for tools that edit them. */
#ifndef VRRL_GRAPH_TASK_ROWS_H
#define VRRL_GRAPH_TASK_ROWS_H

#include "vrrl/run/program.h"

enum task_array { TASK_WAITS, TASK_INPUTS, TASK_OUTPUTS, TASK_SIGNALS, TASK_ARRAYS };

struct task_rows {
    uint32_t at;    /* arena index of the descriptor */
    uint32_t *head; /* in the program's initial memory */
    uint32_t *rows[TASK_ARRAYS];
    uint32_t counts[TASK_ARRAYS];
    uint32_t words; /* all of it */
};

/* False: the slot is no MIX slot, or its descriptor is not all in user memory. */
bool task_rows_of(const vrrl_program *program, const vrrl_slot *slot, struct task_rows *rows);
/* Words of a row of an array. */
uint32_t task_row_words(enum task_array array);
/* Takes a row out; the rows behind it move up. Read the rows anew afterwards. */
void task_remove_row(const struct task_rows *rows, enum task_array array, uint32_t row);

#endif
