/* vrrl replay: run a recording again on another backend, and compare. */
#include "cli.h"
#include "log_options.h"
#include "run_options.h"
#include "vrrl/diff.h"
#include "vrrl/report.h"

#include <string.h>

struct replay_options {
    const char *path;
    struct run_options run;
    uint32_t repeat;
    bool json;
};

static const struct argp_option option_table[] = {
    {"repeat", 'n', "N", 0, "Replay N times, each with the next seed; stop at a difference", 0},
    {"json", 'j', NULL, 0, "Print one JSON object a replay", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct replay_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->run;
        return 0;
    case 'n':
        options->repeat = (uint32_t)cli_option_number(state, "--repeat", argument, UINT32_MAX);
        if (options->repeat == 0)
            argp_error(state, "--repeat takes at least 1");
        return 0;
    case 'j':
        options->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0)
            argp_error(state, "one RECORDING is expected, \"%s\" is a second", argument);
        options->path = argument;
        return 0;
    case ARGP_KEY_END:
        if (!options->path)
            argp_error(state, "a RECORDING is expected");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&run_options_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .options = option_table,
    .parser = parse_option,
    .args_doc = "RUN.vrrd",
    .children = children,
    .doc = "Run a recording again on a fresh machine and backend (reference), and compare epoch by "
           "epoch.\v"
           "Exit: 0 same, 1 diverged, 2 usage or unreadable, 3 deadlock, hang or shutdown with work "
           "left, 125 no such backend here.",
};

struct sides {
    vrrl_report_side a, b;
    char a_detail[160], b_detail[160], name[64];
};

static void describe_sides(const struct replay_options *options, const vrrl_recording *recording,
                           uint64_t seed, struct sides *s)
{
    const vrrl_recording_info *info = vrrl_recording_info_of(recording);
    run_options_describe(info->backend, info->workers, info->claim, info->seed, s->a_detail,
                         sizeof s->a_detail - 16);
    if (!info->finished)
        strcat(s->a_detail, ", unfinished");
    run_options_describe(options->run.backend, options->run.workers, options->run.claim, seed,
                         s->b_detail, sizeof s->b_detail);
    snprintf(s->name, sizeof s->name, "re-executed%s",
             vrrl_program_is_symbolic(vrrl_recording_program(recording)) ? ", symbolic" : "");
    s->a = (vrrl_report_side){"recording", options->path, s->a_detail, "recorded"};
    s->b = (vrrl_report_side){"replay", s->name, s->b_detail, "replayed"};
}

static void report(const struct replay_options *options, const vrrl_recording *recording,
                   const vrrl_diff_result *result, uint64_t seed)
{
    struct sides sides;
    describe_sides(options, recording, seed, &sides);
    const vrrl_program *program = vrrl_recording_program(recording);
    if (options->json)
        vrrl_report_diff_json(stdout, program, result, &sides.a, &sides.b);
    else
        vrrl_report_diff(stdout, program, result, &sides.a, &sides.b);
}

/* Replays until something differs; reports that, or the last. */
static vrrl_code replay(const struct replay_options *options, const vrrl_recording *recording,
                        int *exit_code, vrrl_error *err)
{
    vrrl_run_options run;
    vrrl_code code = run_options_resolve(&options->run, &run, err);
    uint32_t done = 0;
    for (bool more = true; code == VRRL_OK && more;) {
        vrrl_diff_result result;
        run.seed = options->run.seed + done;
        code = vrrl_diff_replay(recording, &run, &result, err);
        if (code != VRRL_OK)
            break;
        run_progress_end();
        done++;
        more = done < options->repeat && result.outcome == VRRL_SAME;
        *exit_code = vrrl_report_exit(result.outcome);
        if (!more || options->json)
            report(options, recording, &result, run.seed);
        vrrl_diff_result_free(&result);
    }
    if (code == VRRL_OK && !options->json && options->repeat > 1)
        printf("  replays   %u of %u%s\n", done, options->repeat,
               *exit_code == CLI_OK ? ", all the same" : ", the last one is shown");
    return code;
}

static int run(int argc, char **argv)
{
    struct replay_options options = {.run = run_options_default("reference"), .repeat = 1};
    vrrl_recording *recording;
    vrrl_error err;
    int exit_code = CLI_OK;
    cli_parse(&argp, argc, argv, &options);
    vrrl_code code = vrrl_recording_open(options.path, &recording, &err);
    if (code != VRRL_OK)
        return cli_fail("replay", &err);
    code = replay(&options, recording, &exit_code, &err);
    vrrl_recording_close(recording);
    if (code == VRRL_OK)
        return exit_code;
    cli_fail("replay", &err);
    return code == VRRL_NOT_FOUND ? CLI_CANNOT : CLI_USAGE;
}

const struct cli_command cmd_replay = {
    .name = "replay",
    .arguments = "RUN.vrrd [--backend NAME] [--workers N] [--repeat N]",
    .summary = "run a recording again on another backend, and compare",
    .run = run,
};
