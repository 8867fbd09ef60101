/* Accesses and signals of a task of IR 0.2 that say more than `inputs`, `outputs` and `out_counter` can. */
#ifndef VRRL_GRAPH_GRAPH_IMPORT_ACCESS_H
#define VRRL_GRAPH_GRAPH_IMPORT_ACCESS_H

#include "graph/graph_import.h"

/* The buffer, and the counter, whose id `value` is; `field` is for messages. */
vrrl_code import_buffer_id(const struct import *import, const struct json_place *place,
                           const char *field, const json_t *value, uint32_t *buffer,
                           vrrl_error *err);
vrrl_code import_counter_id(const struct import *import, const struct json_place *place,
                            const char *field, const json_t *value, uint32_t *counter,
                            vrrl_error *err);
/* VRRL_PARSE where a task must not write it; `field` is who says that it does. */
vrrl_code import_may_write(const struct import *import, const struct json_place *place,
                           const char *field, const json_t *value, uint32_t buffer,
                           vrrl_error *err);
/* How `order` of a wait or of a signal is written; where it is missing, it synchronises. */
vrrl_code import_order(const struct json_place *place, const char *field, const json_t *value,
                       uint8_t *order, vrrl_error *err);

/* `accesses` of the last task, whose waits have been read; where there are none, none. */
vrrl_code import_accesses(struct import *import, const struct json_place *place, const json_t *task,
                          vrrl_error *err);
/* Whether `accesses` of the last task tell of a buffer that its `inputs` or its `outputs` name, so that those say
 * nothing more of it. VRRL_PARSE where they contradict each other. */
vrrl_code import_is_refined(const struct import *import, const struct json_place *place,
                            const char *field, const json_t *value, uint32_t buffer, bool writes,
                            bool *refined, vrrl_error *err);
/* After the last task: VRRL_PARSE where the threshold of a wait does not grow by what its counter grows by in a step.
 * Then every step is like the first, and what a check says of it holds for all. */
vrrl_code import_growth(const struct import *import, vrrl_error *err);
/* `signals` of the last task; where there are none, none. */
vrrl_code import_signals(struct import *import, const struct json_place *place, const json_t *task,
                         vrrl_error *err);

#endif
