/* What `vrrl check` says. */
#include "ask/reply.h"
#include "ask/topic.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/options.h"
#include "vrrl/analysis/report.h"
#include "vrrl/analysis/schedule.h"
#include "vrrl/analysis/verdict.h"

#include <stdlib.h>
#include <string.h>

/* ---- Schedules that show it ------------------------------------------------------------------ */

/* Of a deadlock, which any schedule shows; and of the pairs that race. */
static void add_witness(const vrrl_topic *s, const vrrl_program *program, uint64_t until_ns,
                        vrrl_check_result *result)
{
    vrrl_run_outcome outcome;
    vrrl_error ignored;
    char *schedule = NULL;
    for (uint32_t i = 0; i < result->race_count; i++)
        result->races[i].replay = topic_replay(s, result->races[i].schedule);
    if (result->stuck_count == 0)
        return;
    if (vrrl_schedule_witness(program, VRRL_NO_INDEX, VRRL_NO_INDEX, clock_left_ms(until_ns),
                              &schedule, &outcome, &ignored) == VRRL_OK)
        result->replay = topic_replay(s, schedule);
    free(schedule);
}

static void add_shown(const vrrl_topic *s, vrrl_all_check *all)
{
    if (!all)
        return;
    for (uint32_t i = 0; i < all->race_count; i++)
        all->races[i].replay = topic_replay(s, all->races[i].schedule);
    all->deadlock.replay = topic_replay(s, all->deadlock.schedule);
    all->differs.replay = topic_replay(s, all->differs.schedule);
    all->breaks.replay = topic_replay(s, all->breaks.schedule);
    all->agrees_replay = topic_replay(s, all->agrees);
}

/* Any schedule shows an expectation that all executions break. */
static void add_broken(const vrrl_topic *s, const vrrl_program *program, uint64_t until_ns,
                       vrrl_program_check *check)
{
    vrrl_run_outcome outcome;
    vrrl_error ignored;
    if (check->breaks_always &&
        vrrl_schedule_witness(program, VRRL_NO_INDEX, VRRL_NO_INDEX, clock_left_ms(until_ns),
                              &check->breaks.schedule, &outcome, &ignored) == VRRL_OK)
        check->breaks.replay = topic_replay(s, check->breaks.schedule);
}

/* ---- Task graphs ----------------------------------------------------------------------------- */

/* A graph that cannot be lowered has no schedule; the check stands all the same. Runs have no dispatch: what only its
 * queues show, none can. */
static void add_graph_witness(const vrrl_topic *s, uint64_t until_ns, vrrl_check_result *result)
{
    const vrrl_lower_options lower = {.size = sizeof lower, .assign = s->options.assign};
    vrrl_program *program = NULL;
    vrrl_error ignored;
    if (result->verdict == VRRL_CHECK_SAFE || result->dispatch.kind == VRRL_CHECK_DISPATCH_STUCK ||
        vrrl_graph_lower(s->graph, &lower, &program, &ignored) != VRRL_OK)
        return;
    add_witness(s, program, until_ns, result);
    vrrl_program_free(program);
}

/* Where the tasks stand that findings are about: of a file that is JSON. */
static vrrl_code add_lines(const vrrl_topic *s, vrrl_findings *findings, vrrl_error *err)
{
    uint32_t *lines, count;
    if (!s->input || findings->count == 0)
        return VRRL_OK;
    vrrl_code code = vrrl_input_task_lines(s->input, &lines, &count, err);
    for (uint32_t i = 0; code == VRRL_OK && i < findings->count; i++) {
        vrrl_finding *finding = &findings->list[i];
        uint32_t task = vrrl_graph_find_task(s->graph, finding->task);
        if (count == s->graph->task_count && task < count)
            finding->line = lines[s->graph->tasks[task].place];
    }
    if (code == VRRL_OK)
        free(lines);
    return code;
}

static vrrl_code report_graph(const vrrl_topic *s, uint64_t until_ns, vrrl_check_result *result,
                              vrrl_reply *reply, vrrl_error *err)
{
    const vrrl_try_options tries = {.size = sizeof tries, .assign = s->options.assign};
    vrrl_code code = vrrl_check_show(result, s->graph, tries.assign, err);
    if (code != VRRL_OK)
        return code;
    add_graph_witness(s, until_ns, result);
    code = vrrl_check_try(result, s->graph, &tries, err);
    if (code != VRRL_OK)
        return code;
    reply->verdict = vrrl_answer_of_check(result->verdict);
    vrrl_check_write_text(s->graph, result, reply->text.out);
    code = vrrl_check_write_json(s->graph, result, reply->result.out, err);
    if (code == VRRL_OK)
        code = vrrl_findings_add_graph(reply->findings, s->graph, result, err);
    return code == VRRL_OK ? add_lines(s, reply->findings, err) : code;
}

/* Which step of a graph is at hand. */
struct step {
    uint32_t first, at;
    bool alike; /* each later one is as this one */
    bool last;  /* of those that are looked at */
};

/* Where a step is safe, and not the last, nothing is said. */
static vrrl_code check_step(const vrrl_topic *s, const struct step *step, uint64_t until_ns,
                            bool *safe, vrrl_reply *reply, vrrl_error *err)
{
    const vrrl_check_options how = {
        .size = sizeof how, .assign = s->options.assign, .milliseconds = clock_left_ms(until_ns)};
    vrrl_check_result *result;
    vrrl_code code = vrrl_check(s->graph, &how, &result, err);
    if (code != VRRL_OK)
        return code;
    result->step = step->at;
    result->steps = step->at > step->first || !step->alike ? step->at - step->first + 1 : 0;
    result->steps_alike = step->alike;
    *safe = result->verdict == VRRL_CHECK_SAFE;
    if (!*safe || step->last)
        code = report_graph(s, until_ns, result, reply, err);
    vrrl_check_result_free(result);
    return code;
}

/* Up to the first step that is not safe. The graph becomes what it is then. */
static vrrl_code check_steps(vrrl_topic *s, const vrrl_ask_check_options *options,
                             vrrl_reply *reply, vrrl_error *err)
{
    const uint32_t most = options->steps ? options->steps : 2;
    const uint64_t until_ns = clock_until(options->milliseconds);
    struct step step = {.first = s->step};
    bool safe = true;
    for (;; s->step++) {
        vrrl_code code = vrrl_graph_steps_alike(s->graph, &step.alike, err);
        step.at = s->step;
        step.last = step.alike || step.at - step.first + 1 >= most;
        if (code == VRRL_OK)
            code = check_step(s, &step, until_ns, &safe, reply, err);
        if (code == VRRL_OK && safe && !step.last)
            code = vrrl_graph_next_step(s->graph, err);
        if (code != VRRL_OK || !safe || step.last)
            return code;
    }
}

/* A step raises counters and waits: they are put back, since the topic may be asked about again. */
static vrrl_code check_graph(vrrl_topic *s, const vrrl_ask_check_options *how, vrrl_reply *reply,
                             vrrl_error *err)
{
    const uint32_t first = s->step;
    const size_t counters = s->graph->counter_count * sizeof *s->graph->counters;
    const size_t waits = s->graph->wait_count * sizeof *s->graph->waits;
    char *kept = malloc(counters + waits + 1);
    if (!kept)
        return error_no_memory(err, counters + waits);
    if (counters > 0)
        memcpy(kept, s->graph->counters, counters);
    if (waits > 0)
        memcpy(kept + counters, s->graph->waits, waits);
    vrrl_code code = check_steps(s, how, reply, err);
    if (counters > 0)
        memcpy(s->graph->counters, kept, counters);
    if (waits > 0)
        memcpy(s->graph->waits, kept + counters, waits);
    free(kept);
    s->step = first;
    return code;
}

/* ---- Programs, recordings, logs -------------------------------------------------------------- */

static vrrl_code write_check(const vrrl_topic *s, const vrrl_program *program,
                             const vrrl_program_check *check, vrrl_reply *reply, vrrl_error *err)
{
    reply->verdict = vrrl_answer_of_check(check->verdict);
    vrrl_program_check_write_text(check, reply->text.out);
    if (check->verdict == VRRL_CHECK_NOT_KNOWN)
        fprintf(reply->text.out, "NOT KNOWN  whether it can go wrong. Fix: vrrl explore %s\n",
                s->command);
    vrrl_code code = vrrl_program_check_write_json(check, reply->result.out, err);
    return code == VRRL_OK ? vrrl_findings_add_check(reply->findings, program, check, err) : code;
}

/* What runs add to a check that is not of one run alone. */
static vrrl_code add_runs(const vrrl_topic *s, const vrrl_program *program, uint64_t states,
                          uint64_t until_ns, vrrl_program_check *check, vrrl_error *err)
{
    const vrrl_check_search_options search = {.size = sizeof search, .states = states};
    vrrl_code code = vrrl_program_check_search(check, program, &search, err);
    if (code == VRRL_OK)
        code = vrrl_program_check_show(check, program, err);
    if (code != VRRL_OK)
        return code;
    add_shown(s, check->all);
    add_broken(s, program, until_ns, check);
    for (uint32_t i = 0; i < check->count; i++)
        add_witness(s, program, until_ns, check->items[i].result);
    return vrrl_program_check_try(check, program, NULL, err);
}

static vrrl_code check_program(vrrl_topic *s, const vrrl_ask_check_options *how, vrrl_reply *reply,
                               vrrl_error *err)
{
    const uint64_t until_ns = clock_until(how->milliseconds);
    const vrrl_recording *recording = topic_recording(s);
    const vrrl_program *program;
    vrrl_program_check *check;
    vrrl_code code = vrrl_topic_program(s, &program, err);
    if (code != VRRL_OK)
        return code;
    const vrrl_program_check_options options = {
        .size = sizeof options, .milliseconds = how->milliseconds, .as_run = how->as_run};
    code = recording ? vrrl_check_recording(recording, &options, &check, err)
                     : vrrl_check_program(program, &options, &check, err);
    if (code != VRRL_OK)
        return code;
    code = vrrl_program_check_watch(check, program, recording, err);
    if (code == VRRL_OK)
        code = how->as_run ? vrrl_program_check_join(check, program, err)
                           : add_runs(s, program, how->states, until_ns, check, err);
    if (code == VRRL_OK && check->run)
        check->run->replay = topic_replay(s, check->run->schedule);
    if (code == VRRL_OK)
        code = write_check(s, program, check, reply, err);
    vrrl_program_check_free(check);
    return code;
}

vrrl_code vrrl_ask_check(vrrl_topic *topic, const vrrl_ask_check_options *options,
                         vrrl_reply **reply, vrrl_error *err)
{
    vrrl_ask_check_options how;
    *reply = NULL;
    vrrl_code code = OPTIONS_READ(vrrl_ask_check_options, &how, options, err);
    if (code == VRRL_OK && how.as_run && !topic_recording(topic))
        code = error_set(err, VRRL_INVALID, "Fix: leave it out, or name a recording.",
                         "as_run is for recorded runs, and %s is none", topic->name);
    if (code == VRRL_OK)
        code = reply_begin(reply, err);
    if (code == VRRL_OK)
        code = topic->graph ? check_graph(topic, &how, *reply, err)
                            : check_program(topic, &how, *reply, err);
    return reply_end(code, "check", (const char *const *)&topic->name, 1, reply, err);
}
