/* The tasks of IR 0.2: what one is, waits for, accesses and signals. */
#ifndef VRRL_GRAPH_GRAPH_IMPORT_TASK_H
#define VRRL_GRAPH_GRAPH_IMPORT_TASK_H

#include "graph/graph_import.h"

/* One element of `tasks`, after all buffers and counters; `context` is the import. */
vrrl_code import_task(void *context, uint32_t position, json_t *element, vrrl_error *err);

#endif
