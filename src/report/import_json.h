/* What was imported of another tool's graph or tensor, how its tasks are dispatched, and which steps were looked at. */
#ifndef VRRL_REPORT_IMPORT_JSON_H
#define VRRL_REPORT_IMPORT_JSON_H

#include "vrrl/analysis/check.h"

#include <jansson.h>

/* Members `import`, `dispatch` and `steps`, each where there is something to tell. */
void import_add_json(json_t *object, const vrrl_graph *graph, const vrrl_check_result *result);

#endif
