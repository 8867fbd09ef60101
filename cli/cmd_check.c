/* vrrl check: races and deadlocks of a task graph, a program file or a recorded run. */
#include "answer.h"
#include "cli.h"
#include "findings.h"
#include "interrupt.h"
#include "log_options.h"
#include "names_option.h"
#include "program_source.h"
#include "search_options.h"
#include "vrrl/analysis/check.h"
#include "vrrl/analysis/explore.h"
#include "vrrl/analysis/schedule.h"
#include "vrrl/analysis/verdict.h"
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
    OPTION_WORKERS,
    OPTION_SCHEDULERS
};

struct arguments {
    struct cli_paths paths;
    struct machine_input machine;
    const char *path; /* the one at hand */
    bool brief;       /* of several, each gets a line */
    vrrl_assign_options assign;
    vrrl_check_options options;
    vrrl_check_search_options search;
    bool as_run;
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
        arguments->search.states = cli_option_number(state, "states", text, 1, UINT64_MAX);
        return 0;
    case OPTION_TIME:
        arguments->options.milliseconds = parse_seconds(state, text);
        return 0;
    case OPTION_STEPS:
        arguments->steps = number(state, "steps", text, 1 << 20);
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

static const char *verdict_words(vrrl_check_verdict verdict)
{
    static const char *const words[] = {[VRRL_CHECK_SAFE] = "SAFE",
                                        [VRRL_CHECK_NOT_KNOWN] = "NOT KNOWN",
                                        [VRRL_CHECK_RACY] = "RACE",
                                        [VRRL_CHECK_UNWRITTEN] = "UNWRITTEN",
                                        [VRRL_CHECK_ORDER_DEPENDS] = "ORDER DEPENDS",
                                        [VRRL_CHECK_FAILS] = "FAILS",
                                        [VRRL_CHECK_DEADLOCK] = "DEADLOCK"};
    return words[verdict];
}

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
                 verdict_words(verdict), where, doing) < 0)
        line = NULL;
    answer_if_interrupted(vrrl_answer_of_check(verdict), arguments->worst, line ? line : "", result,
                          findings);
    free(line);
}

/* What the static check of a program's epochs has proved, while the rest goes on. */
static void tell_static_check(const struct arguments *arguments, const vrrl_program *program,
                              const vrrl_program_check *check)
{
    vrrl_error ignored;
    vrrl_findings *findings = NULL;
    uint32_t epoch = VRRL_NO_INDEX;
    vrrl_check_verdict known = VRRL_CHECK_NOT_KNOWN;
    for (uint32_t i = 0; i < check->count && known == VRRL_CHECK_NOT_KNOWN; i++) {
        const vrrl_epoch_check *item = &check->items[i];
        if (!item->result->exact || item->result->verdict == VRRL_CHECK_SAFE)
            continue;
        known = item->result->verdict;
        epoch = item->first_epoch;
    }
    if (known != VRRL_CHECK_NOT_KNOWN && vrrl_findings_create(&findings, &ignored) == VRRL_OK)
        vrrl_findings_add_check(findings, program, check, &ignored);
    tell(arguments, known, epoch, "executions were being searched", findings);
}

/* The verdict stands; its witnesses and repairs are being looked for. */
static void tell_verdict(const struct arguments *arguments, vrrl_check_verdict verdict,
                         vrrl_findings *findings)
{
    tell(arguments, verdict, VRRL_NO_INDEX, "its report was being made", findings);
}

/* ---- Witnesses ------------------------------------------------------------------------------- */

/* The command that runs a program by a schedule, with what makes it that program. */
static char *replay_command(const struct arguments *arguments, const char *schedule)
{
    const struct program_input input = {
        .path = arguments->path, .machine = arguments->machine, .assign = arguments->assign};
    char *target = program_source_words(&input), *command = NULL;
    if (!target || asprintf(&command, "vrrl replay %s --schedule %s", target, schedule) < 0)
        command = NULL;
    free(target);
    return command;
}

static char *replay_of(const struct arguments *arguments, const char *schedule)
{
    return schedule ? replay_command(arguments, schedule) : NULL;
}

/* A schedule that shows a deadlock, which any does; and those of the pairs that race. */
static void add_witness(const struct arguments *arguments, const vrrl_program *program,
                        vrrl_check_result *result)
{
    vrrl_run_outcome outcome;
    vrrl_error ignored;
    char *schedule = NULL;
    for (uint32_t i = 0; i < result->race_count; i++)
        result->races[i].replay = replay_of(arguments, result->races[i].schedule);
    if (result->stuck_count == 0)
        return;
    vrrl_code code =
        vrrl_schedule_witness(program, VRRL_NO_INDEX, VRRL_NO_INDEX,
                              clock_left_ms(arguments->until_ns), &schedule, &outcome, &ignored);
    if (code == VRRL_OK)
        result->replay = replay_of(arguments, schedule);
    free(schedule);
}

/* The commands that make again what the search of all executions has shown. */
static void add_shown(const struct arguments *arguments, vrrl_program_check *check)
{
    vrrl_all_check *all = check->all;
    if (!all)
        return;
    for (uint32_t i = 0; i < all->race_count; i++)
        all->races[i].replay = replay_of(arguments, all->races[i].schedule);
    all->deadlock.replay = replay_of(arguments, all->deadlock.schedule);
    all->differs.replay = replay_of(arguments, all->differs.schedule);
    all->breaks.replay = replay_of(arguments, all->breaks.schedule);
    all->agrees_replay = replay_of(arguments, all->agrees);
}

/* A graph that cannot be lowered has no schedule; the check stands all the same. Runs have no dispatch: what only its
 * queues show, none can. */
static void add_graph_witness(const struct arguments *arguments, const vrrl_graph *graph,
                              vrrl_check_result *result)
{
    const vrrl_lower_options lower = {.size = sizeof lower, .assign = &arguments->assign};
    vrrl_program *program = NULL;
    vrrl_error ignored;
    if (result->verdict == VRRL_CHECK_SAFE || result->dispatch.kind == VRRL_CHECK_DISPATCH_STUCK ||
        vrrl_graph_lower(graph, &lower, &program, &ignored) != VRRL_OK)
        return;
    add_witness(arguments, program, result);
    vrrl_program_free(program);
}

/* Any schedule shows an expectation that the reference's run breaks, where all executions break it. */
static void add_broken(const struct arguments *arguments, const vrrl_program *program,
                       vrrl_program_check *check)
{
    vrrl_run_outcome outcome;
    vrrl_error ignored;
    if (check->breaks_always &&
        vrrl_schedule_witness(program, VRRL_NO_INDEX, VRRL_NO_INDEX,
                              clock_left_ms(arguments->until_ns), &check->breaks.schedule, &outcome,
                              &ignored) == VRRL_OK)
        check->breaks.replay = replay_of(arguments, check->breaks.schedule);
}

static void add_program_witnesses(const struct arguments *arguments, const vrrl_program *program,
                                  vrrl_program_check *check)
{
    add_broken(arguments, program, check);
    for (uint32_t i = 0; i < check->count; i++)
        add_witness(arguments, program, check->items[i].result);
}

/* As many runs of repairs as there are by default. */
static vrrl_try_options tries = {.size = sizeof tries};

/* ---- Output ----------------------------------------------------------------------------------- */

/* Of several inputs each gets a line. */
static void write_brief(const struct arguments *arguments, vrrl_check_verdict verdict)
{
    printf("%s: %s\n", cli_printable(arguments->path), verdict_words(verdict));
}

/* ---- Checks ---------------------------------------------------------------------------------- */

/* What is shown, tried and printed of a graph that was checked. */
static vrrl_code report_graph(const struct arguments *arguments, const vrrl_graph *graph,
                              vrrl_check_result *result, vrrl_error *err)
{
    vrrl_code failed = vrrl_check_show(result, graph, &arguments->assign, err);
    if (failed != VRRL_OK)
        return failed;
    add_graph_witness(arguments, graph, result);
    tries.assign = &arguments->assign;
    failed = vrrl_check_try(result, graph, &tries, err);
    if (failed != VRRL_OK)
        return failed;
    interrupt_kills();
    if (answer_is_json())
        return vrrl_check_write_json(graph, result, answer_begin(), err);
    program_input_warn(result->lint);
    vrrl_check_write_text(graph, result, stdout);
    return VRRL_OK;
}

/* Where the tasks stand that findings are about. */
static vrrl_code add_lines(const vrrl_input *input, const vrrl_graph *graph,
                           vrrl_findings *findings, vrrl_error *err)
{
    uint32_t *lines, count;
    if (findings->count == 0)
        return VRRL_OK;
    vrrl_code failed = vrrl_input_task_lines(input, &lines, &count, err);
    for (uint32_t i = 0; failed == VRRL_OK && i < findings->count; i++) {
        vrrl_finding *finding = &findings->list[i];
        uint32_t task = vrrl_graph_find_task(graph, finding->task);
        if (count == graph->task_count && task < count)
            finding->line = lines[graph->tasks[task].place];
    }
    if (failed == VRRL_OK)
        free(lines);
    return failed;
}

static vrrl_code end_graph(const vrrl_input *input, const vrrl_graph *graph,
                           const vrrl_check_result *result, int *code, vrrl_error *err)
{
    vrrl_findings *findings;
    vrrl_code failed = vrrl_findings_create(&findings, err);
    if (failed == VRRL_OK)
        failed = vrrl_findings_add_graph(findings, graph, result, err);
    if (failed == VRRL_OK)
        failed = add_lines(input, graph, findings, err);
    answer_findings(findings);
    if (failed == VRRL_OK)
        *code = answer_end(vrrl_answer_of_check(result->verdict));
    return failed;
}

/* Which step of a graph is at hand. */
struct step {
    const vrrl_input *input; /* of the graph */
    uint32_t at, first;
    bool alike; /* each later one is as this one */
    bool last;  /* of those that are looked at */
};

/* Where a step is safe, and not the last, nothing is printed. */
static vrrl_code check_step(const struct arguments *arguments, const vrrl_graph *graph,
                            const struct step *step, int *code, bool *safe, vrrl_error *err)
{
    vrrl_check_options how = arguments->options;
    vrrl_check_result *result;
    how.assign = &arguments->assign;
    how.milliseconds = clock_left_ms(arguments->until_ns);
    vrrl_code failed = vrrl_check(graph, &how, &result, err);
    if (failed != VRRL_OK)
        return failed;
    result->step = step->at;
    result->steps = step->at > step->first || !step->alike ? step->at - step->first + 1 : 0;
    result->steps_alike = step->alike;
    *safe = result->verdict == VRRL_CHECK_SAFE;
    if (!*safe || step->last) {
        vrrl_findings *findings;
        failed = vrrl_findings_create(&findings, err);
        if (failed == VRRL_OK)
            failed = vrrl_findings_add_graph(findings, graph, result, err);
        tell_verdict(arguments, result->verdict, findings);
        if (arguments->brief)
            write_brief(arguments, result->verdict);
        else if (failed == VRRL_OK)
            failed = report_graph(arguments, graph, result, err);
        if (failed == VRRL_OK)
            failed = end_graph(step->input, graph, result, code, err);
    }
    vrrl_check_result_free(result);
    return failed;
}

/* Up to the first step that is not safe. `graph` becomes what it is then. */
static vrrl_code check_steps(const struct arguments *given, const vrrl_input *input,
                             vrrl_graph *graph, int *code, vrrl_error *err)
{
    struct arguments arguments = *given; /* the commands that it prints name the step */
    uint32_t *at = &arguments.machine.import.first_step;
    struct step step = {.input = input, .first = *at};
    bool safe = true;
    for (;; ++*at) {
        vrrl_code failed = vrrl_graph_steps_alike(graph, &step.alike, err);
        step.at = *at;
        step.last = step.alike || *at - step.first + 1 >= (given->steps ? given->steps : 2);
        if (failed == VRRL_OK)
            failed = check_step(&arguments, graph, &step, code, &safe, err);
        if (failed == VRRL_OK && safe && !step.last)
            failed = vrrl_graph_next_step(graph, err);
        if (failed != VRRL_OK || !safe || step.last)
            return failed;
    }
}

static vrrl_code check_graph(const struct arguments *arguments, vrrl_input *input, int *code,
                             vrrl_error *err)
{
    vrrl_graph *graph;
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
    vrrl_code failed = vrrl_input_graph(input, &graph, err);
    if (failed != VRRL_OK)
        return failed;
    failed = check_steps(arguments, input, graph, code, err);
    vrrl_graph_free(graph);
    return failed;
}

/* Where one run does not tell, many may. */
static void write_hint(const struct arguments *arguments)
{
    const struct program_input input = {.path = arguments->path};
    char *target = program_source_words(&input);
    if (target)
        printf("NOT KNOWN  whether it can go wrong. Fix: vrrl explore %s\n", target);
    free(target);
}

static vrrl_code end_program(const vrrl_program *program, const vrrl_program_check *check,
                             int *code, vrrl_error *err)
{
    vrrl_findings *findings;
    vrrl_code failed = vrrl_findings_create(&findings, err);
    if (failed == VRRL_OK)
        failed = vrrl_findings_add_check(findings, program, check, err);
    answer_findings(findings);
    if (failed == VRRL_OK)
        *code = answer_end(vrrl_answer_of_check(check->verdict));
    return failed;
}

static vrrl_code write_program(const struct arguments *arguments, const vrrl_program *program,
                               const vrrl_program_check *check, int *code, vrrl_error *err)
{
    FILE *out = answer_begin();
    if (answer_is_json()) {
        vrrl_code failed = vrrl_program_check_write_json(check, out, err);
        if (failed != VRRL_OK)
            return failed;
    } else {
        vrrl_program_check_write_text(check, out);
        if (check->verdict == VRRL_CHECK_NOT_KNOWN)
            write_hint(arguments);
    }
    return end_program(program, check, code, err);
}

/* `recording` is NULL of a program. */
static vrrl_code report(const struct arguments *arguments, const vrrl_program *program,
                        const vrrl_recording *recording, vrrl_program_check *check, int *code,
                        vrrl_error *err)
{
    vrrl_findings *findings = NULL;
    tell_static_check(arguments, program, check);
    vrrl_code failed = vrrl_program_check_watch(check, program, recording, err);
    if (failed != VRRL_OK)
        return failed;
    failed = arguments->as_run ? vrrl_program_check_join(check, program, err)
                               : vrrl_program_check_search(check, program, &arguments->search, err);
    if (failed == VRRL_OK && !arguments->as_run)
        failed = vrrl_program_check_show(check, program, err);
    if (failed == VRRL_OK)
        failed = vrrl_findings_create(&findings, err);
    if (failed == VRRL_OK)
        failed = vrrl_findings_add_check(findings, program, check, err);
    if (failed != VRRL_OK)
        return failed;
    tell_verdict(arguments, check->verdict, findings);
    if (arguments->brief) {
        write_brief(arguments, check->verdict);
        return end_program(program, check, code, err);
    }
    if (check->run && check->run->schedule)
        check->run->replay = replay_command(arguments, check->run->schedule);
    if (!arguments->as_run) {
        add_shown(arguments, check);
        add_program_witnesses(arguments, program, check);
        failed = vrrl_program_check_try(check, program, &tries, err);
        if (failed != VRRL_OK)
            return failed;
    }
    interrupt_kills();
    return write_program(arguments, program, check, code, err);
}

static vrrl_code check_program(const struct arguments *arguments, vrrl_input *input, int *code,
                               vrrl_error *err)
{
    const struct program_input from = {.path = arguments->path, .assign = arguments->assign};
    const vrrl_program_check_options how = {.size = sizeof how,
                                            .milliseconds = clock_left_ms(arguments->until_ns),
                                            .as_run = arguments->as_run};
    struct program_source source;
    vrrl_program_check *check;
    vrrl_code failed = program_source_load(&from, input, &source, err);
    if (failed != VRRL_OK)
        return failed;
    const vrrl_recording *recording = vrrl_input_recording(input);
    failed = recording ? vrrl_check_recording(recording, &how, &check, err)
                       : vrrl_check_program(source.program, &how, &check, err);
    if (failed != VRRL_OK)
        return failed;
    failed = report(arguments, source.program, recording, check, code, err);
    vrrl_program_check_free(check);
    return failed;
}

static vrrl_code check_path(const struct arguments *arguments, int *code, vrrl_error *err)
{
    vrrl_input *input;
    vrrl_code failed =
        vrrl_input_open(arguments->path,
                        program_input_takes(&arguments->machine, VRRL_INPUTS_PROGRAM), &input, err);
    if (failed != VRRL_OK)
        return failed;
    vrrl_input_kind kind = vrrl_input_kind_of(input);
    if (arguments->as_run && !(VRRL_INPUTS_RECORDED >> kind & 1))
        failed = error_set(err, VRRL_INVALID, "Fix: leave it out, or name a recording.",
                           "--as-run is for recorded runs, %s is %s", vrrl_input_name(input),
                           vrrl_input_kind_name(kind));
    else if ((VRRL_INPUTS_GRAPH | VRRL_INPUTS_TENSOR) >> kind & 1)
        failed = check_graph(arguments, input, code, err);
    else
        failed = check_program(arguments, input, code, err);
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
    arguments->until_ns = clock_until(arguments->options.milliseconds);
    tell(arguments, VRRL_CHECK_NOT_KNOWN, VRRL_NO_INDEX, "its static check was under way", NULL);
    if (check_path(arguments, &code, &error) == VRRL_OK)
        return code;
    return arguments->brief ? program_source_fail_briefly("check", path, &error)
                            : program_source_fail("check", &error);
}

static int run(int argc, char **argv)
{
    struct arguments arguments = {.assign.size = sizeof arguments.assign,
                                  .options.size = sizeof arguments.options,
                                  .search.size = sizeof arguments.search};
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
