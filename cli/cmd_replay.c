/* vrrl replay: run a recording again on another backend, and compare. */
#include "answer.h"
#include "base/error.h"
#include "cli.h"
#include "findings.h"
#include "interrupt.h"
#include "kernel_command.h"
#include "log_options.h"
#include "names_option.h"
#include "program_source.h"
#include "progress.h"
#include "replay_schedule.h"
#include "run_options.h"
#include "vrrl/analysis/report.h"
#include "vrrl/run/diff.h"
#include "vrrl/run/replay.h"

#include <string.h>

struct replay_options {
    const char *path;
    vrrl_bare_options bare;
    struct run_options run;
    struct program_input program; /* with a schedule */
    const char *schedule;
    uint32_t repeat;
    bool as_recorded;
    struct kernel_command kernel;
    bool has_from, has_repeat, has_until;
    uint32_t from, until;
    const char *then; /* the backend after epoch `until`; NULL: none */
};

enum {
    KEY_RING_SLOTS = 0x600,
    KEY_USER_WORDS,
    KEY_IMAGE,
    KEY_PACK,
    KEY_SCHEDULE,
    KEY_AS_RECORDED,
    KEY_REPEAT,
    KEY_FROM,
    KEY_UNTIL,
    KEY_THEN
};

static const struct argp_option option_table[] = {
    {"as-recorded", KEY_AS_RECORDED, NULL, 0, "Claim and end slots in the recorded order", 0},
    {"from", KEY_FROM, "E", 0, "Begin with the newest snapshot before epoch E", 0},
    {"until", KEY_UNTIL, "E", 0, "With --then: the last epoch of the first backend", 0},
    {"then", KEY_THEN, "BACKEND", 0, "With --until: the backend of the rest", 0},
    {"schedule", KEY_SCHEDULE, "STRING", 0, "Run PROGRAM by a schedule string (-, @FILE)", 0},
    {"repeat", KEY_REPEAT, "N", 0, "Replay up to N times, seed after seed", 0},
    {"ring-slots", KEY_RING_SLOTS, "N", 0, "Bare logs: skip slots past the first N (65536)", 3},
    {"user-words", KEY_USER_WORDS, "N", 0, "Bare logs: words of user memory (1048576)", 3},
    {"image", KEY_IMAGE, "FILE", 0, "Bare logs: user memory begins with FILE's words", 3},
    {"pack", KEY_PACK, NULL, 0, "Bare logs: run user opcodes as vrrl's own pack", 3},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct replay_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->run;
        state->child_inputs[1] = &options->program;
        state->child_inputs[5] = &options->kernel;
        return 0;
    case KEY_AS_RECORDED:
        options->as_recorded = true;
        return 0;
    case KEY_SCHEDULE:
        options->schedule = argument;
        return 0;
    case KEY_REPEAT:
        options->has_repeat = true;
        options->repeat = (uint32_t)cli_option_number(state, "repeat", argument, 1, UINT32_MAX);
        return 0;
    case KEY_FROM:
        options->has_from = true;
        options->from = (uint32_t)cli_option_number(state, "from", argument, 0, UINT32_MAX);
        return 0;
    case KEY_UNTIL:
        options->has_until = true;
        options->until = (uint32_t)cli_option_number(state, "until", argument, 0, UINT32_MAX);
        return 0;
    case KEY_THEN:
        options->then = argument;
        return 0;
    case ARGP_KEY_END:
        if (options->has_until != (options->then != NULL))
            argp_error(state, "--until E and --then BACKEND go together");
        break;
    case KEY_RING_SLOTS:
        options->bare.ring_slots =
            (uint32_t)cli_option_number(state, "ring-slots", argument, 1, UINT32_MAX >> 4);
        return 0;
    case KEY_USER_WORDS:
        options->bare.user_words =
            (uint32_t)cli_option_number(state, "user-words", argument, 1, 1 << 26);
        return 0;
    case KEY_IMAGE:
        options->bare.image = argument;
        return 0;
    case KEY_PACK:
        options->bare.user_pack = true;
        return 0;
    default:
        break;
    }
    return cli_one_path(key, argument, state, "a recording, a log or a program", &options->path);
}

static const struct argp_child children[] = {{&run_options_argp, 0, NULL, 0},
                                             {&program_input_hidden_argp, 0, NULL, 0},
                                             {&names_argp, 0, NULL, 0},
                                             {&answer_argp, 0, NULL, 0},
                                             {&findings_hidden_argp, 0, NULL, 0},
                                             {&kernel_argp, 0, NULL, 0},
                                             {0}};
static const struct argp argp = {
    .options = option_table,
    .parser = parse_option,
    .args_doc = "RUN.vrrd|LOG.vrrl|PROGRAM",
    .children = children,
    .doc = "Run a recording again on a fresh machine and backend, and compare by epochs.\v"
           "Exit: 0 same, 1 diverged, 2 usage or unreadable, 3 stuck, 125 it is not known.",
};

struct sides {
    vrrl_report_side a, b;
    char a_detail[192], b_detail[384], name[192];
};

/* "reference, one slot after the other, to epoch 3; then threads, ..." */
static void describe_change(const struct replay_options *options, const vrrl_program *program,
                            uint64_t seed, struct sides *s)
{
    char words[128];
    size_t used = strlen(s->b_detail);
    vrrl_report_run_words(options->then, options->run.workers, options->run.claim, seed, words,
                          sizeof words);
    snprintf(s->b_detail + used, sizeof s->b_detail - used, ", to epoch %u; then %s",
             options->until, words);
    vrrl_report_replay_words(program, options->then, words, sizeof words);
    used = strlen(s->name);
    if (strcmp(words, s->name) != 0)
        snprintf(s->name + used, sizeof s->name - used, ", then %s", words);
}

/* Whether anything of it was run on the further backend. */
static bool has_changed(const struct replay_options *options, const vrrl_diff_result *result,
                        uint32_t first_epoch)
{
    uint64_t end = result->difference == VRRL_DIFFERENCE_NONE
                       ? (uint64_t)first_epoch + result->epochs_compared
                       : result->epoch + UINT64_C(1);
    return options->then && end > options->until + UINT64_C(1);
}

static void describe_sides(const struct replay_options *options, const vrrl_recording *recording,
                           const vrrl_diff_result *result, uint64_t seed, struct sides *s)
{
    vrrl_report_recording_words(vrrl_recording_info_of(recording), s->a_detail, sizeof s->a_detail);
    vrrl_report_run_words(options->run.backend, options->run.workers, options->run.claim, seed,
                          s->b_detail, sizeof s->b_detail);
    vrrl_report_replay_words(vrrl_recording_program(recording), options->run.backend, s->name,
                             sizeof s->name);
    if (has_changed(options, result, vrrl_recording_info_of(recording)->first_epoch))
        describe_change(options, vrrl_recording_program(recording), seed, s);
    s->a = (vrrl_report_side){"recording", options->path, s->a_detail, "recorded"};
    s->b = (vrrl_report_side){"replay", s->name, s->b_detail, "replayed"};
}

static vrrl_code report(const struct replay_options *options, const vrrl_recording *recording,
                        const vrrl_diff_result *result, uint64_t seed, int *exit_code,
                        vrrl_error *err)
{
    vrrl_findings *findings;
    struct sides sides;
    describe_sides(options, recording, result, seed, &sides);
    const vrrl_program *program = vrrl_recording_program(recording);
    FILE *out = answer_begin();
    if (answer_is_json())
        vrrl_report_diff_json(program, result, &sides.a, &sides.b, out);
    else
        vrrl_report_diff(program, result, &sides.a, &sides.b, out);
    vrrl_code code = vrrl_findings_create(&findings, err);
    if (code == VRRL_OK)
        code = vrrl_findings_add_diff(findings, program, result, err);
    answer_findings(findings);
    if (code == VRRL_OK)
        *exit_code = answer_end(vrrl_answer_of_diff(result));
    return code;
}

/* `run`: for the first backend, or all of it. */
static vrrl_code replay_once(const struct replay_options *options, const vrrl_recording *recording,
                             const vrrl_run_options *run, vrrl_diff_result **result,
                             vrrl_error *err)
{
    vrrl_run_options then = *run;
    if (!options->then)
        return vrrl_replay(recording, run, result, err);
    vrrl_code code = vrrl_driver_find(options->then, &then.driver, err);
    return code == VRRL_OK ? vrrl_replay_then(recording, run, options->until, &then, result, err)
                           : code;
}

/* Replays until something differs; reports that, or the last. */
static vrrl_code replay(const struct replay_options *options, const vrrl_recording *recording,
                        int *exit_code, vrrl_error *err)
{
    vrrl_run_options run;
    vrrl_code code = run_options_resolve(&options->run, &run, err);
    uint32_t done = 0;
    run.interrupt = interrupt_flag();
    if (options->repeat > 1)
        run.progress = NULL; /* replays are shown, not their epochs */
    for (bool more = true; code == VRRL_OK && more;) {
        vrrl_diff_result *result;
        run.seed = options->run.seed + done;
        code = replay_once(options, recording, &run, &result, err);
        if (code != VRRL_OK)
            break;
        done++;
        if (options->repeat > 1)
            run_progress("replay", done, options->repeat);
        more = done < options->repeat && result->outcome == VRRL_OUTCOME_SAME;
        if (!more || answer_is_json()) {
            progress_end();
            code = report(options, recording, result, run.seed, exit_code, err);
        }
        vrrl_diff_result_free(result);
    }
    if (code == VRRL_OK && !answer_is_json() && options->repeat > 1)
        printf("  replays   %u of %u%s\n", done, options->repeat,
               *exit_code == CLI_OK ? ", all the same" : ", the last one is shown");
    return code;
}

/* ---- Bare logs ------------------------------------------------------------------------------- */

static vrrl_code report_bare(const struct replay_options *options, const vrrl_input *input,
                             const vrrl_bare_result *result, uint64_t seed, int *exit_code,
                             vrrl_error *err)
{
    vrrl_findings *findings = NULL;
    vrrl_code code = VRRL_OK;
    const vrrl_bare_log *log = vrrl_input_bare_log(input);
    char detail[160];
    vrrl_report_run_words(options->run.backend, options->run.workers, options->run.claim, seed,
                          detail, sizeof detail);
    const char *memory = options->bare.image ? options->bare.image : "zeroed";
    const vrrl_report_side a = {"log", vrrl_input_name(input), memory, "recorded"};
    const vrrl_report_side b = {"replay", "re-executed", detail, "replayed"};
    FILE *out = answer_begin();
    if (answer_is_json())
        vrrl_report_bare_json(log, result, &a, &b, out);
    else
        vrrl_report_bare(log, result, &a, &b, out);
    vrrl_outcome outcome = vrrl_report_bare_outcome(log, result);
    if (outcome != VRRL_OUTCOME_UNTOLD)
        code = vrrl_findings_create(&findings, err);
    if (findings)
        code = vrrl_findings_add_bare(findings, log, result, err);
    answer_findings(findings);
    if (code == VRRL_OK)
        *exit_code = answer_end(vrrl_answer_of_outcome(outcome, result->verdict));
    return code;
}

static vrrl_code replay_bare(const struct replay_options *options, const vrrl_input *input,
                             int *exit_code, vrrl_error *err)
{
    const vrrl_bare_log *log = vrrl_input_bare_log(input);
    vrrl_run_options run;
    vrrl_code code = run_options_resolve(&options->run, &run, err);
    run.interrupt = interrupt_flag();
    for (uint32_t done = 0; code == VRRL_OK && done < options->repeat && *exit_code == CLI_OK;
         done++) {
        vrrl_bare_result *result;
        run.seed = options->run.seed + done;
        code = vrrl_bare_log_replay(log, &run, &result, err);
        if (code != VRRL_OK)
            break;
        progress_end();
        bool same = vrrl_report_bare_outcome(log, result) == VRRL_OUTCOME_SAME;
        if (answer_is_json() || !same || done + 1 == options->repeat)
            code = report_bare(options, input, result, run.seed, exit_code, err);
        vrrl_bare_result_free(result);
    }
    return code;
}

/* ---- The command ----------------------------------------------------------------------------- */

/* A program has nothing to compare with: it is only run by a schedule. */
static vrrl_code refuse_program(const vrrl_input *input, vrrl_error *err)
{
    return error_set(err, VRRL_INVALID,
                     "Fix: give the --schedule to run it by; `vrrl record` runs it without.",
                     "%s is %s, neither a recording nor a log", vrrl_input_name(input),
                     vrrl_input_kind_name(vrrl_input_kind_of(input)));
}

/* Of the options of a run none says anything here. */
static bool runs_as_usual(const struct replay_options *options)
{
    const struct run_options usual = run_options_default("reference");
    const struct run_options *given = &options->run;
    return strcmp(given->backend, usual.backend) == 0 && given->workers == usual.workers &&
           given->claim == usual.claim && given->seed == usual.seed &&
           given->timeout_ms == usual.timeout_ms && options->repeat == 1 && !options->then;
}

static vrrl_code follow(const struct replay_options *options, const vrrl_recording *recording,
                        int *exit_code, vrrl_error *err)
{
    if (!recording)
        return error_set(err, VRRL_UNSUPPORTED, "Fix: leave it out, or name a recording.",
                         "--as-recorded: %s is a bare log, which has no order of claims",
                         options->path);
    if (!runs_as_usual(options))
        return error_set(
            err, VRRL_INVALID, "Fix: leave them out; the recording says these itself.",
            "--backend, --workers, --claim, --seed, --timeout, --repeat and --then are not "
            "for --as-recorded");
    return replay_as_recorded(recording, options->path, exit_code, err);
}

static vrrl_code open_and_replay(const struct replay_options *options, int *exit_code,
                                 vrrl_error *err)
{
    vrrl_bare_options bare = options->bare;
    const vrrl_input_options how = {.size = sizeof how,
                                    .bare = &bare,
                                    .names = names_given(),
                                    .from_epoch = options->has_from ? &options->from : NULL};
    bare.size = sizeof bare;
    vrrl_input *input;
    vrrl_code code =
        vrrl_input_open(options->path, VRRL_INPUTS_PROGRAM & ~VRRL_INPUT_SET(NPZ), &input, err);
    if (code != VRRL_OK)
        return code;
    if (VRRL_INPUTS_WRITTEN >> vrrl_input_kind_of(input) & 1)
        code = refuse_program(input, err);
    else
        code = vrrl_input_load(input, &how, err);
    if (code == VRRL_OK && options->as_recorded)
        code = follow(options, vrrl_input_recording(input), exit_code, err);
    else if (code == VRRL_OK && vrrl_input_recording(input))
        code = replay(options, vrrl_input_recording(input), exit_code, err);
    else if (code == VRRL_OK && options->then)
        code = error_set(err, VRRL_INVALID, "Fix: leave them out, or name a recording.",
                         "--until and --then are for recordings, %s is %s", vrrl_input_name(input),
                         vrrl_input_kind_name(vrrl_input_kind_of(input)));
    else if (code == VRRL_OK)
        code = replay_bare(options, input, exit_code, err);
    vrrl_input_close(input);
    return code;
}

static vrrl_code suits_schedule(const struct replay_options *options, vrrl_error *err)
{
    if (options->has_from)
        return error_set(err, VRRL_INVALID, "Fix: leave it out; a schedule begins with the run.",
                         "--from is not for --schedule");
    if (options->kernel.no_park || options->kernel.all_visible)
        return error_set(err, VRRL_INVALID, "Fix: leave them out; a schedule says these itself.",
                         "--no-park and --visible are not for --schedule");
    if (!runs_as_usual(options))
        return error_set(
            err, VRRL_INVALID, "Fix: leave them out; a schedule says these itself.",
            "--backend, --workers, --claim, --seed, --timeout, --repeat and --then are not "
            "for --schedule");
    return VRRL_OK;
}

/* A schedule says how it runs, and a recording's program is all that is taken of it. */
static vrrl_code open_and_run(struct replay_options *options, int *exit_code, vrrl_error *err)
{
    vrrl_code code = suits_schedule(options, err);
    if (code != VRRL_OK)
        return code;
    options->program.path = options->path;
    options->program.bare = options->bare;
    return replay_schedule(&options->program, options->schedule, exit_code, err);
}

/* An option that was given, whatever its value, and is for programs or recordings alone; NULL: there is none. */
static const char *option_of_programs(const struct replay_options *options)
{
    const vrrl_bare_options *bare = &options->bare;
    return options->as_recorded  ? "as-recorded"
           : options->run.given  ? options->run.given
           : options->has_repeat ? "repeat"
           : options->has_from   ? "from"
           : options->then       ? "then"
           : bare->ring_slots    ? "ring-slots"
           : bare->user_words    ? "user-words"
           : bare->image         ? "image"
           : bare->user_pack     ? "pack"
           : names_path()        ? "names"
                                 : program_input_given(&options->program);
}

static int run_kernel(const struct replay_options *options)
{
    vrrl_error err;
    const char *refused = option_of_programs(options);
    if (refused)
        return kernel_refuse_option("replay", refused,
                                    "Fix: leave it out; --launch, --schedule and --stats are.");
    if (suits_schedule(options, &err) != VRRL_OK)
        return cli_fail("replay", &err);
    if (options->schedule)
        return kernel_replay(&options->kernel, options->path, options->schedule);
    error_set(&err, VRRL_INVALID, "Fix: give the --schedule that `vrrl explore` printed.",
              "a kernel is run by a schedule");
    return cli_fail("replay", &err);
}

static int run(int argc, char **argv)
{
    struct replay_options options = {.run = run_options_default("reference"), .repeat = 1};
    vrrl_error err;
    int exit_code = CLI_OK;
    cli_parse(&argp, argc, argv, &options);
    answer_about(options.path);
    if (options.kernel.launch)
        return run_kernel(&options);
    vrrl_code code = options.schedule ? open_and_run(&options, &exit_code, &err)
                                      : open_and_replay(&options, &exit_code, &err);
    if (code == VRRL_OK)
        return exit_code;
    return err.code == VRRL_UNSUPPORTED ? program_source_fail("replay", &err)
                                        : run_options_fail("replay", &err);
}

const struct cli_command cmd_replay = {
    .name = "replay",
    .arguments = "RUN.vrrd|LOG.vrrl|PROGRAM [--backend NAME] [--schedule STRING]",
    .summary = "run a recording again on another backend, and compare",
    .run = run,
};
