/* vrrl check: races and deadlocks of a task graph, a program file or a recorded run. */
#include "answer.h"
#include "cli.h"
#include "findings.h"
#include "interrupt.h"
#include "log_options.h"
#include "names_option.h"
#include "program_source.h"
#include "search_options.h"
#include "vrrl/analysis/answer.h"
#include "vrrl/analysis/judge.h"
#include "vrrl/run/recording.h"

#include "base/clock.h"
#include "base/error.h"

#include <stdlib.h>

enum {
    OPTION_ASSIGN = 256,
    OPTION_RESIDENT,
    OPTION_PIPELINED,
    OPTION_AS_RUN,
    OPTION_STATES,
    OPTION_TIME,
    OPTION_STEPS,
    OPTION_ADVISE,
    OPTION_WORKERS,
    OPTION_SCHEDULERS
};

struct arguments {
    struct cli_paths paths;
    struct machine_input machine;
    const char *path; /* the one at hand */
    bool brief;       /* of several, each gets a line */
    vrrl_assign_options assign;
    uint32_t milliseconds; /* 0: no limit */
    uint64_t states;       /* 0: as many as there are by default */
    bool as_run;
    bool advise;
    uint32_t steps;    /* of a graph; 0: the first, and the next where it differs */
    uint64_t until_ns; /* of the steady clock */
    int worst;         /* exit code of the inputs before this one */
};

static const struct argp_option options[] = {
    {"assign", OPTION_ASSIGN, "rr:N|FILE", 0,
     "Serial queues: task i to worker i mod N, or a file of lines WORKER TASK", 0},
    {"pipelined", OPTION_PIPELINED, "D", 0, "Up to D tasks of a queue in flight (1 to 64)", 0},
    {"resident", OPTION_RESIDENT, "R", 0, "Only R queues run at a time", 0},
    {"as-run", OPTION_AS_RUN, NULL, 0, "Count what the recorded run ordered, too", 0},
    {"states", OPTION_STATES, "N", 0, "Search all executions, up to N states (1,000,000)", 0},
    {"time", OPTION_TIME, "SECONDS", 0, "Say after so long what is known by then", 0},
    {"steps", OPTION_STEPS, "N", OPTION_HIDDEN, NULL, 0},
    {"advise", OPTION_ADVISE, NULL, OPTION_HIDDEN, NULL, 0},
    {"workers", OPTION_WORKERS, "W", OPTION_HIDDEN, NULL, 0},
    {"schedulers", OPTION_SCHEDULERS, "S", OPTION_HIDDEN, NULL, 0},
    {0},
};

static uint32_t number(struct argp_state *state, const char *name, const char *text, uint32_t most)
{
    return (uint32_t)cli_option_number(state, name, text, 1, most);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[1] = &arguments->machine;
        return 0;
    case OPTION_AS_RUN:
        arguments->as_run = true;
        return 0;
    case OPTION_STATES:
        arguments->states = cli_option_number(state, "states", text, 1, UINT64_MAX);
        return 0;
    case OPTION_TIME:
        arguments->milliseconds = parse_seconds(state, text);
        return 0;
    case OPTION_STEPS:
        arguments->steps = number(state, "steps", text, 1 << 20);
        return 0;
    case OPTION_ADVISE:
        arguments->advise = true;
        return 0;
    case OPTION_WORKERS:
        arguments->machine.import.workers = number(state, "workers", text, 65536);
        return 0;
    case OPTION_SCHEDULERS:
        arguments->machine.import.schedulers =
            (uint32_t)cli_option_number(state, "schedulers", text, 0, 65536);
        arguments->machine.import.pool = arguments->machine.import.schedulers == 0;
        return 0;
    case OPTION_ASSIGN:
        arguments->assign.assign = text;
        return 0;
    case OPTION_PIPELINED:
        arguments->assign.pipelined = number(state, "pipelined", text, 64);
        return 0;
    case OPTION_RESIDENT:
        arguments->assign.resident = number(state, "resident", text, 65536);
        return 0;
    default:
        return cli_some_paths(key, text, state, "a GRAPH, PROGRAM, RUN.vrrd or LOG.vrrl",
                              &arguments->paths);
    }
}

static const struct argp_child children[] = {{&answer_argp, 0, NULL, 0},
                                             {&machine_argp, 0, NULL, 0},
                                             {&names_argp, 0, NULL, 0},
                                             {&findings_hidden_argp, 0, NULL, 0},
                                             {0}};
static const struct argp argp = {
    .options = options,
    .parser = parse,
    .children = children,
    .args_doc = "GRAPH|PROGRAM|RUN.vrrd|LOG.vrrl ...",
    .doc =
        "Checks a task graph for races and deadlocks, exactly and without running it; or the slots "
        "of a program file or of a recorded run."
        "\vGRAPH is AutoMegaKernel IR 0.2, as JSON or JSON compressed by zstd. Without --assign "
        "the workers are those that the tasks name; where they name none, a pool.\n\n"
        "Exit: 0 safe, 1 racy, unwritten or fails by order, 2 usage or unreadable input, 3 "
        "deadlock, 125 not "
        "known. "
        "See vrrl-check(1) and docs/task-graphs.md.",
};

/* ---- Interrupted: what is known by then ------------------------------------------------------- */

/* `epoch` is where it is known to be so, or VRRL_NO_INDEX; the findings are taken over. */
static void tell(const struct arguments *arguments, vrrl_check_verdict verdict, uint32_t epoch,
                 const char *doing, vrrl_findings *findings)
{
    char *line = NULL, where[32] = "";
    json_t *result = json_pack(
        "{s:b, s:s, s:o, s:s}", "interrupted", true, "known", vrrl_check_verdict_name(verdict),
        "epoch", epoch == VRRL_NO_INDEX ? json_null() : json_integer(epoch), "doing", doing);
    if (epoch != VRRL_NO_INDEX)
        snprintf(where, sizeof where, " in epoch %u", epoch);
    if (asprintf(&line, "INTERRUPTED  %s: %s%s; %s\n", cli_printable(arguments->path),
                 vrrl_answer_title(vrrl_answer_of_check(verdict)), where, doing) < 0)
        line = NULL;
    answer_if_interrupted(vrrl_answer_of_check(verdict), arguments->worst, line ? line : "", result,
                          findings);
    free(line);
}

/* NULL: there are none, or memory lacks. */
static vrrl_findings *findings_of(const vrrl_judgement *known)
{
    vrrl_findings *findings;
    vrrl_error ignored;
    if (vrrl_findings_create(&findings, &ignored) != VRRL_OK)
        return NULL;
    if (known->graph)
        vrrl_findings_add_graph(findings, known->graph, known->graph_check, &ignored);
    else
        vrrl_findings_add_check(findings, known->program, known->program_check, &ignored);
    return findings;
}

/* What the static check of a program's epochs has proved, while the rest goes on. */
static void tell_static_check(const struct arguments *arguments, const vrrl_judgement *judgement)
{
    const vrrl_program_check *check = judgement->program_check;
    uint32_t epoch = VRRL_NO_INDEX;
    vrrl_check_verdict known = VRRL_CHECK_NOT_KNOWN;
    for (uint32_t i = 0; i < check->count && known == VRRL_CHECK_NOT_KNOWN; i++) {
        const vrrl_epoch_check *item = &check->items[i];
        if (!item->result->exact || item->result->verdict == VRRL_CHECK_SAFE)
            continue;
        known = item->result->verdict;
        epoch = item->first_epoch;
    }
    tell(arguments, known, epoch, "executions were being searched",
         known == VRRL_CHECK_NOT_KNOWN ? NULL : findings_of(judgement));
}

/* Once the verdict stands, its witnesses and repairs are being looked for. */
static void tell_stage(void *context, vrrl_judge_stage stage, const vrrl_judgement *known)
{
    const struct arguments *arguments = context;
    if (stage == VRRL_JUDGE_CHECKED)
        tell_static_check(arguments, known);
    else
        tell(arguments, known->verdict, VRRL_NO_INDEX, "its report was being made",
             findings_of(known));
}

/* ---- Output ----------------------------------------------------------------------------------- */

static vrrl_code write_judgement(const vrrl_judgement *judgement, vrrl_error *err)
{
    FILE *out = answer_begin();
    if (answer_is_json())
        return vrrl_judgement_write_json(judgement, out, err);
    if (judgement->graph)
        program_input_warn(judgement->graph_check->lint);
    vrrl_judgement_write_text(judgement, out);
    return VRRL_OK;
}

/* Of several inputs each gets a line. */
static vrrl_code report(const struct arguments *arguments, vrrl_judgement *judgement, int *code,
                        vrrl_error *err)
{
    vrrl_code failed = VRRL_OK;
    if (arguments->brief) {
        printf("%s: %s\n", cli_printable(arguments->path),
               vrrl_answer_title(vrrl_answer_of_check(judgement->verdict)));
    } else {
        interrupt_kills();
        failed = write_judgement(judgement, err);
    }
    if (failed != VRRL_OK)
        return failed;
    answer_findings(judgement->findings);
    judgement->findings = NULL;
    *code = answer_end(vrrl_answer_of_check(judgement->verdict));
    return VRRL_OK;
}

/* ---- Checks ---------------------------------------------------------------------------------- */

static vrrl_judge_options options_of(struct arguments *arguments, const char *command)
{
    return (vrrl_judge_options){.size = sizeof(vrrl_judge_options),
                                .command = command,
                                .assign = &arguments->assign,
                                .states = arguments->states,
                                .milliseconds = clock_left_ms(arguments->until_ns),
                                .as_run = arguments->as_run,
                                .advise = arguments->advise,
                                .verdict_only = arguments->brief,
                                .stage = tell_stage,
                                .stage_context = arguments};
}

/* A path on a command line, with what makes it that program, but for the step; the caller frees it. */
static char *command_of(const struct arguments *arguments, vrrl_error *err)
{
    struct program_input input = {
        .path = arguments->path, .machine = arguments->machine, .assign = arguments->assign};
    input.machine.import.first_step = 0;
    char *command = program_source_words(&input);
    if (!command)
        error_no_memory(err, 0);
    return command;
}

static vrrl_code load_graph(const struct arguments *arguments, vrrl_input *input,
                            vrrl_graph **graph, vrrl_error *err)
{
    const vrrl_assign_options *assign = &arguments->assign;
    bool assigned = assign->assign || assign->resident || assign->pipelined;
    if (names_given())
        return error_set(err, VRRL_INVALID, "Fix: leave it out; it has names of its own.",
                         "--names is for logs and recordings, %s is %s", vrrl_input_name(input),
                         vrrl_input_kind_name(vrrl_input_kind_of(input)));
    if (arguments->machine.options.description && assigned)
        return error_set(err, VRRL_INVALID, "Fix: leave them out; `roles` and `in flight` say it.",
                         "--assign, --resident and --pipelined are for task graphs; the queues of "
                         "%s are its own",
                         vrrl_input_name(input));
    if (arguments->machine.options.description)
        vrrl_input_set_machine(input, &arguments->machine.options);
    vrrl_input_set_import(input, &arguments->machine.import);
    return vrrl_input_graph(input, graph, err);
}

static vrrl_code judge_graph(struct arguments *arguments, vrrl_input *input, int *code,
                             vrrl_error *err)
{
    vrrl_judgement *judgement = NULL;
    vrrl_graph *graph;
    vrrl_code failed = load_graph(arguments, input, &graph, err);
    if (failed != VRRL_OK)
        return failed;
    char *command = command_of(arguments, err);
    vrrl_judge_options how = options_of(arguments, command);
    how.first_step = arguments->machine.import.first_step;
    how.steps = arguments->steps;
    how.input = input;
    failed = command ? vrrl_judge_graph(graph, &how, &judgement, err) : VRRL_NO_MEMORY;
    free(command);
    if (failed == VRRL_OK)
        failed = report(arguments, judgement, code, err);
    vrrl_judgement_free(judgement);
    vrrl_graph_free(graph);
    return failed;
}

static vrrl_code judge_program(struct arguments *arguments, vrrl_input *input, int *code,
                               vrrl_error *err)
{
    const struct program_input from = {.path = arguments->path, .assign = arguments->assign};
    struct program_source source;
    vrrl_judgement *judgement = NULL;
    vrrl_code failed = program_source_load(&from, input, &source, err);
    if (failed != VRRL_OK)
        return failed;
    char *command = command_of(arguments, err);
    if (!command)
        return VRRL_NO_MEMORY;
    const vrrl_judge_options how = options_of(arguments, command);
    const vrrl_recording *recording = vrrl_input_recording(input);
    failed = recording ? vrrl_judge_recording(recording, &how, &judgement, err)
                       : vrrl_judge_program(source.program, &how, &judgement, err);
    free(command);
    if (failed == VRRL_OK)
        failed = report(arguments, judgement, code, err);
    vrrl_judgement_free(judgement);
    return failed;
}

static vrrl_code check_path(struct arguments *arguments, int *code, vrrl_error *err)
{
    vrrl_input *input;
    vrrl_code failed =
        vrrl_input_open(arguments->path,
                        program_input_takes(&arguments->machine, VRRL_INPUTS_PROGRAM), &input, err);
    if (failed != VRRL_OK)
        return failed;
    vrrl_input_kind kind = vrrl_input_kind_of(input);
    bool of_graph = (VRRL_INPUTS_GRAPH | VRRL_INPUTS_TENSOR) >> kind & 1;
    if (arguments->as_run && !(VRRL_INPUTS_RECORDED >> kind & 1))
        failed = error_set(err, VRRL_INVALID, "Fix: leave it out, or name a recording.",
                           "--as-run is for recorded runs, %s is %s", vrrl_input_name(input),
                           vrrl_input_kind_name(kind));
    else if (arguments->advise && !of_graph)
        failed = error_set(err, VRRL_INVALID, "Fix: leave it out, or name a task graph.",
                           "--advise is for task graphs, %s is %s", vrrl_input_name(input),
                           vrrl_input_kind_name(kind));
    else if (of_graph)
        failed = judge_graph(arguments, input, code, err);
    else
        failed = judge_program(arguments, input, code, err);
    vrrl_input_close(input);
    return failed;
}

/* Each within the time that is given, of its own. */
static int check_next(struct arguments *arguments, const char *path)
{
    vrrl_error error = {0};
    int code = CLI_OK;
    arguments->path = path;
    answer_about(path);
    arguments->until_ns = clock_until(arguments->milliseconds);
    tell(arguments, VRRL_CHECK_NOT_KNOWN, VRRL_NO_INDEX, "its static check was under way", NULL);
    if (check_path(arguments, &code, &error) == VRRL_OK)
        return code;
    return arguments->brief ? program_source_fail_briefly("check", path, &error)
                            : program_source_fail("check", &error);
}

static int run(int argc, char **argv)
{
    struct arguments arguments = {.assign.size = sizeof arguments.assign};
    cli_parse(&argp, argc, argv, &arguments);
    arguments.brief = arguments.paths.count > 1 && !answer_is_json();
    for (size_t i = 0; i < arguments.paths.count; i++)
        arguments.worst =
            cli_worse(arguments.worst, check_next(&arguments, arguments.paths.list[i]));
    free(arguments.paths.list);
    return arguments.worst;
}

const struct cli_command cmd_check = {
    .name = "check",
    .arguments = "GRAPH|PROGRAM|RUN.vrrd|LOG.vrrl ... [--assign rr:N|FILE] [--as-run] [--json]",
    .summary = "find races and deadlocks, exactly: of a task graph, a program, a recording",
    .run = run,
};
