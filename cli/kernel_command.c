#include "kernel_command.h"

#include "answer.h"
#include "base/error.h"
#include "cli.h"
#include "failure_options.h"
#include "interrupt.h"
#include "program_source.h"
#include "progress.h"
#include "replay_schedule.h"
#include "vrrl/analysis/report.h"
#include "vrrl/run/input.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { KEY_LAUNCH = 0x900, KEY_NO_PARK, KEY_VISIBLE, KEY_STATS };

static const struct argp_option option_table[] = {
    {"launch", KEY_LAUNCH, "FILE", OPTION_HIDDEN, NULL, 0},
    {"no-park", KEY_NO_PARK, NULL, OPTION_HIDDEN, NULL, 0},
    {"visible", KEY_VISIBLE, "all", OPTION_HIDDEN, NULL, 0},
    {"stats", KEY_STATS, NULL, OPTION_HIDDEN, NULL, 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct kernel_command *c = state->input;
    switch (key) {
    case KEY_LAUNCH:
        c->launch = argument;
        return 0;
    case KEY_NO_PARK:
        c->no_park = true;
        return 0;
    case KEY_VISIBLE:
        if (strcmp(argument, "all") != 0)
            argp_error(state, "--visible=%s: expected all", argument);
        c->all_visible = true;
        return 0;
    case KEY_STATS:
        c->statistics = true;
        return 0;
    case ARGP_KEY_SUCCESS:
        if (!c->launch && (c->no_park || c->all_visible || c->statistics))
            argp_error(state, "--no-park, --visible and --stats belong to --launch FILE");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp kernel_argp = {.options = option_table, .parser = parse_option};

/* ---- Commands -------------------------------------------------------------------------------- */

static void show(void *context, uint64_t schedules, uint64_t failures)
{
    char done[27], failed[27];
    (void)context;
    progress_show("  %s schedules, %s failures", vrrl_report_number(schedules, done),
                  vrrl_report_number(failures, failed));
}

/* What `path` names; VRRL_INPUT_UNKNOWN of what is no file, or cannot be read. */
static vrrl_input_kind kind_of(const char *path)
{
    struct stat there;
    vrrl_input *input = NULL;
    vrrl_error err;
    vrrl_input_kind kind = VRRL_INPUT_UNKNOWN;
    if (stat(path, &there) == 0 && S_ISREG(there.st_mode) &&
        vrrl_input_open(path, UINT32_MAX, &input, &err) == VRRL_OK)
        kind = vrrl_input_kind_of(input);
    vrrl_input_close(input);
    return kind;
}

bool kernel_is(const char *path)
{
    return kind_of(path) == VRRL_INPUT_PTX;
}

/* What is a text of another kind, the parser of PTX tells. */
static vrrl_code load(const struct kernel_command *c, const char *path, vrrl_kernel **kernel,
                      vrrl_error *err)
{
    vrrl_input_kind kind = kind_of(path);
    *kernel = NULL;
    if (kind != VRRL_INPUT_TEXT && VRRL_INPUTS_PROGRAM >> kind & 1)
        return error_set(err, VRRL_INVALID,
                         "Fix: leave --launch out, or name the kernel's PTX: docs/launch.md.",
                         "--launch FILE is for kernels, and %s is %s", cli_printable(path),
                         vrrl_input_kind_name(kind));
    return vrrl_kernel_load(path, c->launch, kernel, err);
}

int kernel_refuse_option(const char *command, const char *option, const char *fix)
{
    vrrl_error err;
    error_set(&err, VRRL_INVALID, fix, "--%s is not for kernels", option);
    return cli_fail(command, &err);
}

/* How a command line names it again; NULL: memory lacks. */
static char *target_of(const struct kernel_command *c, const char *path)
{
    char *kernel = program_source_path(path), *launch = program_source_path(c->launch);
    char *target = NULL;
    if (kernel && launch && asprintf(&target, "%s --launch %s", kernel, launch) < 0)
        target = NULL;
    free(kernel);
    free(launch);
    return target;
}

/* The end of an answer whose text, or object, was written. */
static vrrl_code end_with_findings(const vrrl_kernel_result *result, const char *target,
                                   int *exit_code, vrrl_error *err)
{
    vrrl_findings *findings;
    vrrl_code code = vrrl_findings_create(&findings, err);
    if (code == VRRL_OK)
        code = vrrl_findings_add_kernel(findings, result, target, err);
    answer_findings(findings);
    if (code == VRRL_OK)
        *exit_code = answer_end(vrrl_answer_of_kernel(result));
    return code;
}

static vrrl_code report(const struct kernel_command *c, const char *path,
                        const vrrl_kernel_result *result, int *exit_code, vrrl_error *err)
{
    char *target = target_of(c, path);
    if (!target)
        return error_no_memory(err, 0);
    FILE *out = answer_begin();
    if (answer_is_json())
        vrrl_report_kernel_json(result, target, out);
    else
        vrrl_report_kernel(result, target, c->statistics, out);
    vrrl_code code = end_with_findings(result, target, exit_code, err);
    free(target);
    return code;
}

int kernel_explore(const struct kernel_command *c, const char *path,
                   const vrrl_kernel_options *options)
{
    vrrl_kernel_options o = *options;
    vrrl_kernel *kernel;
    vrrl_kernel_result *result = NULL;
    vrrl_error err;
    int exit_code = CLI_OK;
    answer_about(path);
    o.size = sizeof o;
    o.no_park = c->no_park;
    o.all_visible = c->all_visible;
    o.stop = interrupt_flag();
    o.progress = progress_is_seen() ? show : NULL;
    vrrl_code code = load(c, path, &kernel, &err);
    if (code == VRRL_OK)
        code = vrrl_kernel_explore(kernel, &o, &result, &err);
    progress_end();
    if (code == VRRL_OK)
        code = report(c, path, result, &exit_code, &err);
    vrrl_kernel_result_free(result);
    vrrl_kernel_free(kernel);
    return code == VRRL_OK ? exit_code : cli_fail("explore", &err);
}

/* ---- Shrinking ------------------------------------------------------------------------------- */

static void show_choices(void *context, uint32_t choices, uint64_t schedules)
{
    char left[27], tried[27];
    (void)context;
    progress_show("  %s choices left; %s schedules tried", vrrl_report_number(choices, left),
                  vrrl_report_number(schedules, tried));
}

static vrrl_code write_string(const vrrl_kernel_shrunk *result, const char *output, vrrl_error *err)
{
    FILE *out;
    vrrl_code code = failure_output_open(output, &out, err);
    if (code != VRRL_OK)
        return code;
    fprintf(out, "%s\n", vrrl_kernel_shrunk_schedule(result));
    return fclose(out) == 0 ? VRRL_OK : error_errno(err, "write", output, NULL);
}

static vrrl_code report_shrunk(const struct kernel_command *c, const char *path,
                               const vrrl_kernel_shrunk *result, const char *output, int *exit_code,
                               vrrl_error *err)
{
    char *target = target_of(c, path);
    if (!target)
        return error_no_memory(err, 0);
    FILE *out = answer_begin();
    if (answer_is_json())
        vrrl_report_kernel_shrunk_json(result, target, out);
    else
        vrrl_report_kernel_shrunk(result, target, output, out);
    *exit_code = answer_end(vrrl_answer_of_kernel_shrunk(result));
    free(target);
    return VRRL_OK;
}

static int tell_nothing(const vrrl_error *nothing)
{
    FILE *out = answer_begin();
    if (answer_is_json())
        vrrl_report_kernel_nothing_json(nothing, out);
    else
        vrrl_report_kernel_nothing(nothing, out);
    return answer_end(VRRL_ANSWER_NO_FAILURE);
}

int kernel_shrink(const struct kernel_command *c, const char *path,
                  const vrrl_kernel_shrink_options *options, const char *output)
{
    vrrl_kernel_shrink_options o = *options;
    vrrl_kernel *kernel = NULL;
    vrrl_kernel_shrunk *result = NULL;
    vrrl_error err;
    int exit_code = CLI_OK;
    answer_about(path);
    o.size = sizeof o;
    o.no_park = c->no_park;
    o.all_visible = c->all_visible;
    o.stop = interrupt_flag();
    o.progress = progress_is_seen() ? show_choices : NULL;
    vrrl_code code = output ? failure_output_free(output, &err) : VRRL_OK;
    if (code == VRRL_OK)
        code = load(c, path, &kernel, &err);
    if (code == VRRL_OK)
        code = vrrl_kernel_shrink(kernel, &o, &result, &err);
    progress_end();
    bool nothing = kernel && code == VRRL_NOT_FOUND;
    if (code == VRRL_OK && output)
        code = write_string(result, output, &err);
    if (code == VRRL_OK)
        code = report_shrunk(c, path, result, output, &exit_code, &err);
    vrrl_kernel_shrunk_free(result);
    vrrl_kernel_free(kernel);
    if (nothing)
        return tell_nothing(&err);
    return code == VRRL_OK
               ? exit_code
               : cli_fail_as("shrink", &err, code == VRRL_UNSUPPORTED ? CLI_CANNOT : CLI_USAGE);
}

/* ---- Explaining ------------------------------------------------------------------------------ */

static vrrl_code report_explanation(const struct kernel_command *c, const char *path,
                                    const vrrl_kernel_explanation *explanation, int *exit_code,
                                    vrrl_error *err)
{
    char *target = target_of(c, path);
    if (!target)
        return error_no_memory(err, 0);
    FILE *out = answer_begin();
    if (answer_is_json())
        vrrl_report_kernel_explanation_json(explanation, target, out);
    else
        vrrl_report_kernel_explanation(explanation, target, out);
    vrrl_code code = end_with_findings(vrrl_kernel_explained(explanation), target, exit_code, err);
    free(target);
    return code;
}

int kernel_explain(const struct kernel_command *c, const char *path,
                   const vrrl_kernel_options *options, const char *schedule)
{
    vrrl_kernel_options o = *options;
    vrrl_kernel *kernel = NULL;
    vrrl_kernel_explanation *explanation = NULL;
    vrrl_error err;
    int exit_code = CLI_OK;
    char *text = NULL;
    answer_about(path);
    o.size = sizeof o;
    o.no_park = c->no_park;
    o.all_visible = c->all_visible;
    o.stop = interrupt_flag();
    o.progress = progress_is_seen() ? show : NULL;
    vrrl_code code = schedule ? replay_schedule_text(schedule, &text, &err) : VRRL_OK;
    if (code == VRRL_OK)
        code = load(c, path, &kernel, &err);
    if (code == VRRL_OK)
        code = vrrl_kernel_explain(kernel, text ? text : schedule, &o, &explanation, &err);
    progress_end();
    if (code == VRRL_OK)
        code = report_explanation(c, path, explanation, &exit_code, &err);
    vrrl_kernel_explanation_free(explanation);
    vrrl_kernel_free(kernel);
    free(text);
    return code == VRRL_OK ? exit_code : cli_fail("explain", &err);
}

/* ---- Replaying ------------------------------------------------------------------------------- */

int kernel_replay(const struct kernel_command *c, const char *path, const char *schedule)
{
    vrrl_kernel *kernel = NULL;
    vrrl_kernel_result *result = NULL;
    vrrl_error err;
    int exit_code = CLI_OK;
    char *text = NULL;
    vrrl_code code = replay_schedule_text(schedule, &text, &err);
    if (code == VRRL_OK)
        code = load(c, path, &kernel, &err);
    if (code == VRRL_OK)
        code = vrrl_kernel_replay(kernel, text ? text : schedule, &result, &err);
    if (code == VRRL_OK)
        code = report(c, path, result, &exit_code, &err);
    vrrl_kernel_result_free(result);
    vrrl_kernel_free(kernel);
    free(text);
    return code == VRRL_OK ? exit_code : cli_fail("replay", &err);
}
