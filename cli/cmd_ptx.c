/* vrrl ptx: what a module of PTX has, and what of it vrrl can run. */
#include "answer.h"
#include "cli.h"
#include "log_options.h"
#include "vrrl/analysis/ptx.h"
#include "vrrl/run/input.h"

#include <stdlib.h>

enum { OPTION_SUPPORTED = 256 };

struct arguments {
    struct cli_paths paths;
    bool supported;
};

static const struct argp_option options[] = {
    {"supported", OPTION_SUPPORTED, NULL, 0, "List the instructions that vrrl runs, and no FILE",
     0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    if (key == OPTION_SUPPORTED) {
        arguments->supported = true;
        return 0;
    }
    if (key == ARGP_KEY_END && arguments->supported)
        return 0;
    return cli_some_paths(key, argument, state, "a FILE", &arguments->paths);
}

static const struct argp_child children[] = {{&answer_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .options = options,
    .parser = parse_option,
    .children = children,
    .args_doc = "FILE ...",
    .doc = "Say what the PTX in FILE holds: entries and their parameters, shared memory, "
           "operations that order memory, "
           "instructions, and those that vrrl does not run.\v"
           "Exit: 0 done, 2 usage or unreadable.",
};

static int describe(const char *path)
{
    vrrl_input *input = NULL;
    vrrl_ptx *ptx = NULL;
    vrrl_error err;
    answer_about(path);
    vrrl_code code = vrrl_input_open(path, VRRL_INPUT_SET(PTX), &input, &err);
    if (!code) {
        code = vrrl_ptx_load(vrrl_input_path(input), &ptx, &err);
        if (code)
            vrrl_input_name_error(input, &err);
    }
    int exit_code;
    if (code) {
        exit_code = cli_fail("ptx", &err);
    } else {
        FILE *out = answer_begin();
        if (answer_is_json())
            vrrl_report_ptx_json(ptx, out);
        else
            vrrl_report_ptx(ptx, out);
        exit_code = answer_end(VRRL_ANSWER_DONE);
    }
    vrrl_ptx_free(ptx);
    vrrl_input_close(input);
    return exit_code;
}

static int run(int argc, char **argv)
{
    struct arguments arguments = {.supported = false};
    int code = CLI_OK;
    cli_parse(&argp, argc, argv, &arguments);
    if (arguments.supported)
        vrrl_report_ptx_supported(stdout);
    for (size_t i = 0; i < arguments.paths.count; i++)
        code = cli_worse(code, describe(arguments.paths.list[i]));
    free(arguments.paths.list);
    return code;
}

const struct cli_command cmd_ptx = {
    .name = "ptx",
    .arguments = "FILE ... [--json]",
    .summary = "say what a GPU kernel's PTX holds",
    .run = run,
};
