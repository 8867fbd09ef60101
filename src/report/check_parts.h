/* Parts of a check's result as JSON; as text: vrrl_check_repair_text, vrrl_shown_end_text, vrrl_stop_text. */
#ifndef VRRL_REPORT_CHECK_PARTS_H
#define VRRL_REPORT_CHECK_PARTS_H

#include "vrrl/analysis/check.h"

#include <jansson.h>

/* `task_key`: what tasks are called in it, "task" or "slot". Null where there is no change. */
json_t *check_change_json(const vrrl_graph *graph, const vrrl_check_repair *repair,
                          const char *task_key);
json_t *shown_end_json(const vrrl_shown_end *end);
/* "it ended after 12 states", where `did` is "it ended"; of some a sentence of their own. */
const char *stop_told(const char *did, const vrrl_stop *stop, char out[VRRL_ERROR_TEXT_MAX]);
/* Sets `key` to the sentence, or null, and `key`_by to the data, where there is some. */
void stop_add_json(json_t *to, const char *key, const vrrl_stop *stop);

#endif
