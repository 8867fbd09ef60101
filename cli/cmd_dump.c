/* vrrl dump: the records of a log, oldest first. */
#include "base/error.h"
#include "cli.h"
#include "log_options.h"
#include "log_print.h"
#include "opcode_names.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

struct dump_options {
    const char *path;
    const struct log_printer *printer;
    struct log_filter filter;
};

enum { FORMAT = 'f', EPOCHS = 'e', TENANT = 't', SLOT = 's', OPCODE = 'o', FAILURES = 'F' };

static const struct argp_option option_table[] = {
    {"format", FORMAT, "text|csv|jsonl", 0, "How to print a record (text)", 0},
    {"epochs", EPOCHS, "A-B", 0, "Only epochs A to B; A-, -B and A work too", 0},
    {"tenant", TENANT, "N", 0, "Only this tenant", 0},
    {"slot", SLOT, "N", 0, "Only this ring slot", 0},
    {"opcode", OPCODE, "NAME", 0, "Only this opcode: a name, USER+k or a number", 0},
    {"failures", FAILURES, NULL, 0, "Only records whose failure class is not none", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct dump_options *options = state->input;
    struct log_filter *filter = &options->filter;
    switch (key) {
    case FORMAT:
        options->printer = log_printer_find(argument);
        if (!options->printer)
            argp_error(state, "--format \"%s\": text, csv or jsonl is expected", argument);
        return 0;
    case EPOCHS:
        if (!log_filter_epochs(filter, argument))
            argp_error(state, "--epochs \"%s\": A-B with A not above B is expected", argument);
        return 0;
    case TENANT:
        filter->by_tenant = true;
        filter->tenant = (uint32_t)cli_option_number(state, "tenant", argument, 0, UINT32_MAX);
        return 0;
    case SLOT:
        filter->by_slot = true;
        filter->slot = (uint32_t)cli_option_number(state, "slot", argument, 0, UINT32_MAX);
        return 0;
    case OPCODE:
        filter->by_opcode = true;
        if (!opcode_parse(argument, &filter->opcode))
            argp_error(state, "--opcode \"%s\": a name, USER+k or a number is expected", argument);
        return 0;
    case FAILURES:
        filter->failures = true;
        return 0;
    default:
        return cli_one_path(key, argument, state, "a FILE", &options->path);
    }
}

static const struct argp argp = {
    .options = option_table,
    .parser = parse_option,
    .args_doc = "FILE",
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
