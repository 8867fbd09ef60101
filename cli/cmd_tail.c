/* vrrl tail: the newest records of a log, and those that a live writer adds. */
#include "answer.h"
#include "base/array.h"
#include "base/error.h"
#include "base/plural.h"
#include "cli.h"
#include "colour.h"
#include "log_filter_options.h"
#include "log_input.h"
#include "vrrl/log/tail.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long a wait takes at most, before the reader of our output is looked at again. */
enum { WAIT_MS = 100, DEFAULT_RECORDS = 10 };
enum { FORMAT = 0x620, MAPPED };

struct tail_options {
    const char *path;
    const struct log_printer *printer;
    struct log_filter filter;
    uint64_t records;
    bool follow;
    unsigned flags;
};

static const struct argp_option option_table[] = {
    {"follow", 'f', NULL, 0, "Go on with what is appended, until interrupted", 0},
    {"records", 'n', "N", 0, "Begin with the newest N, or `all` (10)", 0},
    {"format", FORMAT, "text|csv|jsonl", 0, "How to print a record (text)", 0},
    {"json", 'j', NULL, 0, "The same as the format jsonl", 0},
    {"mapped", MAPPED, NULL, 0, "Read a mapping; nobody may cut FILE then", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct tail_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->filter;
        return 0;
    case 'f':
        options->follow = true;
        return 0;
    case 'n':
        options->records = strcmp(argument, "all") == 0
                               ? VRRL_LOG_CAPACITY_MAX
                               : cli_option_number(state, "records", argument, 0, UINT32_MAX);
        return 0;
    case FORMAT:
        options->printer = cli_option_printer(state, argument);
        return 0;
    case 'j':
        options->printer = log_printer_find("jsonl");
        answer_by("tail", true);
        return 0;
    case MAPPED:
        options->flags = VRRL_TAIL_MAPPED;
        return 0;
    default:
        return cli_one_path(key, argument, state, "a FILE", &options->path);
    }
}

static const struct argp_child children[] = {
    {&log_filter_argp, 0, NULL, 0}, {&colour_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .options = option_table,
    .parser = parse_option,
    .args_doc = "FILE",
    .children = children,
    .doc = "Print the newest records of the log FILE, and with -f those that its writer adds.\v"
           "Filters combine; -n counts what passes them. Where the writer was faster it says "
           "\"lapped, at least N records lost\".\n\n"
           "Exit: 0 done, interrupted, or nobody reads on; 2 usage or unreadable.",
};

/* ---- Ending ---------------------------------------------------------------------------------- */

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

/* Without SA_RESTART: a signal ends the wait that it comes in. A closed pipe is an error of write. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_interrupt};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static bool reader_is_gone(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO};
    return poll(&output, 1, 0) > 0 && (output.revents & POLLERR);
}

/* ---- The newest N of those that pass ---------------------------------------------------------- */

struct kept {
    uint64_t index;
    vrrl_raw_record record;
};

/* The last `room` records that passed, from `first` on around. */
struct kept_ring {
    struct kept *records;
    size_t count, room, first;
};

static bool keep(struct kept_ring *ring, size_t most, uint64_t index, const vrrl_raw_record *record)
{
    if (most == 0)
        return true;
    if (ring->count < most && ring->count == ring->room) {
        size_t room = ring->room ? 2 * ring->room : 64;
        if (!array_resize(&ring->records, room, sizeof *ring->records))
            return false;
        ring->room = room;
    }
    size_t at = ring->count < most ? ring->count++ : ring->first++;
    ring->first %= ring->count;
    ring->records[at] = (struct kept){index, *record};
    return true;
}

/* ---- Printing -------------------------------------------------------------------------------- */

struct output {
    const struct tail_options *options;
    const struct log_input *log;
    struct text_out *out;
    bool colour;
};

static void print_lap(const struct output *o, uint64_t lost)
{
    const char *format = o->options->printer->name;
    if (strcmp(format, "jsonl") == 0) {
        text_string(o->out, "{\"lapped\":true,\"lost_at_least\":");
        text_u64(o->out, lost);
        text_string(o->out, "}\n");
    } else if (strcmp(format, "text") == 0) {
        text_string(o->out, "-- lapped, at least ");
        text_u64(o->out, lost);
        text_string(o->out, lost == 1 ? " record lost --\n" : " records lost --\n");
    } else { /* not among the rows of a CSV */
        text_flush(o->out);
        fprintf(stderr, "vrrl tail: lapped, at least %" PRIu64 " record%s lost\n", lost,
                plural(lost));
    }
}

static void print_record(const struct output *o, uint64_t index, const vrrl_raw_record *record)
{
    o->options->printer->record(o->out, o->colour, index, record);
}

/* The newest N of what passes are known only in the end; all of it needs not be kept. */
static vrrl_code take(const struct output *o, struct kept_ring *ring, bool all, uint64_t index,
                      const vrrl_raw_record *record, vrrl_error *err)
{
    size_t most = (size_t)o->options->records;
    if (!log_filter_match(&o->options->filter, record))
        return VRRL_OK;
    if (all)
        print_record(o, index, record);
    else if (!keep(ring, most, index, record))
        return error_no_memory(err, most * sizeof *ring->records);
    return VRRL_OK;
}

static void print_kept(const struct output *o, struct kept_ring *ring)
{
    for (size_t i = 0; i < ring->count; i++) {
        const struct kept *kept = &ring->records[(ring->first + i) % ring->count];
        print_record(o, kept->index, &kept->record);
    }
    free(ring->records);
}

/* What is there when following begins. A gap before the newest N is none of theirs. */
static vrrl_code print_there(vrrl_tail *tail, const struct output *o, vrrl_error *err)
{
    struct kept_ring ring = {.count = 0};
    vrrl_tail_item item = {.event = VRRL_TAIL_RECORD};
    vrrl_code code = VRRL_OK;
    bool all = o->options->records >= vrrl_tail_capacity(tail);
    uint64_t left = vrrl_tail_capacity(tail) + 1; /* a writer can go on for ever */
    while (!code && left-- > 0 && item.event != VRRL_TAIL_NOTHING) {
        code = vrrl_tail_next(tail, &item, err);
        if (code)
            break;
        if (item.event == VRRL_TAIL_RECORD)
            code = take(o, &ring, all, item.index, item.record, err);
        else if (item.event == VRRL_TAIL_LAPPED && all)
            print_lap(o, item.lost);
        else if (item.event == VRRL_TAIL_LAPPED)
            ring.count = ring.first = 0;
    }
    print_kept(o, &ring);
    return code;
}

/* Without following: as dump reads, in the file's own order. */
static vrrl_code print_newest(vrrl_reader *reader, const struct output *o, vrrl_error *err)
{
    struct kept_ring ring = {.count = 0};
    const vrrl_raw_record *record;
    vrrl_code code;
    bool all = o->options->records >= vrrl_reader_capacity(reader);
    while (!(code = vrrl_reader_next(reader, &record, err)) && record && !code)
        code = take(o, &ring, all, vrrl_reader_index(reader), record, err);
    print_kept(o, &ring);
    return code;
}

static vrrl_code follow(vrrl_tail *tail, const struct output *o, vrrl_error *err)
{
    vrrl_tail_item item;
    bool ready;
    vrrl_code code = VRRL_OK;
    while (!code && !interrupted && !o->out->error) {
        code = vrrl_tail_next(tail, &item, err);
        if (code) {
            break;
        } else if (item.event == VRRL_TAIL_LAPPED) {
            print_lap(o, item.lost);
        } else if (item.event == VRRL_TAIL_RECORD) {
            if (log_filter_match(&o->options->filter, item.record))
                print_record(o, item.index, item.record);
        } else {
            if (!text_flush(o->out) || reader_is_gone())
                break;
            code = vrrl_tail_wait(tail, WAIT_MS, &ready, err);
        }
    }
    return code;
}

static vrrl_code print_and_follow(const struct output *o, vrrl_error *err)
{
    const struct tail_options *options = o->options;
    vrrl_tail *tail;
    vrrl_code code = vrrl_tail_open(o->log->path, options->records > 0 ? VRRL_TAIL_ALL : 0,
                                    options->flags, &tail, err);
    if (code)
        return code;
    options->printer->begin(o->out, o->colour);
    code = print_there(tail, o, err);
    if (!code)
        code = follow(tail, o, err);
    vrrl_tail_close(tail);
    return code;
}

static vrrl_code print_once(const struct output *o, vrrl_error *err)
{
    vrrl_reader *reader;
    vrrl_code code = vrrl_reader_open(o->log->path, VRRL_READ_LIVE, &reader, err);
    if (code)
        return code;
    o->options->printer->begin(o->out, o->colour);
    code = print_newest(reader, o, err);
    vrrl_reader_close(reader);
    return code;
}

static vrrl_code print_tail(const struct tail_options *options, const struct log_input *log,
                            struct text_out *out, vrrl_error *err)
{
    struct output o = {options, log, out, colour_is_on()};
    if (options->follow && vrrl_input_is_spooled(log->input))
        return error_set(err, VRRL_INVALID, "Fix: name the log that is being written.",
                         "%s cannot be followed: nobody writes a log into it", log->name);
    vrrl_code code = options->follow ? print_and_follow(&o, err) : print_once(&o, err);
    if (text_flush(out) || code || out->error == EPIPE)
        return code;
    errno = out->error;
    return error_errno(err, "write", "standard output", NULL);
}

static int run(int argc, char **argv)
{
    static struct text_out out;
    struct tail_options options = {.printer = log_printer_find("text"), .records = DEFAULT_RECORDS};
    vrrl_error err;
    cli_parse(&argp, argc, argv, &options);
    catch_signals();
    text_open(&out, STDOUT_FILENO);
    struct log_input log;
    answer_about(options.path);
    vrrl_code code = log_input_open(options.path, 0, &log, &err);
    if (!code)
        code = print_tail(&options, &log, &out, &err);
    int exit_code = code ? log_input_fail("tail", &log, &err) : CLI_OK;
    log_input_close(&log);
    return exit_code;
}

const struct cli_command cmd_tail = {
    .name = "tail",
    .arguments = "FILE [-f] [-n N] [filters]",
    .summary = "follow a log that is being written",
    .run = run,
};
