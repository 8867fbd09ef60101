/* vrrl import: a log from CSV, the inverse of `vrrl dump --format csv`. */
#include "answer.h"
#include "base/json_text.h"
#include "base/plural.h"
#include "cli.h"
#include "log_csv.h"
#include "log_input.h"
#include "log_options.h"

#include <inttypes.h>
#include <string.h>

struct import_options {
    const char *in, *out;
    uint64_t capacity;
    bool has_capacity;
};

enum { FORMAT = 0x600, CAPACITY = 'c' };

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

static const struct argp_child children[] = {{&answer_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .options = option_table,
    .children = children,
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

static int run(int argc, char **argv)
{
    struct import_options options = {.in = NULL};
    uint64_t count;
    vrrl_error err;
    cli_parse(&argp, argc, argv, &options);
    struct log_input csv;
    answer_about(options.in);
    vrrl_code code = csv_input_open(options.in, &csv, &err);
    if (!code)
        code = log_csv_import(csv.path, options.out, options.capacity, &count, &err);
    int failed = code ? log_input_fail("import", &csv, &err) : CLI_OK;
    log_input_close(&csv);
    if (code)
        return failed;
    if (answer_is_json())
        return answer_object(json_pack("{s:o, s:I, s:I}", "log", json_text(options.out), "records",
                                       (json_int_t)count, "capacity", (json_int_t)options.capacity),
                             VRRL_ANSWER_DONE);
    printf("%s: %" PRIu64 " record%s\n", options.out, count, plural(count));
    return CLI_OK;
}

const struct cli_command cmd_import = {
    .name = "import",
    .arguments = "--format csv --capacity N IN OUT",
    .summary = "make a log from CSV",
    .run = run,
};
