/* vrrl diff: where two recordings of one program part. */
#include "answer.h"
#include "cli.h"
#include "findings.h"
#include "log_options.h"
#include "names_option.h"
#include "program_source.h"
#include "run_options.h"
#include "vrrl/analysis/report.h"
#include "vrrl/run/diff.h"

#include <string.h>

struct diff_options {
    const char *paths[2];
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct diff_options *options = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        if (state->arg_num > 1)
            argp_error(state, "two recordings are expected, \"%s\" is a third", argument);
        options->paths[state->arg_num] = argument;
        return 0;
    case ARGP_KEY_END:
        if (!options->paths[1])
            argp_error(state, "two recordings are expected");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {
    {&names_argp, 0, NULL, 0}, {&answer_argp, 0, NULL, 0}, {&findings_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .parser = parse_option,
    .children = children,
    .args_doc = "A.vrrd B.vrrd",
    .doc =
        "Say where two recordings of the same program part.\v"
        "Exit: 0 same, 1 diverged, 2 usage or unreadable, 3 deadlock, hang or shutdown with work "
        "left.",
};

static void describe(const vrrl_recording *recording, const char *role, char *detail, size_t size,
                     vrrl_report_side *side)
{
    const vrrl_recording_info *info = vrrl_recording_info_of(recording);
    vrrl_report_recording_words(info, detail, size);
    *side = (vrrl_report_side){role, info->path, detail, role};
}

static vrrl_code report(const vrrl_recording *a, const vrrl_recording *b,
                        const vrrl_diff_result *result, int *exit_code, vrrl_error *err)
{
    vrrl_findings *findings;
    char a_detail[192], b_detail[192];
    vrrl_report_side left, right;
    describe(a, "A", a_detail, sizeof a_detail, &left);
    describe(b, "B", b_detail, sizeof b_detail, &right);
    const vrrl_program *program = vrrl_recording_program(a);
    FILE *out = answer_begin();
    if (answer_is_json())
        vrrl_report_diff_json(program, result, &left, &right, out);
    else
        vrrl_report_diff(program, result, &left, &right, out);
    vrrl_code code = vrrl_findings_create(&findings, err);
    if (code == VRRL_OK)
        code = vrrl_findings_add_diff(findings, program, result, err);
    answer_findings(findings);
    if (code == VRRL_OK)
        *exit_code = answer_end(vrrl_answer_of_diff(result));
    return code;
}

static vrrl_code open_recording(const char *path, vrrl_input **input, vrrl_error *err)
{
    const vrrl_input_options options = {.size = sizeof options, .names = names_given()};
    vrrl_code code = vrrl_input_open(path, VRRL_INPUTS_RECORDED, input, err);
    return code == VRRL_OK ? vrrl_input_load(*input, &options, err) : code;
}

static int run(int argc, char **argv)
{
    struct diff_options options = {.paths = {NULL}};
    vrrl_input *a = NULL, *b = NULL;
    vrrl_diff_result *result;
    vrrl_error err;
    int exit_code = CLI_OK;
    cli_parse(&argp, argc, argv, &options);
    answer_about_all(options.paths, 2);
    vrrl_code code = open_recording(options.paths[0], &a, &err);
    if (code == VRRL_OK)
        code = open_recording(options.paths[1], &b, &err);
    if (code == VRRL_OK)
        code =
            vrrl_diff_recordings(vrrl_input_recording(a), vrrl_input_recording(b), &result, &err);
    if (code == VRRL_OK) {
        code = report(vrrl_input_recording(a), vrrl_input_recording(b), result, &exit_code, &err);
        vrrl_diff_result_free(result);
    }
    vrrl_input_close(a);
    vrrl_input_close(b);
    return code == VRRL_OK ? exit_code : program_source_fail("diff", &err);
}

const struct cli_command cmd_diff = {
    .name = "diff",
    .arguments = "A.vrrd B.vrrd [--json]",
    .summary = "say where two recordings of one program part",
    .run = run,
};
