/* vrrl import: a log from CSV, the inverse of `vrrl dump --format csv`. */
#include "cli.h"
#include "log_csv.h"
#include "log_options.h"

#include <inttypes.h>
#include <string.h>

struct import_options {
    const char *in, *out;
    uint64_t capacity;
    bool has_capacity;
};

enum { FORMAT = 'f', CAPACITY = 'c' };

static const struct argp_option option_table[] = {
    {"format", FORMAT, "csv", 0, "What IN is (csv, the only one so far)", 0},
    {"capacity", CAPACITY, "N", 0, "Room for N records, 1 to 1048576; must be given", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct import_options *options = state->input;
    switch (key) {
    case FORMAT:
        if (strcmp(argument, "csv") != 0)
            argp_error(state, "--format \"%s\": csv is expected", argument);
        return 0;
    case CAPACITY:
        options->capacity = cli_option_number(state, "capacity", argument, 0, UINT64_MAX);
        options->has_capacity = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1)
            argp_error(state, "IN and OUT are expected, \"%s\" is a third", argument);
        *(state->arg_num ? &options->out : &options->in) = argument;
        return 0;
    case ARGP_KEY_END:
        if (!options->in || !options->out)
            argp_error(state, "IN and OUT are expected");
        if (!options->has_capacity)
            argp_error(state, "--capacity N is expected");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = option_table,
    .parser = parse_option,
    .args_doc = "IN OUT",
    .doc = "Make the log OUT from the CSV file IN, whose columns are those of "
           "`vrrl dump --format csv`.\v"
           "A record goes to place `index` modulo N, and the next append would follow the last "
           "line; so a dump and its import give the same log, wrapped or not. Indices increase "
           "from line to line; they may step down once, below the first, as in the dump of a log "
           "that has wrapped. OUT must not exist; it appears when it is whole, or not at all.\n\n"
           "Exit: 0 done, 2 usage or unreadable (with IN:LINE:COLUMN).",
};

/* Publish order of places: upwards, and once around the end of the ring to below the first. */
struct order {
    uint64_t first, last, greatest;
    bool any, stepped_down;
};

static vrrl_code check_order(const struct log_csv *csv, struct order *order, uint64_t index,
                             uint64_t capacity, vrrl_error *err)
{
    if (!order->any)
        *order = (struct order){.first = index, .any = true};
    else if (index <= order->last && order->stepped_down)
        return log_csv_error(csv, 1, err, "Fix: put the lines in publish order, oldest first.",
                             "the index does not increase");
    else if (index <= order->last)
        order->stepped_down = true;
    if (order->stepped_down && (index >= order->first || order->greatest >= capacity))
        return log_csv_error(csv, 1, err,
                             "Fix: put the lines in publish order, oldest first, and give a "
                             "capacity above every index.",
                             "the index steps down, but not around the end of the log");
    order->last = index;
    order->greatest = index > order->greatest ? index : order->greatest;
    return VRRL_OK;
}

static vrrl_code append_at(vrrl_log *log, uint64_t index, const vrrl_record *record,
                           vrrl_error *err)
{
    uint64_t place = index % vrrl_log_capacity(log);
    vrrl_code code = VRRL_OK;
    if (place != vrrl_log_cursor(log))
        code = vrrl_log_seek(log, place, err);
    /* A failed append has its reason in the sync's error. */
    if (!code && vrrl_log_append(log, record))
        code = vrrl_log_sync(log, err);
    return code;
}

static vrrl_code fill(vrrl_log *log, struct log_csv *csv, uint64_t *count, vrrl_error *err)
{
    struct order order = {.any = false};
    for (*count = 0;; ++*count) {
        uint64_t index;
        vrrl_record record;
        bool more;
        vrrl_code code = log_csv_next(csv, &index, &record, &more, err);
        if (code || !more)
            return code;
        code = check_order(csv, &order, index, vrrl_log_capacity(log), err);
        if (!code)
            code = append_at(log, index, &record, err);
        if (code)
            return code;
    }
}

static vrrl_code import(const struct import_options *options, uint64_t *count, vrrl_error *err)
{
    struct log_csv csv;
    vrrl_log *log;
    vrrl_code code = log_csv_open(&csv, options->in, err);
    if (code)
        return code;
    code = vrrl_log_create(options->out, options->capacity, &log, err);
    if (!code) {
        code = fill(log, &csv, count, err);
        if (!code)
            code = vrrl_log_publish(log, err);
        vrrl_log_close(log, NULL); /* of a log without a name this leaves nothing */
    }
    log_csv_close(&csv);
    return code;
}

static int run(int argc, char **argv)
{
    struct import_options options = {.in = NULL};
    uint64_t count;
    vrrl_error err;
    cli_parse(&argp, argc, argv, &options);
    if (import(&options, &count, &err))
        return cli_fail("import", &err);
    printf("%s: %" PRIu64 " records\n", options.out, count);
    return CLI_OK;
}

const struct cli_command cmd_import = {
    .name = "import",
    .arguments = "--format csv --capacity N IN OUT",
    .summary = "make a log from CSV",
    .run = run,
};
