/* A task graph: parsed, assigned, checked and lowered. */
#include "input.h"

#include "vrrl/analysis/check.h"
#include "vrrl/run/graph.h"
#include "vrrl/run/program.h"

enum { TASKS_MOST = 64 };

static void use(const vrrl_graph *graph)
{
    vrrl_error err = {.code = VRRL_OK};
    vrrl_check_options check = {.size = sizeof check};
    vrrl_check_result *result = NULL;
    vrrl_code code = vrrl_check(graph, &check, &result, &err);
    check_error(&err, code);
    vrrl_check_result_free(result);
    vrrl_lower_options lower = {.size = sizeof lower};
    vrrl_program *program = NULL;
    code = vrrl_graph_lower(graph, &lower, &program, &err);
    check_error(&err, code);
    vrrl_program_free(program);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    vrrl_graph *graph;
    vrrl_error err = {.code = VRRL_OK};
    vrrl_code code = vrrl_graph_parse((const char *)data, size, "fuzz.json", &graph, &err);
    check_error(&err, code);
    if (!code && graph->task_count <= TASKS_MOST)
        use(graph);
    vrrl_graph_free(code ? NULL : graph);
    return 0;
}
