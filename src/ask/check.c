/* What `vrrl check` says. */
#include "ask/reply.h"
#include "ask/topic.h"

#include "base/error.h"
#include "base/options.h"
#include "vrrl/analysis/judge.h"

static vrrl_judge_options options_of(const vrrl_topic *s, const vrrl_ask_check_options *how)
{
    return (vrrl_judge_options){.size = sizeof(vrrl_judge_options),
                                .command = s->command,
                                .assign = s->options.assign,
                                .states = how->states,
                                .milliseconds = how->milliseconds,
                                .as_run = how->as_run,
                                .advise = how->advise,
                                .first_step = s->options.import ? s->options.import->first_step : 0,
                                .steps = how->steps,
                                .input = s->input};
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

static vrrl_code judge_program(vrrl_topic *s, const vrrl_judge_options *options,
                               vrrl_judgement **judgement, vrrl_error *err)
{
    const vrrl_recording *recording = topic_recording(s);
    const vrrl_program *program;
    vrrl_code code = vrrl_topic_program(s, &program, err);
    if (code != VRRL_OK)
        return code;
    return recording ? vrrl_judge_recording(recording, options, judgement, err)
                     : vrrl_judge_program(program, options, judgement, err);
}

static vrrl_code check(vrrl_topic *s, const vrrl_ask_check_options *how, vrrl_reply *reply,
                       vrrl_error *err)
{
    const vrrl_judge_options options = options_of(s, how);
    vrrl_judgement *judgement = NULL;
    vrrl_code code = s->graph ? vrrl_judge_graph(s->graph, &options, &judgement, err)
                              : judge_program(s, &options, &judgement, err);
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
        code = check(topic, &how, *reply, err);
    return reply_end(code, "check", (const char *const *)&topic->name, 1, reply, err);
}
