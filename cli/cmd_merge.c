/* vrrl merge: one log of many, by timestamp. */
#include "base/error.h"
#include "base/plural.h"
#include "cli.h"
#include "log_options.h"
#include "log_print.h"
#include "vrrl/merge.h"

#include <inttypes.h>
#include <stdlib.h>

struct merge_options {
    const char **paths;
    size_t count;
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
    case ARGP_KEY_ARG:
        options->paths[options->count++] = argument;
        return 0;
    case ARGP_KEY_END:
        if (options->count == 0)
            argp_error(state, "a LOG is expected");
        if (!options->output)
            argp_error(state, "-o OUT.vrrl is expected");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = option_table,
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

static void print_notes(const vrrl_merge *merge, const struct merge_options *options)
{
    for (size_t i = 0; i < options->count; i++) {
        if (!vrrl_merge_was_ordered(merge, i))
            fprintf(stderr, "vrrl merge: %s: its timestamps go back; it was sorted\n",
                    cli_printable(options->paths[i]));
        if (vrrl_merge_replaced(merge, i) > 0)
            say_replaced("merge", options->paths[i], vrrl_merge_replaced(merge, i));
    }
}

static vrrl_code merge_logs(const struct merge_options *options, vrrl_error *err)
{
    vrrl_merge *merge;
    uint64_t capacity = options->capacity;
    vrrl_code code = vrrl_merge_open(options->paths, options->count, &merge, err);
    if (code)
        return code;
    code = choose_capacity(merge, &capacity, err);
    if (!code)
        code = write_merged(merge, options, capacity, err);
    if (!code) {
        print_notes(merge, options);
        uint64_t records = vrrl_merge_records(merge);
        uint64_t kept = records < capacity ? records : capacity;
        printf("%s: %" PRIu64 " record%s of %zu log%s\n", options->output, kept, plural(kept),
               options->count, plural(options->count));
    }
    vrrl_merge_close(merge);
    return code;
}

static int run(int argc, char **argv)
{
    struct merge_options options = {.paths = calloc((size_t)argc, sizeof *options.paths)};
    vrrl_error err;
    if (!options.paths) {
        error_no_memory(&err, (uint64_t)argc * sizeof *options.paths);
        return cli_fail("merge", &err);
    }
    cli_parse(&argp, argc, argv, &options);
    vrrl_code code = merge_logs(&options, &err);
    free(options.paths);
    return code ? cli_fail("merge", &err) : CLI_OK;
}

const struct cli_command cmd_merge = {
    .name = "merge",
    .arguments = "LOG... -o OUT.vrrl [--capacity N]",
    .summary = "merge the logs of several producers by time",
    .run = run,
};
