/* vrrl snapshot: a consistent copy of a log, also while it is written. */
#include "answer.h"
#include "base/json_text.h"
#include "base/plural.h"
#include "cli.h"
#include "log_input.h"
#include "log_options.h"
#include "vrrl/log/snapshot.h"

#include <inttypes.h>
#include <jansson.h>

static const struct argp_option option_table[] = {
    {"output", 'o', "COPY.vrrl", 0, "Write the copy here; it must not exist", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    return cli_path_and_output(key, argument, state, "a LOG", "COPY.vrrl", state->input);
}

static const struct argp_child children[] = {{&answer_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .options = option_table,
    .children = children,
    .parser = parse_option,
    .args_doc = "LOG",
    .doc = "Copy the log LOG as it is at one moment, without stopping its writer.\v"
           "Each record of the copy is whole and none is missing in between. What the writer "
           "replaced while the oldest records were copied is left out, and counted.\n\n"
           "Exit: 0 copied; 2 usage or unreadable, or the writer goes round too fast.",
};

static int print_result(const struct cli_path_output *options, const vrrl_snapshot *snapshot)
{
    size_t count;
    vrrl_snapshot_records(snapshot, &count);
    if (answer_is_json())
        return answer_object(json_pack("{s:o, s:I, s:I, s:I}", "log", json_text(options->output),
                                       "records", (json_int_t)count, "capacity",
                                       (json_int_t)vrrl_snapshot_capacity(snapshot), "left_out",
                                       (json_int_t)vrrl_snapshot_replaced(snapshot)),
                             VRRL_ANSWER_DONE);
    printf("%s: %zu record%s of %" PRIu64, options->output, count, plural(count),
           vrrl_snapshot_capacity(snapshot));
    if (vrrl_snapshot_replaced(snapshot) > 0)
        printf("; the oldest %" PRIu64 " %s being replaced and %s left out",
               vrrl_snapshot_replaced(snapshot),
               vrrl_snapshot_replaced(snapshot) == 1 ? "was" : "were",
               vrrl_snapshot_replaced(snapshot) == 1 ? "is" : "are");
    putchar('\n');
    return CLI_OK;
}

static int run(int argc, char **argv)
{
    struct cli_path_output options = {.path = NULL};
    struct log_input log;
    vrrl_snapshot *snapshot = NULL;
    vrrl_error err;
    cli_parse(&argp, argc, argv, &options);
    int exit_code = CLI_OK;
    answer_about(options.path);
    vrrl_code code = log_input_open(options.path, 0, &log, &err);
    if (!code)
        code = vrrl_snapshot_take(log.path, &snapshot, &err);
    if (!code)
        code = vrrl_snapshot_write(snapshot, options.output, &err);
    if (!code)
        exit_code = print_result(&options, snapshot);
    vrrl_snapshot_free(snapshot);
    if (code)
        exit_code = log_input_fail("snapshot", &log, &err);
    log_input_close(&log);
    return exit_code;
}

const struct cli_command cmd_snapshot = {
    .name = "snapshot",
    .arguments = "LOG -o COPY.vrrl [--json]",
    .summary = "copy a log as it is at one moment",
    .run = run,
};
