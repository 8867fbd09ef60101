/* Instructions of a graph: tasks that are parts of one stand side by side. Private to the check. */
#ifndef VRRL_CHECK_INSTRUCTIONS_H
#define VRRL_CHECK_INSTRUCTIONS_H

#include "check/check.h"

/* Tasks [first, end): those of one instruction; of a task that is part of none, it alone. */
struct task_span {
    uint32_t first, end;
};

static inline struct task_span span_of(const vrrl_graph *graph, uint32_t task)
{
    struct task_span span = {task, task + 1};
    uint32_t instruction = graph->tasks[task].instruction;
    while (instruction && span.first > 0 && graph->tasks[span.first - 1].instruction == instruction)
        span.first--;
    while (instruction && span.end < graph->task_count &&
           graph->tasks[span.end].instruction == instruction)
        span.end++;
    return span;
}

#endif
