/* Mirage's task_graph.json, read: tasks, events, operands as they stand there. */
#ifndef VRRL_GRAPH_MIRAGE_READ_H
#define VRRL_GRAPH_MIRAGE_READ_H

#include "graph/mirage.h"

/* Fills tasks, events, operands, types and buffers. What refers to something that is not there is an error. */
vrrl_code mirage_read(struct mirage *m, const char *text, size_t size);
/* "task 12 (LINEAR)"; for messages. */
void mirage_task_name(const struct mirage *m, uint32_t task, char *out, size_t size);

#endif
