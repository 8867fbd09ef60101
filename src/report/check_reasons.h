/* The sentences of what a check found: why a pair races, why a root cannot go on, and what else reports in text
 * and in JSON tell alike. */
#ifndef VRRL_REPORT_CHECK_REASONS_H
#define VRRL_REPORT_CHECK_REASONS_H

#include "vrrl/analysis/check.h"

#include <jansson.h>

/* Each returns `out`: "" where there is nothing to say. */
const char *race_reason_text(const vrrl_graph *graph, const vrrl_check_race *race,
                             char out[VRRL_CHECK_TEXT_MAX]);
const char *root_reason_text(const vrrl_graph *graph, const vrrl_check_result *result,
                             const vrrl_check_root *root, char out[VRRL_CHECK_TEXT_MAX]);
/* The same as data; `task_key`: what tasks are called in it, "task" or "slot". */
json_t *race_reason_json(const vrrl_graph *graph, const vrrl_check_race *race);
json_t *root_reason_json(const vrrl_graph *graph, const vrrl_check_result *result,
                         const vrrl_check_root *root, const char *task_key);
/* Whether it is known that each expectation holds: of a program whose executions were all searched, or end alike;
 * of one of a run `as_run`, if that run was made again to its end. */
bool check_covers_expectations(const vrrl_program_check *check);
/* What a root waits for: "ready >= 2", of a counter or of a flag. */
const char *root_wait_text(const vrrl_graph *graph, const vrrl_check_root *root, char *out,
                           size_t size);
/* Who signals what a root waits for. */
const char *root_producers_text(const vrrl_graph *graph, const vrrl_check_root *root,
                                char out[VRRL_CHECK_TEXT_MAX]);
/* Null where it waits for no counter. */
json_t *root_producers_json(const vrrl_graph *graph, const vrrl_check_root *root,
                            const char *task_key);

#endif
