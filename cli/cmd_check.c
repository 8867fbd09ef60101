/* vrrl check: races and deadlocks of a task graph. */
#include "cli.h"
#include "log_options.h"
#include "vrrl/check.h"

enum { OPTION_JSON = 'j', OPTION_ASSIGN = 256, OPTION_RESIDENT, OPTION_PIPELINED };

struct arguments {
    const char *graph;
    vrrl_check_options options;
    bool json;
};

static const struct argp_option options[] = {
    {"assign", OPTION_ASSIGN, "rr:N|FILE", 0,
     "Serial queues: task i to worker i mod N, or a file of lines WORKER TASK", 0},
    {"pipelined", OPTION_PIPELINED, "D", 0, "Up to D tasks of a queue in flight (1 to 64)", 0},
    {"resident", OPTION_RESIDENT, "R", 0, "Only R queues run at a time", 0},
    {"json", OPTION_JSON, NULL, 0, "One JSON object, with the whole witness", 0},
    {0},
};

static uint32_t number(struct argp_state *state, const char *name, const char *text, uint32_t most)
{
    return (uint32_t)cli_option_number(state, name, text, 1, most);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case OPTION_JSON:
        arguments->json = true;
        return 0;
    case OPTION_ASSIGN:
        arguments->options.assign.assign = text;
        return 0;
    case OPTION_PIPELINED:
        arguments->options.assign.pipelined = number(state, "pipelined", text, 64);
        return 0;
    case OPTION_RESIDENT:
        arguments->options.assign.resident = number(state, "resident", text, 65536);
        return 0;
    default:
        return cli_one_path(key, text, state, "a GRAPH", &arguments->graph);
    }
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc = "GRAPH",
    .doc = "Checks a task graph for races and deadlocks, exactly and without running it."
           "\vGRAPH is AutoMegaKernel IR 0.2, as JSON or JSON compressed by zstd. Without --assign "
           "the workers are those that the tasks name; where they name none, a pool.\n\n"
           "Exit: 0 safe, 1 racy, 2 usage or unreadable input, 3 deadlock. "
           "See vrrl-check(1) and docs/task-graphs.md.",
};

static int exit_code(const vrrl_check_result *result)
{
    return result->verdict == VRRL_CHECK_SAFE   ? CLI_OK
           : result->verdict == VRRL_CHECK_RACY ? CLI_DIFFERENT
                                                : CLI_STUCK;
}

static int run(int argc, char **argv)
{
    struct arguments arguments = {0};
    vrrl_graph *graph;
    vrrl_check_result *result;
    vrrl_error error = {0};
    cli_parse(&argp, argc, argv, &arguments);
    if (vrrl_graph_load(arguments.graph, &graph, &error) != VRRL_OK)
        return cli_fail("check", &error);
    if (vrrl_check(graph, &arguments.options, &result, &error) != VRRL_OK) {
        vrrl_graph_free(graph);
        return cli_fail("check", &error);
    }
    int code = exit_code(result);
    if (!arguments.json)
        vrrl_check_write_text(stdout, graph, result);
    else if (vrrl_check_write_json(stdout, graph, result, &error) != VRRL_OK)
        code = cli_fail("check", &error);
    vrrl_check_result_free(result);
    vrrl_graph_free(graph);
    return code;
}

const struct cli_command cmd_check = {
    .name = "check",
    .arguments = "GRAPH [--assign rr:N|FILE] [--json]",
    .summary = "find races and deadlocks of a task graph, exactly, without running it",
    .run = run,
};
