/* vrrl dump: the records of a log, oldest first. */
#include "base/error.h"
#include "cli.h"
#include "log_filter_options.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

struct dump_options {
    const char *path;
    const struct log_printer *printer;
    struct log_filter filter;
};

static const struct argp_option option_table[] = {
    {"format", 'f', "text|csv|jsonl", 0, "How to print a record (text)", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct dump_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->filter;
        return 0;
    case 'f':
        options->printer = cli_option_printer(state, argument);
        return 0;
    default:
        return cli_one_path(key, argument, state, "a FILE", &options->path);
    }
}

static const struct argp_child children[] = {{&log_filter_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .options = option_table,
    .parser = parse_option,
    .args_doc = "FILE",
    .children = children,
    .doc =
        "Print the records of the log FILE, oldest first.\v"
        "Filters combine: a record must pass all. `index` is the record's place in the file. "
        "In JSON, digests are hexadecimal strings and timestamps over 2^63-1 decimal strings.\n\n"
        "Exit: 0 done, 2 usage or unreadable (records before the damage are printed).",
};

static vrrl_code print_records(vrrl_reader *reader, const struct dump_options *options,
                               struct text_out *out, vrrl_error *err)
{
    bool colour = cli_colour(stdout);
    const vrrl_raw_record *record;
    vrrl_code code;
    options->printer->begin(out, colour);
    while (!(code = vrrl_reader_next(reader, &record, err)) && record && !out->error)
        if (log_filter_match(&options->filter, record))
            options->printer->record(out, colour, vrrl_reader_index(reader), record);
    if (text_flush(out) || code)
        return code;
    errno = out->error;
    return error_errno(err, "write", "standard output", NULL);
}

static int run(int argc, char **argv)
{
    static struct text_out out;
    struct dump_options options = {.printer = log_printer_find("text")};
    vrrl_error err;
    vrrl_reader *reader;
    cli_parse(&argp, argc, argv, &options);
    text_open(&out, STDOUT_FILENO);
    /* Somebody may be writing it. */
    vrrl_code code = vrrl_reader_open(options.path, VRRL_READ_LIVE, &reader, &err);
    if (code)
        return cli_fail("dump", &err);
    code = print_records(reader, &options, &out, &err);
    if (!code && vrrl_reader_replaced(reader))
        fprintf(stderr, "vrrl dump: %" PRIu64 " records were being replaced and are left out\n",
                vrrl_reader_replaced(reader));
    vrrl_reader_close(reader);
    return code ? cli_fail("dump", &err) : CLI_OK;
}

const struct cli_command cmd_dump = {
    .name = "dump",
    .arguments = "FILE [--format text|csv|jsonl] [filters]",
    .summary = "print the records of a log",
    .run = run,
};
