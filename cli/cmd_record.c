/* vrrl record: run a program and keep the run. */
#include "answer.h"
#include "base/clock.h"
#include "cli.h"
#include "interrupt.h"
#include "log_options.h"
#include "program_source.h"
#include "progress.h"
#include "run_options.h"
#include "search_options.h"
#include "snapshot_signal.h"
#include "vrrl/analysis/report.h"
#include "vrrl/run/recording.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct record_options {
    struct program_input input;
    struct run_options run;
    vrrl_record_options limits;
    const char *output;
    uint64_t until_ns; /* 0: no limit */
};

enum {
    KEY_CAPACITY = 0x500,
    KEY_FAILURES,
    KEY_DURABILITY,
    KEY_TIME,
    KEY_SNAPSHOT_EVERY,
    KEY_KEEP_ALL,
    KEY_MAX_BYTES,
    KEY_RETRIES
};

static const struct argp_option option_table[] = {
    {"output", 'o', "RUN.vrrd", 0, "Write the recording here; it must not exist", 0},
    {"capacity", KEY_CAPACITY, "N", 0, "Records in the log; one that is too small wraps", 0},
    {"failures-log", KEY_FAILURES, "FILE.vrrl", 0, "Append records of failures to FILE.vrrl, too",
     0},
    {"durability", KEY_DURABILITY, "LEVEL", 0, "process (if not given), group or ordered", 0},
    {"keep-all", KEY_KEEP_ALL, NULL, OPTION_HIDDEN, "Keep all snapshots", 0},
    {"max-bytes", KEY_MAX_BYTES, "SIZE", 0, "Of all its files together: 64M, 2G", 0},
    {"retries", KEY_RETRIES, "N", OPTION_HIDDEN, "Of epochs whose backend reports an error", 0},
    {"snapshot-every", KEY_SNAPSHOT_EVERY, "N|Ss", 0, "Each N epochs, or S seconds, too", 0},
    {"time", KEY_TIME, "SECONDS", 0, "Cut a run that takes longer", 0},
    {0},
};

static vrrl_durability parse_durability(struct argp_state *state, const char *text)
{
#define X(code, name)                                                                              \
    if (strcmp(text, name) == 0)                                                                   \
        return VRRL_DURABILITY_##code;
    VRRL_DURABILITY_TABLE(X)
#undef X
    argp_error(state, "--durability takes process, group or ordered; found \"%s\"", text);
    return VRRL_DURABILITY_PROCESS;
}

/* A number of epochs; or, with an s behind it, seconds. */
static void parse_snapshots(struct argp_state *state, const char *text, vrrl_record_options *limits)
{
    char *end;
    double seconds = strtod(text, &end);
    if (end == text || strcmp(end, "s") != 0)
        limits->snapshot_epochs = cli_option_number(state, "snapshot-every", text, 1, UINT32_MAX);
    else if (!(seconds > 0) || seconds > 4e6)
        argp_error(state, "--snapshot-every takes seconds above 0, to 4000000; found \"%s\"", text);
    else
        limits->snapshot_ms = (uint64_t)ceil(seconds * 1000);
}

/* Bytes; or with k, M or G behind the number, so many times 1024 of them. */
static uint64_t parse_size(struct argp_state *state, const char *text)
{
    static const char units[] = "kMG";
    size_t length = strlen(text);
    char number[32];
    const char *unit = length > 1 ? strchr(units, text[length - 1]) : NULL;
    unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
    snprintf(number, sizeof number, "%.*s", (int)(unit ? length - 1 : length), text);
    return cli_option_number(state, "max-bytes", number, 1, UINT64_MAX >> 1 >> shift) << shift;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct record_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->run;
        state->child_inputs[1] = &options->input;
        return 0;
    case 'o':
        options->output = argument;
        return 0;
    case KEY_CAPACITY:
        options->limits.capacity_records =
            cli_option_number(state, "capacity", argument, 1, UINT64_MAX);
        return 0;
    case KEY_DURABILITY:
        options->limits.durability = parse_durability(state, argument);
        return 0;
    case KEY_TIME:
        options->until_ns = clock_until(parse_seconds(state, argument));
        return 0;
    case KEY_SNAPSHOT_EVERY:
        parse_snapshots(state, argument, &options->limits);
        return 0;
    case KEY_KEEP_ALL:
        options->limits.keep_all = true;
        return 0;
    case KEY_MAX_BYTES:
        options->limits.max_bytes = parse_size(state, argument);
        return 0;
    case KEY_RETRIES:
        options->limits.retries = (uint32_t)cli_option_number(state, "retries", argument, 0, 1000);
        return 0;
    case KEY_FAILURES:
        options->limits.failures_path = argument;
        return 0;
    case ARGP_KEY_END:
        if (options->input.path && !options->output)
            argp_error(state, "-o RUN.vrrd is expected");
        break;
    default:
        break;
    }
    return cli_one_path(key, argument, state, "a PROGRAM", &options->input.path);
}

static const struct argp_child children[] = {{&run_options_argp, 0, NULL, 0},
                                             {&program_input_bare_argp, 0, NULL, 0},
                                             {&answer_argp, 0, NULL, 0},
                                             {0}};
static const struct argp argp = {
    .options = option_table,
    .parser = parse_option,
    .args_doc = "PROGRAM",
    .children = children,
    .doc = "Run PROGRAM (a program file or a task graph) and record the run.\v"
           "Exit: 0 recorded; 1 `expect` failed; 2 usage; 3 stuck; 125 cut; no backend.",
};

static void print_recovery(void *context, const vrrl_recovery *what)
{
    (void)context;
    vrrl_report_recovery(what, stderr);
}

static void print_text(const struct record_options *options, const vrrl_program *program,
                       const vrrl_record_summary *summary)
{
    char detail[128];
    vrrl_report_run_words(options->run.backend, options->run.workers, options->run.claim,
                          options->run.seed, detail, sizeof detail);
    const vrrl_report_side side = {.name = options->output, .detail = detail};
    const char *cut_by = interrupt_exit(CLI_OK) ? "interrupted" : "--time was over";
    vrrl_report_record(program, summary, &side, cut_by, stdout);
}

/* The recording has everything the wait-for graph needs: analyse what was written. */
static vrrl_code print_stuck(const char *path, vrrl_error *err)
{
    vrrl_recording *recording;
    vrrl_stuck *stuck;
    uint32_t epoch;
    vrrl_verdict verdict;
    vrrl_code code = vrrl_recording_open(path, &recording, err);
    if (code != VRRL_OK)
        return code;
    code = vrrl_recording_stuck(recording, &epoch, &verdict, &stuck, err);
    if (code == VRRL_OK) {
        vrrl_report_stuck(vrrl_recording_program(recording), epoch, verdict, stuck, stdout);
        vrrl_stuck_free(stuck);
    }
    vrrl_recording_close(recording);
    return code;
}

/* The log of a recording under way is in NAME.partial. */
static void start_snapshots(const char *output)
{
    char base[PATH_MAX], log[PATH_MAX + 32];
    size_t length = strlen(output);
    while (length > 1 && output[length - 1] == '/')
        length--;
    snprintf(base, sizeof base, "%.*s", (int)(length < PATH_MAX ? length : PATH_MAX - 1), output);
    snprintf(log, sizeof log, "%s.partial/slots.vrrl", base);
    snapshot_signal_start(log, base);
}

static vrrl_code record(const struct record_options *options, const vrrl_program *program,
                        vrrl_record_summary *summary, vrrl_error *err)
{
    vrrl_run_options run;
    vrrl_code code = run_options_resolve(&options->run, &run, err);
    if (code == VRRL_OK) {
        run.until_ns = options->until_ns;
        run.interrupt = interrupt_flag();
        start_snapshots(options->output);
        code = vrrl_record_program(program, options->output, &run, &options->limits, summary, err);
        snapshot_signal_stop();
    }
    progress_end();
    return code;
}

static int report(const struct record_options *options, const vrrl_program *program,
                  const vrrl_record_summary *summary)
{
    vrrl_error err;
    vrrl_answer_verdict verdict = vrrl_answer_of_record(summary);
    if (answer_is_json()) {
        vrrl_report_record_json(summary, options->output, answer_begin());
        return answer_end(verdict);
    }
    print_text(options, program, summary);
    if (summary->verdict != VRRL_VERDICT_COMPLETE && print_stuck(options->output, &err) != VRRL_OK)
        return cli_fail("record", &err);
    return answer_end(verdict);
}

static int run(int argc, char **argv)
{
    struct record_options options = {.limits.size = sizeof options.limits,
                                     .limits.recovered = print_recovery,
                                     .run = run_options_default("threads")};
    struct program_source source;
    vrrl_record_summary summary;
    vrrl_error err;
    cli_parse(&argp, argc, argv, &options);
    answer_about(options.input.path);
    vrrl_code code = program_source_open(&options.input, VRRL_INPUTS_WRITTEN, &source, &err);
    if (code != VRRL_OK)
        return cli_fail("record", &err);
    program_input_tell(source.lint);
    code = record(&options, source.program, &summary, &err);
    if (code != VRRL_OK) {
        program_source_close(&source);
        return run_options_fail("record", &err);
    }
    int exit_code = report(&options, source.program, &summary);
    program_source_close(&source);
    return exit_code;
}

const struct cli_command cmd_record = {
    .name = "record",
    .arguments = "PROGRAM -o RUN.vrrd [--backend NAME] [--workers N]",
    .summary = "run a program and keep the run",
    .run = run,
};
