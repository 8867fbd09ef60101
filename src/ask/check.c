/* What `vrrl check` says. */
#include "ask/reply.h"
#include "ask/topic.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/options.h"
#include "vrrl/analysis/judge.h"

#include <stdlib.h>
#include <string.h>

static vrrl_judge_options options_of(const vrrl_topic *s, const vrrl_ask_check_options *how,
                                     const char *command, uint64_t until_ns)
{
    return (vrrl_judge_options){.size = sizeof(vrrl_judge_options),
                                .command = command,
                                .assign = s->options.assign,
                                .states = how->states,
                                .milliseconds = clock_left_ms(until_ns),
                                .as_run = how->as_run};
}

/* The judgement's findings become the reply's. */
static vrrl_code say(vrrl_judgement *judgement, vrrl_reply *reply, vrrl_error *err)
{
    vrrl_findings *before = reply->findings;
    reply->verdict = vrrl_answer_of_check(judgement->verdict);
    reply->findings = judgement->findings;
    judgement->findings = before;
    vrrl_judgement_write_text(judgement, reply->text.out);
    return vrrl_judgement_write_json(judgement, reply->result.out, err);
}

/* ---- Task graphs ----------------------------------------------------------------------------- */

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

/* Which step of a graph is at hand. */
struct step {
    uint32_t first, at;
    bool alike; /* each later one is as this one */
    bool last;  /* of those that are looked at */
};

/* The words that name the topic as it is in its step; the caller frees them. */
static char *command_of(const vrrl_topic *s, vrrl_error *err)
{
    char *command, step[32] = "";
    if (s->step > 0)
        snprintf(step, sizeof step, " --from-step %u", s->step);
    if (asprintf(&command, "%s%s", s->command, step) >= 0)
        return command;
    error_no_memory(err, 0);
    return NULL;
}

/* Where a step is safe, and not the last, nothing is said. */
static vrrl_code check_step(const vrrl_topic *s, const vrrl_ask_check_options *how,
                            const struct step *step, uint64_t until_ns, bool *safe,
                            vrrl_reply *reply, vrrl_error *err)
{
    vrrl_judgement *judgement;
    char *command = command_of(s, err);
    if (!command)
        return VRRL_NO_MEMORY;
    const vrrl_judge_options options = options_of(s, how, command, until_ns);
    vrrl_code code = vrrl_judge_graph(s->graph, &options, &judgement, err);
    free(command);
    if (code != VRRL_OK)
        return code;
    vrrl_check_result *result = judgement->graph_check;
    result->step = step->at;
    result->steps = step->at > step->first || !step->alike ? step->at - step->first + 1 : 0;
    result->steps_alike = step->alike;
    *safe = judgement->verdict == VRRL_CHECK_SAFE;
    if (!*safe || step->last)
        code = add_lines(s, judgement->findings, err);
    if (code == VRRL_OK && (!*safe || step->last))
        code = say(judgement, reply, err);
    vrrl_judgement_free(judgement);
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
            code = check_step(s, options, &step, until_ns, &safe, reply, err);
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

static vrrl_code check_program(vrrl_topic *s, const vrrl_ask_check_options *how, vrrl_reply *reply,
                               vrrl_error *err)
{
    const vrrl_judge_options options =
        options_of(s, how, s->command, clock_until(how->milliseconds));
    const vrrl_recording *recording = topic_recording(s);
    const vrrl_program *program;
    vrrl_judgement *judgement;
    vrrl_code code = vrrl_topic_program(s, &program, err);
    if (code != VRRL_OK)
        return code;
    code = recording ? vrrl_judge_recording(recording, &options, &judgement, err)
                     : vrrl_judge_program(program, &options, &judgement, err);
    if (code == VRRL_OK)
        code = say(judgement, reply, err);
    vrrl_judgement_free(judgement);
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
