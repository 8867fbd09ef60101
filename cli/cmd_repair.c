/* vrrl repair: what is valid in a damaged log, as a new log. */
#include "answer.h"
#include "base/json_text.h"
#include "base/plural.h"
#include "cli.h"
#include "log_input.h"
#include "log_options.h"
#include "vrrl/log/salvage.h"

#include <inttypes.h>

struct repair_options {
    struct cli_path_output files;
    const char *companion;
};

enum { COMPANION = 0x600 };

static const struct argp_option option_table[] = {
    {"output", 'o', "OUT", 0, "The new log, which must not exist; must be given", 0},
    {"companion", COMPANION, "X", 0, "FILE's companion (slots.vrrx beside a slots.vrrl)", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct repair_options *options = state->input;
    if (key == COMPANION) {
        options->companion = argument;
        return 0;
    }
    return cli_path_and_output(key, argument, state, "a FILE", "OUT", &options->files);
}

static const struct argp_child children[] = {{&answer_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .options = option_table,
    .children = children,
    .parser = parse_option,
    .args_doc = "FILE",
    .doc = "Make the log OUT of what is valid in the log FILE, which is left alone.\v"
           "Records keep their places. Left out are records with a wrong magic, those that FILE "
           "does not have in full and, where there is a companion, those that its checksums "
           "contradict. A cursor that a killed writer left behind is set by the companion's "
           "sequence, never by timestamps.\n\n"
           "Exit: 0 nothing was left out, 1 something was, 2 usage or nothing to save.",
};

/* "  left out: 2 torn records (why), the first at place 7" */
static void print_part(const char *what, const char *why, uint64_t count, uint64_t first)
{
    if (count == 0)
        return;
    printf("  left out: %" PRIu64 " %s record%s%s, ", count, what, plural(count), why);
    printf(count == 1 ? "at place %" PRIu64 "\n" : "the first at place %" PRIu64 "\n", first);
}

static void print_text(const struct repair_options *options, const vrrl_salvage_report *r)
{
    printf("%s: %" PRIu64 " record%s kept, %" PRIu64 " of %" PRIu64 " place%s never written\n",
           options->files.output, r->kept, plural(r->kept), r->empty, r->capacity,
           plural(r->capacity));
    print_part("damaged", "", r->damaged, r->first_damaged);
    print_part("torn", " (the companion contradicts them)", r->torn, r->first_torn);
    print_part("missing", " (the file ends before them)", r->missing, r->first_missing);
    if (r->unconfirmed > 0)
        printf("  kept without an entry in the companion: %" PRIu64
               " record%s, the first at place %" PRIu64 "\n",
               r->unconfirmed, plural(r->unconfirmed), r->first_unconfirmed);
    if (r->header_rebuilt)
        printf("  the header was broken: a capacity of %" PRIu64 " is what the file tells%s\n",
               r->capacity, r->has_companion ? "" : ", the order of records is not certain");
    if (r->cursor != r->stored_cursor)
        printf("  cursor: %" PRIu64 ", by the companion; FILE had %" PRIu64 "\n", r->cursor,
               r->stored_cursor);
}

static json_t *report_json(const char *out, const vrrl_salvage_report *r)
{
    return json_pack("{s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:b}", "log",
                     json_text(out), "capacity", (json_int_t)r->capacity, "kept",
                     (json_int_t)r->kept, "empty", (json_int_t)r->empty, "damaged",
                     (json_int_t)r->damaged, "torn", (json_int_t)r->torn, "missing",
                     (json_int_t)r->missing, "unconfirmed", (json_int_t)r->unconfirmed, "cursor",
                     (json_int_t)r->cursor, "stored_cursor", (json_int_t)r->stored_cursor,
                     "header_rebuilt", r->header_rebuilt, "companion", r->has_companion);
}

static int run(int argc, char **argv)
{
    struct repair_options options = {.companion = NULL};
    vrrl_salvage_report report;
    vrrl_error err;
    cli_parse(&argp, argc, argv, &options);
    struct log_input log;
    answer_about(options.files.path);
    vrrl_code code = log_input_open(options.files.path, 0, &log, &err);
    if (!code)
        code = vrrl_log_salvage(log.path, options.companion, options.files.output, &report, &err);
    int failed = code ? log_input_fail("repair", &log, &err) : CLI_OK;
    log_input_close(&log);
    if (code)
        return failed;
    bool whole = report.damaged + report.torn + report.missing == 0 && !report.header_rebuilt;
    vrrl_answer_verdict verdict = whole ? VRRL_ANSWER_DONE : VRRL_ANSWER_DAMAGED;
    if (answer_is_json())
        return answer_object(report_json(options.files.output, &report), verdict);
    print_text(&options, &report);
    return answer_end(verdict);
}

const struct cli_command cmd_repair = {
    .name = "repair",
    .arguments = "FILE -o OUT [--companion X] [--json]",
    .summary = "save what is valid in a damaged log",
    .run = run,
};
