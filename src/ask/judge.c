/* What `vrrl check` does: each layer in its turn, then schedules that show the verdict, and repairs. */
#include "vrrl/analysis/judge.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/options.h"
#include "base/result.h"
#include "vrrl/analysis/schedule.h"

#include <stdlib.h>
#include <string.h>

/* One that is made. */
struct judge {
    vrrl_judge_options options;
    const vrrl_recording *recording; /* NULL: of a program, or of a graph */
    vrrl_judgement *out;
};

/* ---- Schedules that show it ------------------------------------------------------------------ */

/* "vrrl replay COMMAND --schedule STRING"; the caller frees it. NULL where there is no string, no command, or no
 * memory. */
static char *replay_of(const struct judge *j, const char *schedule)
{
    char *command = NULL;
    if (!schedule || !j->out->command ||
        asprintf(&command, "vrrl replay %s --schedule %s", j->out->command, schedule) < 0)
        return NULL;
    return command;
}

/* A schedule that any deadlock, and any expectation that all executions break, is shown by. NULL: none is known. */
static char *any_schedule(const vrrl_program *program, uint64_t until_ns)
{
    vrrl_run_outcome outcome;
    vrrl_error ignored;
    char *schedule = NULL;
    if (vrrl_schedule_witness(program, VRRL_NO_INDEX, VRRL_NO_INDEX, clock_left_ms(until_ns),
                              &schedule, &outcome, &ignored) != VRRL_OK)
        return NULL;
    return schedule;
}

/* Of a deadlock, and of the pairs that race. */
static void add_witness(const struct judge *j, const vrrl_program *program, uint64_t until_ns,
                        vrrl_check_result *result)
{
    for (uint32_t i = 0; i < result->race_count; i++)
        result->races[i].replay = replay_of(j, result->races[i].schedule);
    if (result->stuck_count == 0)
        return;
    result->string = any_schedule(program, until_ns);
    result->replay = replay_of(j, result->string);
}

static void add_shown(const struct judge *j, vrrl_all_check *all)
{
    if (!all)
        return;
    for (uint32_t i = 0; i < all->race_count; i++)
        all->races[i].replay = replay_of(j, all->races[i].schedule);
    all->deadlock.replay = replay_of(j, all->deadlock.schedule);
    all->differs.replay = replay_of(j, all->differs.schedule);
    all->breaks.replay = replay_of(j, all->breaks.schedule);
    all->agrees_replay = replay_of(j, all->agrees);
}

static void add_program_witnesses(const struct judge *j, const vrrl_program *program,
                                  vrrl_program_check *check)
{
    add_shown(j, check->all);
    if (check->breaks_always) {
        check->breaks.schedule = any_schedule(program, check->until_ns);
        check->breaks.replay = replay_of(j, check->breaks.schedule);
    }
    for (uint32_t i = 0; i < check->count; i++)
        add_witness(j, program, check->until_ns, check->items[i].result);
}

/* A graph that cannot be lowered has no schedule; the check stands all the same. Runs have no dispatch: what only its
 * queues show, none can. */
static void add_graph_witness(const struct judge *j, vrrl_check_result *result)
{
    const vrrl_lower_options lower = {.size = sizeof lower, .assign = j->options.assign};
    vrrl_program *program = NULL;
    vrrl_error ignored;
    if (result->verdict == VRRL_CHECK_SAFE || result->dispatch.kind == VRRL_CHECK_DISPATCH_STUCK ||
        vrrl_graph_lower(j->out->graph, &lower, &program, &ignored) != VRRL_OK)
        return;
    add_witness(j, program, result->until_ns, result);
    vrrl_program_free(program);
}

/* ---- Stages ---------------------------------------------------------------------------------- */

/* The findings of what is known so far, in place of those before. */
static vrrl_code find(const struct judge *j, vrrl_error *err)
{
    vrrl_judgement *out = j->out;
    out->verdict = out->graph ? out->graph_check->verdict : out->program_check->verdict;
    vrrl_findings_free(out->findings);
    vrrl_code code = vrrl_findings_create(&out->findings, err);
    if (code != VRRL_OK)
        return code;
    return out->graph
               ? vrrl_findings_add_graph(out->findings, out->graph, out->graph_check, err)
               : vrrl_findings_add_check(out->findings, out->program, out->program_check, err);
}

static vrrl_code tell(const struct judge *j, vrrl_judge_stage stage, vrrl_error *err)
{
    vrrl_code code = find(j, err);
    if (code == VRRL_OK && j->options.stage)
        j->options.stage(j->options.stage_context, stage, j->out);
    return code;
}

static vrrl_try_options tries_of(const struct judge *j)
{
    return (vrrl_try_options){
        .size = sizeof(vrrl_try_options), .assign = j->options.assign, .keep = j->options.keep};
}

/* How to see it, and what helps. */
static vrrl_code add_graph_repairs(const struct judge *j, vrrl_error *err)
{
    const vrrl_try_options tries = tries_of(j);
    vrrl_judgement *out = j->out;
    vrrl_code code = vrrl_check_show(out->graph_check, out->graph, j->options.assign, err);
    if (code != VRRL_OK)
        return code;
    add_graph_witness(j, out->graph_check);
    code = vrrl_check_try(out->graph_check, out->graph, &tries, err);
    return code == VRRL_OK ? find(j, err) : code;
}

/* Where the tasks stand that findings are about: of a file that is JSON. */
static vrrl_code add_lines(const struct judge *j, vrrl_error *err)
{
    const vrrl_graph *graph = j->out->graph;
    const vrrl_findings *findings = j->out->findings;
    uint32_t *lines, count;
    if (!j->options.input || findings->count == 0)
        return VRRL_OK;
    vrrl_code code = vrrl_input_task_lines(j->options.input, &lines, &count, err);
    for (uint32_t i = 0; code == VRRL_OK && i < findings->count; i++) {
        vrrl_finding *finding = &findings->list[i];
        uint32_t task = vrrl_graph_find_task(graph, finding->task);
        if (count == graph->task_count && task < count)
            finding->line = lines[graph->tasks[task].place];
    }
    if (code == VRRL_OK)
        free(lines);
    return code;
}

/* ---- Steps of a graph ------------------------------------------------------------------------ */

/* What is judged becomes a graph of the judgement's own: counters and waits are copied, all else is the caller's. */
static vrrl_code own_graph(vrrl_judgement *out, vrrl_error *err)
{
    const vrrl_graph *graph = out->graph;
    const size_t counters = graph->counter_count * sizeof *graph->counters;
    const size_t waits = graph->wait_count * sizeof *graph->waits;
    vrrl_graph *own = malloc(sizeof *own + counters + waits);
    if (!own)
        return error_no_memory(err, sizeof *own + counters + waits);
    *own = *graph;
    own->counters = (vrrl_graph_counter *)(own + 1);
    own->waits = (vrrl_graph_wait *)(own->counters + graph->counter_count);
    if (counters > 0)
        memcpy(own->counters, graph->counters, counters);
    if (waits > 0)
        memcpy(own->waits, graph->waits, waits);
    out->own_graph = own;
    out->graph = own;
    return VRRL_OK;
}

static vrrl_code next_step(vrrl_judgement *out, vrrl_error *err)
{
    vrrl_code code = out->own_graph ? VRRL_OK : own_graph(out, err);
    return code == VRRL_OK ? vrrl_graph_next_step(out->own_graph, err) : code;
}

/* Up to the first step that is not safe, within the time that all of them have. */
static vrrl_code check_steps(const struct judge *j, vrrl_error *err)
{
    const uint64_t until_ns = clock_until(j->options.milliseconds);
    const uint32_t most = j->options.steps ? j->options.steps : 2;
    vrrl_judgement *out = j->out;
    bool alike = false;
    for (uint32_t count = 1;; count++) {
        const vrrl_check_options how = {.size = sizeof how,
                                        .assign = j->options.assign,
                                        .milliseconds = clock_left_ms(until_ns)};
        vrrl_check_result_free(out->graph_check);
        out->graph_check = NULL;
        vrrl_code code = vrrl_graph_steps_alike(out->graph, &alike, err);
        if (code == VRRL_OK)
            code = vrrl_check(out->graph, &how, &out->graph_check, err);
        if (code != VRRL_OK)
            return code;
        vrrl_check_result *result = out->graph_check;
        result->step = j->options.first_step + count - 1;
        result->steps = count > 1 || !alike ? count : 0;
        result->steps_alike = alike;
        if (result->verdict != VRRL_CHECK_SAFE || alike || count >= most)
            return VRRL_OK;
        code = next_step(out, err);
        if (code != VRRL_OK)
            return code;
    }
}

/* The command names the step that the graph is in. */
static vrrl_code name_step(vrrl_judgement *out, vrrl_error *err)
{
    char *command = NULL;
    if (!out->command || out->graph_check->step == 0)
        return VRRL_OK;
    if (asprintf(&command, "%s --from-step %u", out->command, out->graph_check->step) < 0)
        return error_no_memory(err, strlen(out->command));
    free(out->command);
    out->command = command;
    return VRRL_OK;
}

static vrrl_code judge_graph(const struct judge *j, vrrl_error *err)
{
    vrrl_code code = check_steps(j, err);
    if (code == VRRL_OK)
        code = name_step(j->out, err);
    if (code == VRRL_OK)
        code = tell(j, VRRL_JUDGE_DECIDED, err);
    if (code == VRRL_OK && !j->options.verdict_only)
        code = add_graph_repairs(j, err);
    if (code == VRRL_OK && j->options.advise)
        code = vrrl_check_advise(j->out->graph_check, j->out->graph, j->options.assign, err);
    return code == VRRL_OK ? add_lines(j, err) : code;
}

/* ---- Programs and recordings ----------------------------------------------------------------- */

/* What runs tell beside the static check. */
static vrrl_code add_runs(const struct judge *j, vrrl_error *err)
{
    const vrrl_check_search_options search = {.size = sizeof search, .states = j->options.states};
    const vrrl_program *program = j->out->program;
    vrrl_program_check *check = j->out->program_check;
    vrrl_code code = vrrl_program_check_watch(check, program, j->recording, err);
    if (code != VRRL_OK)
        return code;
    if (check->as_run)
        return vrrl_program_check_join(check, program, err);
    code = vrrl_program_check_search(check, program, &search, err);
    return code == VRRL_OK ? vrrl_program_check_show(check, program, err) : code;
}

/* How to see it, and what helps. */
static vrrl_code add_repairs(const struct judge *j, vrrl_error *err)
{
    const vrrl_try_options tries = tries_of(j);
    const vrrl_program *program = j->out->program;
    vrrl_program_check *check = j->out->program_check;
    if (check->run)
        check->run->replay = replay_of(j, check->run->schedule);
    if (check->as_run)
        return VRRL_OK;
    add_program_witnesses(j, program, check);
    return vrrl_program_check_try(check, program, &tries, err);
}

static vrrl_code judge_program(const struct judge *j, vrrl_error *err)
{
    const vrrl_program_check_options how = {
        .size = sizeof how, .milliseconds = j->options.milliseconds, .as_run = j->options.as_run};
    vrrl_program_check **check = &j->out->program_check;
    vrrl_code code = j->recording ? vrrl_check_recording(j->recording, &how, check, err)
                                  : vrrl_check_program(j->out->program, &how, check, err);
    if (code == VRRL_OK)
        code = tell(j, VRRL_JUDGE_CHECKED, err);
    if (code == VRRL_OK)
        code = add_runs(j, err);
    if (code == VRRL_OK)
        code = tell(j, VRRL_JUDGE_DECIDED, err);
    if (code != VRRL_OK || j->options.verdict_only)
        return code;
    code = add_repairs(j, err);
    return code == VRRL_OK ? find(j, err) : code;
}

/* ---- From outside ---------------------------------------------------------------------------- */

static vrrl_code judge(const vrrl_graph *graph, const vrrl_program *program,
                       const vrrl_recording *recording, const vrrl_judge_options *options,
                       vrrl_judgement **judgement, vrrl_error *err)
{
    struct judge j = {.recording = recording};
    *judgement = NULL;
    vrrl_code code = OPTIONS_READ(vrrl_judge_options, &j.options, options, err);
    if (code == VRRL_OK && j.options.as_run && !recording)
        code = error_set(err, VRRL_INVALID, "Fix: leave it out, or judge a recording.",
                         "`as_run` is for recorded runs");
    if (code == VRRL_OK && j.options.advise && !graph)
        code = error_set(err, VRRL_INVALID, "Fix: leave it out, or judge a task graph.",
                         "`advise` is for task graphs");
    if (code != VRRL_OK)
        return code;
    j.out = result_create(sizeof *j.out, err);
    if (!j.out)
        return VRRL_NO_MEMORY;
    j.out->graph = graph;
    j.out->program = program;
    if (j.options.command && !(j.out->command = strdup(j.options.command)))
        code = error_no_memory(err, strlen(j.options.command));
    if (code == VRRL_OK)
        code = graph ? judge_graph(&j, err) : judge_program(&j, err);
    if (code == VRRL_OK)
        *judgement = j.out;
    else
        vrrl_judgement_free(j.out);
    return code;
}

vrrl_code vrrl_judge_graph(const vrrl_graph *graph, const vrrl_judge_options *options,
                           vrrl_judgement **judgement, vrrl_error *err)
{
    return judge(graph, NULL, NULL, options, judgement, err);
}

vrrl_code vrrl_judge_program(const vrrl_program *program, const vrrl_judge_options *options,
                             vrrl_judgement **judgement, vrrl_error *err)
{
    return judge(NULL, program, NULL, options, judgement, err);
}

vrrl_code vrrl_judge_recording(const vrrl_recording *recording, const vrrl_judge_options *options,
                               vrrl_judgement **judgement, vrrl_error *err)
{
    return judge(NULL, vrrl_recording_program(recording), recording, options, judgement, err);
}

void vrrl_judgement_free(vrrl_judgement *judgement)
{
    if (!judgement)
        return;
    vrrl_check_result_free(judgement->graph_check);
    vrrl_program_check_free(judgement->program_check);
    vrrl_findings_free(judgement->findings);
    free(judgement->own_graph);
    free(judgement->command);
    free(judgement);
}
