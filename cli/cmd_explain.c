/* vrrl explain: the pair, both orders and the repairs of a failure. */
#include "answer.h"
#include "base/error.h"
#include "base/plural.h"
#include "cli.h"
#include "failure_options.h"
#include "findings.h"
#include "interrupt.h"
#include "log_options.h"
#include "program_source.h"
#include "progress.h"
#include "vrrl/analysis/explain.h"
#include "vrrl/analysis/report.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct explain_options {
    struct failure_options failure;
    const char *svg;
    bool ascii;
};

enum { KEY_SVG = 0x7b0, KEY_ASCII };

static const struct argp_option option_table[] = {
    {"svg", KEY_SVG, "FILE", 0, "Draw both runs into FILE", 1},
    {"ascii", KEY_ASCII, NULL, 0, "Draw with ASCII characters only", 1},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct explain_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->failure;
        return 0;
    case KEY_SVG:
        options->svg = argument;
        return 0;
    case KEY_ASCII:
        options->ascii = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {
    {&failure_argp, 0, NULL, 0}, {&findings_hidden_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .options = option_table,
    .parser = parse_option,
    .args_doc = "PROGRAM|RUN.vrrd|LOG.vrrl",
    .children = children,
    .doc = "Say why PROGRAM fails, and which single repair helps.\v"
           "Exit: 1 or 3 (stuck) explained, 0 nothing fails, 2 usage or unreadable,\n"
           "125 it cannot be run.",
};

/* What the locale's characters are; asked for here alone, since a library may not change it. */
static bool draws_ascii(const struct explain_options *options)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    bool ascii = options->ascii || !locale || strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") != 0;
    if (locale)
        freelocale(locale);
    return ascii;
}

static void show(void *context, const vrrl_explain_progress *p)
{
    char text[VRRL_REPAIR_TEXT_MAX];
    (void)context;
    progress_show("  %u repair%s tried; %s", p->done, plural(p->done),
                  vrrl_repair_text(p->repair, text));
}

static vrrl_code explain(const struct failure_options *f, const vrrl_program *program,
                         vrrl_explain_result **result, vrrl_error *err)
{
    const vrrl_explain_options options = {.size = sizeof options,
                                          .failure.schedule = f->schedule,
                                          .failure.setup = f->explored.setup,
                                          .failure.cells = f->explored.cells,
                                          .failure.schedules = f->schedules,
                                          .milliseconds = f->milliseconds,
                                          .stop = interrupt_flag(),
                                          .progress = progress_is_seen() ? show : NULL};
    vrrl_code code = vrrl_explain(program, &options, result, err);
    progress_end();
    return code;
}

static vrrl_code write_svg(const char *path, const vrrl_explain_result *result, vrrl_error *err)
{
    FILE *out;
    vrrl_code code = failure_output_open(path, &out, err);
    if (code != VRRL_OK)
        return code;
    vrrl_report_explain_svg(result, out);
    return fclose(out) == 0 ? VRRL_OK : (vrrl_code)error_errno(err, "write", path, NULL);
}

static vrrl_code run_on(const void *context, const vrrl_program *program, int *exit_code,
                        vrrl_error *err)
{
    const struct explain_options *options = context;
    vrrl_explain_result *result;
    char *target = program_source_words(&options->failure.input);
    if (!target)
        return error_no_memory(err, 0);
    vrrl_code code = options->svg ? failure_output_free(options->svg, err) : VRRL_OK;
    if (code == VRRL_OK)
        code = explain(&options->failure, program, &result, err);
    if (code == VRRL_OK) {
        FILE *out = answer_begin();
        if (answer_is_json())
            vrrl_report_explain_json(program, result, target, out);
        else
            vrrl_report_explain(program, result, target, draws_ascii(options), out);
        vrrl_findings *findings;
        code = vrrl_findings_create(&findings, err);
        if (code == VRRL_OK)
            code = vrrl_findings_add_explain(findings, program, result, err);
        answer_findings(findings);
        if (code == VRRL_OK)
            *exit_code = answer_end(vrrl_answer_of_defect(result->outcome.kind));
        if (code == VRRL_OK && options->svg)
            code = write_svg(options->svg, result, err);
        vrrl_explain_result_free(result);
    }
    free(target);
    return code;
}

static int explain_kernel(const struct explain_options *options)
{
    const struct failure_options *f = &options->failure;
    const char *refused = failure_option_of_programs(f);
    if (!refused)
        refused = options->svg           ? "svg"
                  : options->ascii       ? "ascii"
                  : f->kernel.statistics ? "stats"
                                         : NULL;
    if (refused)
        return kernel_refuse_option(
            "explain", refused,
            "Fix: leave it out; --schedule, --schedules, --seed, --time, --no-park and --visible "
            "are.");
    vrrl_error err;
    if (f->schedule && (f->kernel.no_park || f->kernel.all_visible)) {
        error_set(&err, VRRL_INVALID, "Fix: leave them out; a schedule says these itself.",
                  "--no-park and --visible are not for --schedule");
        return cli_fail("explain", &err);
    }
    const vrrl_kernel_options kernel = {.strategy = VRRL_STRATEGY_MIX,
                                        .schedules = f->schedules ? f->schedules : 1000,
                                        .seed = f->explored.setup.seed,
                                        .milliseconds = f->milliseconds};
    return kernel_explain(&f->kernel, f->input.path, &kernel, f->schedule);
}

static int run(int argc, char **argv)
{
    struct explain_options options = {.failure = failure_options_begin()};
    cli_parse(&argp, argc, argv, &options);
    if (options.failure.kernel.launch)
        return interrupt_exit(explain_kernel(&options));
    return interrupt_exit(failure_run("explain", &options.failure, run_on, &options));
}

const struct cli_command cmd_explain = {
    .name = "explain",
    .arguments = "PROGRAM|RUN.vrrd|LOG.vrrl [--schedule v1:...] [--svg FILE]",
    .summary = "say why a program fails, and which repair helps",
    .run = run,
};
