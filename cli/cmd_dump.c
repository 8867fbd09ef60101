/* vrrl dump: the records of a log, oldest first. */
#include "answer.h"
#include "base/error.h"
#include "cli.h"
#include "colour.h"
#include "log_filter_options.h"
#include "log_folder.h"
#include "log_input.h"
#include "vrrl/log/merge.h"
#include "vrrl/log/snapshot.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SORTED = 0x630, UNFINISHED, FORMAT };

struct dump_options {
    const char *path;
    const struct log_printer *printer;
    struct log_filter filter;
    bool sorted, unfinished;
};

static const struct argp_option option_table[] = {
    {"format", FORMAT, "text|csv|jsonl", 0, "How to print a record (text)", 0},
    {"sorted", SORTED, NULL, 0, "Epochs and times are in order: read only what is asked for", 0},
    {"unfinished", UNFINISHED, NULL, 0, "Only publishes that nothing ended, oldest first", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct dump_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->filter;
        return 0;
    case FORMAT:
        options->printer = cli_option_printer(state, argument);
        return 0;
    case SORTED:
        options->sorted = true;
        return 0;
    case UNFINISHED:
        options->unfinished = true;
        return 0;
    case ARGP_KEY_END:
        if (options->sorted && options->unfinished)
            argp_error(state, "--sorted and --unfinished do not go together");
        if (options->sorted && !options->filter.by_epoch && !options->filter.by_time)
            argp_error(state, "--sorted is for --epochs, --since and --until");
        return cli_one_path(key, argument, state, "a FILE", &options->path);
    default:
        return cli_one_path(key, argument, state, "a FILE", &options->path);
    }
}

static const struct argp_child children[] = {
    {&log_filter_argp, 0, NULL, 0}, {&answer_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .options = option_table,
    .parser = parse_option,
    .args_doc = "FILE",
    .children = children,
    .doc = "Print the records of the log FILE, oldest first; of all logs in a folder, by time.\v"
           "Filters combine: a record must pass all. `index` is the record's place in the file. "
           "In JSON, digests and timestamps are strings.\n\n"
           "Exit: 0 done, 2 usage or unreadable (records before the damage are printed).",
};

struct dump {
    const struct dump_options *options;
    const struct log_input *log;
    struct text_out *out;
    bool colour;
};

static void print_record(const struct dump *d, uint64_t index, const vrrl_raw_record *record)
{
    static bool another;
    if (!log_filter_match(&d->options->filter, record))
        return;
    if (!answer_is_json()) {
        d->options->printer->record(d->out, d->colour, index, record);
        return;
    }
    if (another)
        text_char(d->out, ',');
    another = true;
    log_print_json(d->out, index, record);
}

static void print_head(const struct dump *d)
{
    if (answer_is_json())
        answer_stream();
    else
        d->options->printer->begin(d->out, d->colour);
}

static vrrl_code print_log(const struct dump *d, vrrl_reader *reader, vrrl_error *err)
{
    const vrrl_raw_record *records;
    size_t count;
    vrrl_code code;
    while (!(code = vrrl_reader_next_batch(reader, &records, &count, err)) && count > 0 &&
           !d->out->error)
        for (size_t i = 0; i < count && !d->out->error; i++)
            print_record(d, vrrl_reader_index(reader) + i, &records[i]);
    if (!code && vrrl_reader_replaced(reader))
        say_replaced("dump", d->log->name, vrrl_reader_replaced(reader));
    return code;
}

/* Of a field that is said to be in order; the filter compares the other. */
static vrrl_code seek(const struct log_filter *filter, vrrl_reader *reader, vrrl_error *err)
{
    if (filter->by_epoch)
        return vrrl_reader_range(reader, VRRL_ORDER_EPOCH, filter->epoch_first, filter->epoch_last,
                                 err);
    return vrrl_reader_range(reader, VRRL_ORDER_TIMESTAMP, filter->since_ns, filter->until_ns, err);
}

static vrrl_code dump_file(const struct dump *d, vrrl_error *err)
{
    vrrl_reader *reader;
    /* Somebody may be writing it. */
    vrrl_code code = vrrl_reader_open(d->log->path, VRRL_READ_LIVE, &reader, err);
    if (code)
        return code;
    if (d->options->sorted)
        code = seek(&d->options->filter, reader, err);
    if (!code) {
        print_head(d);
        code = print_log(d, reader, err);
    }
    vrrl_reader_close(reader);
    return code;
}

/* In a dump of JSON it is one of its lines. */
static void say_unordered(const struct dump *d, vrrl_order_field field)
{
    bool epoch = field == VRRL_ORDER_EPOCH;
    if (!answer_is_json() && strcmp(d->options->printer->name, "jsonl") == 0)
        text_string(d->out, epoch ? "{\"in_order\":false,\"field\":\"epoch\"}\n"
                                  : "{\"in_order\":false,\"field\":\"timestamp_ns\"}\n");
    else
        fprintf(stderr, "# filter: %s are not in order, all records were read\n",
                epoch ? "epochs" : "timestamps");
}

/* Leaves the positions *first ... *end - 1 that a field's order leaves. Nothing in a log promises an
 * order: every record is looked at for it. */
static void narrow(const struct dump *d, vrrl_snapshot *snapshot, vrrl_order_field field,
                   uint64_t least, uint64_t greatest, size_t *first, size_t *end)
{
    size_t from, to;
    if (!vrrl_snapshot_is_ordered(snapshot, field)) {
        say_unordered(d, field);
        return;
    }
    vrrl_snapshot_range(snapshot, field, least, greatest, &from, &to);
    *first = from > *first ? from : *first;
    *end = to < *end ? to : *end;
}

static void print_range(const struct dump *d, vrrl_snapshot *snapshot)
{
    const struct log_filter *filter = &d->options->filter;
    size_t first = 0, end;
    const vrrl_raw_record *records = vrrl_snapshot_records(snapshot, &end);
    if (filter->by_epoch)
        narrow(d, snapshot, VRRL_ORDER_EPOCH, filter->epoch_first, filter->epoch_last, &first,
               &end);
    if (filter->by_time)
        narrow(d, snapshot, VRRL_ORDER_TIMESTAMP, filter->since_ns, filter->until_ns, &first, &end);
    print_head(d);
    for (size_t i = first; i < end && !d->out->error; i++)
        print_record(d, vrrl_snapshot_index(snapshot, i), &records[i]);
    if (vrrl_snapshot_replaced(snapshot) > 0)
        say_replaced("dump", d->log->name, vrrl_snapshot_replaced(snapshot));
}

/* A log of which no snapshot can be had, damaged or cut, is printed as far as it goes. */
static vrrl_code dump_range(const struct dump *d, vrrl_error *err)
{
    vrrl_snapshot *snapshot;
    if (vrrl_snapshot_take(d->log->path, &snapshot, NULL))
        return dump_file(d, err);
    print_range(d, snapshot);
    vrrl_snapshot_free(snapshot);
    return VRRL_OK;
}

/* What was under way when the writer stopped. */
static vrrl_code dump_unfinished(const struct dump *d, vrrl_error *err)
{
    vrrl_snapshot *snapshot;
    size_t *positions, count, all;
    uint64_t ends;
    vrrl_code code = vrrl_snapshot_take(d->log->path, &snapshot, err);
    if (code)
        return code;
    const vrrl_raw_record *records = vrrl_snapshot_records(snapshot, &all);
    code = vrrl_snapshot_in_flight(snapshot, &positions, &count, &ends, err);
    if (!code) {
        print_head(d);
        for (size_t i = 0; i < count && !d->out->error; i++)
            print_record(d, vrrl_snapshot_index(snapshot, positions[i]), &records[positions[i]]);
        if (count > 0 && ends == 0)
            fprintf(stderr,
                    "vrrl dump: %s: no record tells of an end; some of these may have ended\n",
                    cli_printable(d->log->name));
        free(positions);
    }
    vrrl_snapshot_free(snapshot);
    return code;
}

static void print_merged(const struct dump *d, vrrl_merge *merge, char *const *paths, size_t count)
{
    vrrl_merged next;
    print_head(d);
    while (!d->out->error && vrrl_merge_next(merge, &next))
        print_record(d, next.index, next.record);
    for (size_t i = 0; i < count; i++) {
        if (!vrrl_merge_was_ordered(merge, i))
            fprintf(stderr, "vrrl dump: %s: its timestamps go back; it was sorted\n",
                    cli_printable(paths[i]));
        if (vrrl_merge_replaced(merge, i) > 0)
            say_replaced("dump", paths[i], vrrl_merge_replaced(merge, i));
    }
}

static vrrl_code dump_folder(const struct dump *d, vrrl_error *err)
{
    char **paths;
    size_t count;
    vrrl_merge *merge;
    vrrl_code code = log_folder_list(d->options->path, &paths, &count, err);
    if (code)
        return code;
    code = vrrl_merge_open((const char *const *)paths, count, &merge, err);
    if (!code) {
        print_merged(d, merge, paths, count);
        vrrl_merge_close(merge);
    }
    log_folder_free(paths, count);
    return code;
}

static vrrl_code dump(const struct dump *d, vrrl_error *err)
{
    vrrl_code code;
    if (vrrl_input_kind_of(d->log->input) == VRRL_INPUT_FOLDER)
        code = dump_folder(d, err);
    else if (d->options->unfinished)
        code = dump_unfinished(d, err);
    else if (!d->options->sorted && (d->options->filter.by_epoch || d->options->filter.by_time))
        code = dump_range(d, err);
    else
        code = dump_file(d, err);
    if (text_flush(d->out) || code)
        return code;
    errno = d->out->error;
    return error_errno(err, "write", "standard output", NULL);
}

static int run(int argc, char **argv)
{
    static struct text_out out;
    struct dump_options options = {.printer = log_printer_find("text")};
    vrrl_error err;
    cli_parse(&argp, argc, argv, &options);
    text_open(&out, STDOUT_FILENO);
    answer_about(options.path);
    struct log_input log;
    const struct dump d = {&options, &log, &out, colour_is_on()};
    const uint32_t folder = options.unfinished ? 0 : VRRL_INPUT_SET(FOLDER);
    vrrl_code code = log_input_open(options.path, folder, &log, &err);
    if (!code)
        code = dump(&d, &err);
    int exit_code = code ? log_input_fail("dump", &log, &err) : answer_end(VRRL_ANSWER_DONE);
    log_input_close(&log);
    return exit_code;
}

const struct cli_command cmd_dump = {
    .name = "dump",
    .arguments = "FILE [--format text|csv|jsonl] [--json] [filters]",
    .summary = "print the records of a log",
    .run = run,
};
