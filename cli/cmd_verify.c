/* vrrl verify: does a file keep the promises of the log's format? */
#include "answer.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/plural.h"
#include "cli.h"
#include "log_input.h"
#include "log_options.h"
#include "recording_look.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    return cli_some_paths(key, argument, state, "a FILE", state->input);
}

static const struct argp_child children[] = {{&answer_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .parser = parse_option,
    .children = children,
    .args_doc = "FILE ...",
    .doc = "Check the log FILE against the numbered conditions of the format.\v"
           "A log is valid if and only if\n"
           "  1. the file has at least 32 bytes,\n"
           "  2. it begins with VRRL0001,\n"
           "  3. its version is 1,\n"
           "  4. its capacity is 1 to 1,048,576 records,\n"
           "  5. the file holds as many records as its capacity says,\n"
           "  6. each record's magic is 0xDEADBEEF (live) or 0 (never written).\n"
           "The lowest number that fails is printed. Of a recording all files are looked at.\n\n"
           "Exit: 0 valid, 1 damaged, 2 usage or unreadable.",
};

static void print_notes(const vrrl_log_verdict *verdict)
{
    uint64_t whole = VRRL_RECORD_BYTES * verdict->capacity + 32;
    if (verdict->flags)
        printf("  note: flags 0x%08X, ignored\n", verdict->flags);
    if (verdict->stored_next >= verdict->capacity)
        printf("  note: next_slot %" PRIu64 " is taken modulo the capacity: %" PRIu64 "\n",
               verdict->stored_next, verdict->stored_next % verdict->capacity);
    if (verdict->file_bytes > whole)
        printf("  note: %" PRIu64 " bytes after the last record, ignored\n",
               verdict->file_bytes - whole);
}

/* Without the error: on one line. */
static void print_damage(const char *path, const vrrl_log_verdict *verdict, const vrrl_error *err)
{
    printf("%s: damaged, condition %u fails", cli_printable(path), verdict->condition);
    if (verdict->condition >= 5)
        printf(" at record %" PRIu64, verdict->record);
    putchar('\n');
    if (!err)
        return;
    printf("  %s\n", err->text);
    if (verdict->damaged > 1)
        printf("  %" PRIu64 " records have a wrong magic\n", verdict->damaged);
    if (verdict->condition >= 5)
        printf("  %" PRIu64 " live record%s there\n", verdict->live,
               verdict->live == 1 ? " is" : "s are");
    printf("  %s\n", err->fix);
}

static json_t *count_json(bool known, uint64_t count)
{
    return known ? json_integer((json_int_t)count) : json_null();
}

/* `err` is NULL of a valid log. What a header says that is none is left out. */
static json_t *verdict_json(const char *path, const vrrl_log_verdict *v, const vrrl_error *err,
                            const vrrl_recording_report *recording)
{
    bool header = v->condition == 0 || v->condition >= 5;
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "log", json_text(path),
                     "condition", count_json(v->condition > 0, v->condition), "record",
                     count_json(v->condition >= 5, v->record), "capacity",
                     count_json(header, v->capacity), "live", count_json(header, v->live), "empty",
                     count_json(header, v->empty), "damaged", count_json(header, v->damaged),
                     "text", err ? json_text(err->text) : json_null(), "fix",
                     err && *err->fix ? json_text(err->fix + strlen("Fix: ")) : json_null(),
                     "recording", recording ? recording_look_json(recording) : json_null());
}

/* Where it is known for something else: what that is. */
static void hint_at_kind(const struct log_input *log, vrrl_error *err)
{
    vrrl_input_kind kind = vrrl_input_kind_of(log->input);
    if (!(VRRL_INPUTS_LOG >> kind & 1) && kind != VRRL_INPUT_UNKNOWN && kind != VRRL_INPUT_EMPTY)
        error_fix(err, "Fix: it is %s: %s.", vrrl_input_kind_name(kind),
                  vrrl_input_kind_advice(kind));
}

/* A log that keeps its format's promises; of a recording what is around it, too. */
static int report_valid(const struct log_input *log, const vrrl_log_verdict *verdict, bool brief)
{
    vrrl_recording_report report;
    vrrl_error err;
    bool recorded = VRRL_INPUTS_RECORDED >> vrrl_input_kind_of(log->input) & 1;
    vrrl_code code =
        recorded ? vrrl_recording_verify(vrrl_input_path(log->input), &report, &err) : VRRL_OK;
    if (code == VRRL_UNSUPPORTED)
        return cli_fail_as("verify", &err, CLI_CANNOT);
    if (answer_is_json())
        return answer_object(verdict_json(log->name, verdict, code ? &err : NULL,
                                          recorded && !code ? &report : NULL),
                             code ? VRRL_ANSWER_DAMAGED : VRRL_ANSWER_VALID);
    printf("%s: valid, %" PRIu64 " live record%s, %" PRIu64 " never written%s\n",
           cli_printable(log->name), verdict->live, plural(verdict->live), verdict->empty,
           code ? "; the recording is damaged" : "");
    if (!brief)
        print_notes(verdict);
    if (!brief && code)
        printf("  %s\n  %s\n", err.text, err.fix);
    else if (!brief && recorded)
        recording_look_print(&report);
    return code ? CLI_DIFFERENT : CLI_OK;
}

/* Any file may be asked about; what is no file is none. */
static int verify(const char *path, bool brief)
{
    const uint32_t files = ~VRRL_INPUT_SET(FOLDER);
    struct log_input log;
    vrrl_error err;
    vrrl_log_verdict verdict = {.condition = 0};
    int exit_code = CLI_OK;
    answer_about(path);
    vrrl_code code = log_input_open(path, files, &log, &err);
    if (!code)
        code = vrrl_log_verify(log.path, &verdict, &err);
    if (code && !verdict.condition) {
        exit_code = log_input_fail("verify", &log, &err);
        if (brief && !answer_is_json())
            printf("%s: not read\n", cli_printable(path));
    } else if (code) {
        exit_code = CLI_DIFFERENT;
        vrrl_input_name_error(log.input, &err);
        hint_at_kind(&log, &err);
        if (answer_is_json())
            answer_object(verdict_json(log.name, &verdict, &err, NULL), VRRL_ANSWER_DAMAGED);
        else
            print_damage(log.name, &verdict, brief ? NULL : &err);
    } else {
        exit_code = report_valid(&log, &verdict, brief);
    }
    log_input_close(&log);
    return exit_code;
}

static int run(int argc, char **argv)
{
    struct cli_paths paths = {.count = 0};
    int code = CLI_OK;
    cli_parse(&argp, argc, argv, &paths);
    for (size_t i = 0; i < paths.count; i++)
        code = cli_worse(code, verify(paths.list[i], paths.count > 1));
    free(paths.list);
    return code;
}

const struct cli_command cmd_verify = {
    .name = "verify",
    .arguments = "FILE ... [--json]",
    .summary = "check a log against the conditions of its format",
    .run = run,
};
