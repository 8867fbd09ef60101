/* vrrl merge: one log of many, by timestamp. */
#include "answer.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/plural.h"
#include "cli.h"
#include "log_input.h"
#include "log_options.h"
#include "log_print.h"
#include "vrrl/log/merge.h"

#include <inttypes.h>
#include <stdlib.h>

struct merge_options {
    struct cli_paths paths;
    const char *output;
    uint64_t capacity;
};

static const struct argp_option option_table[] = {
    {"output", 'o', "OUT.vrrl", 0, "Write the merged log here; it must not exist", 0},
    {"capacity", 'c', "N", 0, "Room for N records: the newest N are kept (all)", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct merge_options *options = state->input;
    switch (key) {
    case 'o':
        options->output = argument;
        return 0;
    case 'c':
        options->capacity =
            cli_option_number(state, "capacity", argument, 1, VRRL_LOG_CAPACITY_MAX);
        return 0;
    case ARGP_KEY_END:
        if (options->paths.count > 0 && !options->output)
            argp_error(state, "-o OUT.vrrl is expected");
        break;
    default:
        break;
    }
    return cli_some_paths(key, argument, state, "a LOG", &options->paths);
}

static const struct argp_child children[] = {{&answer_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .options = option_table,
    .children = children,
    .parser = parse_option,
    .args_doc = "LOG...",
    .doc = "Merge logs, one of each producer, into one in the order of their timestamps.\v"
           "Of equal timestamps the file whose name sorts first comes first, and within a file "
           "the older record. A log whose own timestamps go back is sorted, and named. Logs may "
           "be written meanwhile.\n\n"
           "Exit: 0 done, 2 usage or unreadable.",
};

static vrrl_code choose_capacity(const vrrl_merge *merge, uint64_t *capacity, vrrl_error *err)
{
    uint64_t records = vrrl_merge_records(merge);
    if (*capacity > 0)
        return VRRL_OK;
    *capacity = records > 0 ? records : 1;
    if (records <= VRRL_LOG_CAPACITY_MAX)
        return VRRL_OK;
    return error_set(err, VRRL_TOO_LARGE, "Fix: keep the newest with --capacity 1048576.",
                     "%" PRIu64 " records in all, a log holds %u", records, VRRL_LOG_CAPACITY_MAX);
}

static vrrl_code write_merged(vrrl_merge *merge, const struct merge_options *options,
                              uint64_t capacity, vrrl_error *err)
{
    vrrl_log *log;
    vrrl_merged next;
    vrrl_code code = vrrl_log_create(options->output, capacity, &log, err);
    if (code)
        return code;
    while (!code && vrrl_merge_next(merge, &next)) {
        vrrl_record record;
        vrrl_raw_decode(next.record, &record);
        record.failure_class = vrrl_raw_u32(next.record, 48); /* as it is, known or not */
        if (vrrl_log_append(log, &record))
            code = vrrl_log_sync(log, err); /* it tells the reason */
    }
    if (!code)
        code = vrrl_log_publish(log, err);
    vrrl_code closed = vrrl_log_close(log, code ? NULL : err);
    return code ? code : closed;
}

static void print_notes(const vrrl_merge *merge, const struct log_input *logs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!vrrl_merge_was_ordered(merge, i))
            fprintf(stderr, "vrrl merge: %s: its timestamps go back; it was sorted\n",
                    cli_printable(logs[i].name));
        if (vrrl_merge_replaced(merge, i) > 0)
            say_replaced("merge", logs[i].name, vrrl_merge_replaced(merge, i));
    }
}

static json_t *merged_json(const struct merge_options *options, const vrrl_merge *merge,
                           const struct log_input *logs, uint64_t kept, uint64_t capacity)
{
    json_t *sources = json_array();
    for (size_t i = 0; i < options->paths.count; i++)
        json_array_append_new(sources,
                              json_pack("{s:o, s:b, s:I}", "log", json_text(logs[i].name),
                                        "was_ordered", vrrl_merge_was_ordered(merge, i), "left_out",
                                        (json_int_t)vrrl_merge_replaced(merge, i)));
    return json_pack("{s:o, s:I, s:I, s:I, s:o}", "log", json_text(options->output), "records",
                     (json_int_t)kept, "capacity", (json_int_t)capacity, "found",
                     (json_int_t)vrrl_merge_records(merge), "sources", sources);
}

static vrrl_code merge_logs(const struct merge_options *options, const struct log_input *logs,
                            const char *const *paths, vrrl_error *err)
{
    vrrl_merge *merge;
    uint64_t capacity = options->capacity;
    vrrl_code code = vrrl_merge_open(paths, options->paths.count, &merge, err);
    if (code)
        return code;
    code = choose_capacity(merge, &capacity, err);
    if (!code)
        code = write_merged(merge, options, capacity, err);
    if (!code) {
        print_notes(merge, logs, options->paths.count);
        uint64_t records = vrrl_merge_records(merge);
        uint64_t kept = records < capacity ? records : capacity;
        if (answer_is_json())
            answer_object(merged_json(options, merge, logs, kept, capacity), VRRL_ANSWER_DONE);
        else
            printf("%s: %" PRIu64 " record%s of %zu log%s\n", options->output, kept, plural(kept),
                   options->paths.count, plural(options->paths.count));
    }
    vrrl_merge_close(merge);
    return code;
}

/* Opens the logs one after the other, and merges them when all are open. */
static vrrl_code open_and_merge(const struct merge_options *options, struct log_input *logs,
                                const char **paths, vrrl_error *err)
{
    size_t opened = 0;
    vrrl_code code = VRRL_OK;
    while (!code && opened < options->paths.count) {
        code = log_input_open(options->paths.list[opened], 0, &logs[opened], err);
        paths[opened] = logs[opened].path;
        opened += !code;
    }
    if (!code)
        code = merge_logs(options, logs, paths, err);
    for (size_t i = 0; i < opened; i++) {
        if (code)
            vrrl_input_name_error(logs[i].input, err);
        log_input_close(&logs[i]);
    }
    return code;
}

static int run(int argc, char **argv)
{
    struct merge_options options = {.output = NULL};
    vrrl_error err;
    cli_parse(&argp, argc, argv, &options);
    answer_about_all(options.paths.list, options.paths.count);
    struct log_input *logs = calloc(options.paths.count, sizeof *logs);
    const char **paths = calloc(options.paths.count, sizeof *paths);
    vrrl_code code = logs && paths ? open_and_merge(&options, logs, paths, &err)
                                   : error_no_memory(&err, options.paths.count * sizeof *logs);
    free(paths);
    free(logs);
    int exit_code = code ? cli_fail("merge", &err) : CLI_OK; /* which names the inputs */
    free(options.paths.list);
    return exit_code;
}

const struct cli_command cmd_merge = {
    .name = "merge",
    .arguments = "LOG... -o OUT.vrrl [--capacity N]",
    .summary = "merge the logs of several producers by time",
    .run = run,
};
