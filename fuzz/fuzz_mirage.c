/* Mirage's task_graph.json: parsed, checked step by step, and lowered. What stands behind a byte of 0 is a file of rules. */
#include "input.h"

#include "vrrl/analysis/check.h"
#include "vrrl/run/graph.h"
#include "vrrl/run/program.h"

enum { TASKS_MOST = 64 };

static void use(vrrl_graph *graph)
{
    vrrl_error err = {.code = VRRL_OK};
    vrrl_check_result *result = NULL;
    vrrl_program *program = NULL;
    bool alike;
    vrrl_code code = vrrl_graph_lower(graph, NULL, &program, &err);
    check_error(&err, code);
    vrrl_program_free(program);
    for (int step = 0; step < 2; step++) {
        code = vrrl_check(graph, NULL, &result, &err);
        check_error(&err, code);
        vrrl_check_result_free(result);
        result = NULL;
        code = vrrl_graph_steps_alike(graph, &alike, &err);
        check_error(&err, code);
        code = vrrl_graph_next_step(graph, &err);
        check_error(&err, code);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size ? memchr(data, 0, size) : NULL;
    size_t text = end ? (size_t)(end - data) : size;
    struct input_file rules = input_file(end ? end + 1 : data, end ? size - text - 1 : 0);
    vrrl_import_options options = {
        .size = sizeof options, .rules = rules.path, .workers = 3, .schedulers = 2};
    vrrl_graph *graph = NULL;
    vrrl_error err = {.code = VRRL_OK};
    vrrl_code code =
        vrrl_graph_parse_with((const char *)data, text, "fuzz.json", &options, &graph, &err);
    check_error(&err, code);
    if (!code && graph->task_count <= TASKS_MOST)
        use(graph);
    vrrl_graph_free(code ? NULL : graph);
    close(rules.fd);
    return 0;
}
