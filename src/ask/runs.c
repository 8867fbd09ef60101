/* What `vrrl record`, `replay` and `diff` say. */
#include "ask/reply.h"
#include "ask/topic.h"

#include "base/error.h"
#include "base/options.h"
#include "vrrl/analysis/report.h"
#include "vrrl/analysis/schedule.h"
#include "vrrl/run/replay.h"

#include <string.h>

enum { WORDS_MAX = 192 };

static const vrrl_driver *driver_of(const vrrl_run_options *how)
{
    return how->driver ? how->driver : vrrl_driver_at(0);
}

/* How a run is made by these options, in words. */
static void put_words(const vrrl_run_options *how, char words[WORDS_MAX])
{
    vrrl_report_run_words(driver_of(how)->name, how->workers ? how->workers : 1, how->claim,
                          seed_of_option(how->seed), words, WORDS_MAX);
}

/* ---- Record ---------------------------------------------------------------------------------- */

/* The recording has everything that the wait-for graph needs. */
static vrrl_code say_stuck(const char *path, vrrl_reply *reply, vrrl_error *err)
{
    vrrl_recording *recording;
    vrrl_stuck *stuck;
    uint32_t epoch;
    vrrl_verdict verdict;
    vrrl_code code = vrrl_recording_open(path, &recording, err);
    if (code != VRRL_OK)
        return code;
    code = vrrl_recording_stuck(recording, &epoch, &verdict, &stuck, err);
    if (code == VRRL_OK) {
        vrrl_report_stuck(vrrl_recording_program(recording), epoch, verdict, stuck,
                          reply->text.out);
        vrrl_stuck_free(stuck);
    }
    vrrl_recording_close(recording);
    return code;
}

vrrl_code vrrl_ask_record(vrrl_topic *topic, const char *path, const vrrl_run_options *options,
                          const vrrl_record_options *limits, vrrl_reply **reply, vrrl_error *err)
{
    char words[WORDS_MAX];
    vrrl_run_options how;
    vrrl_record_summary summary;
    const vrrl_program *program;
    *reply = NULL;
    vrrl_code code = OPTIONS_READ(vrrl_run_options, &how, options, err);
    if (code == VRRL_OK)
        code = vrrl_topic_program(topic, &program, err);
    if (code == VRRL_OK)
        code = reply_begin(reply, err);
    if (code == VRRL_OK)
        code = vrrl_record_program(program, path, &how, limits, &summary, err);
    if (code == VRRL_OK) {
        const vrrl_report_side side = {.name = path, .detail = words};
        put_words(&how, words);
        (*reply)->verdict = vrrl_answer_of_record(&summary);
        vrrl_report_record(program, &summary, &side,
                           how.interrupt && *how.interrupt ? "interrupted" : "the time was over",
                           (*reply)->text.out);
        vrrl_report_record_json(&summary, path, (*reply)->result.out);
        if (summary.verdict != VRRL_VERDICT_COMPLETE)
            code = say_stuck(path, *reply, err);
    }
    return reply_end(code, "record", (const char *const *)&topic->name, 1, reply, err);
}

/* ---- Replay ---------------------------------------------------------------------------------- */

static vrrl_code replay_recording(const vrrl_topic *s, const vrrl_run_options *how,
                                  vrrl_reply *reply, vrrl_error *err)
{
    const vrrl_recording *recording = topic_recording(s);
    const vrrl_program *program = vrrl_recording_program(recording);
    char words[2][WORDS_MAX], name[WORDS_MAX];
    vrrl_diff_result *result;
    vrrl_report_recording_words(vrrl_recording_info_of(recording), words[0], WORDS_MAX);
    put_words(how, words[1]);
    vrrl_report_replay_words(program, driver_of(how)->name, name, sizeof name);
    vrrl_code code = vrrl_replay(recording, how, &result, err);
    if (code != VRRL_OK)
        return code;
    const vrrl_report_side a = {"recording", s->name, words[0], "recorded"};
    const vrrl_report_side b = {"replay", name, words[1], "replayed"};
    reply->verdict = vrrl_answer_of_diff(result);
    vrrl_report_diff(program, result, &a, &b, reply->text.out);
    vrrl_report_diff_json(program, result, &a, &b, reply->result.out);
    code = vrrl_findings_add_diff(reply->findings, program, result, err);
    vrrl_diff_result_free(result);
    return code;
}

static vrrl_code replay_log(const vrrl_topic *s, const vrrl_run_options *how, vrrl_reply *reply,
                            vrrl_error *err)
{
    const vrrl_bare_log *log = topic_bare_log(s);
    const char *image = s->options.bare ? s->options.bare->image : NULL;
    char words[WORDS_MAX];
    vrrl_bare_result *result;
    put_words(how, words);
    vrrl_code code = vrrl_bare_log_replay(log, how, &result, err);
    if (code != VRRL_OK)
        return code;
    const vrrl_report_side a = {"log", s->name, image ? image : "zeroed", "recorded"};
    const vrrl_report_side b = {"replay", "re-executed", words, "replayed"};
    vrrl_outcome outcome = vrrl_report_bare_outcome(log, result);
    reply->verdict = vrrl_answer_of_outcome(outcome, result->verdict);
    vrrl_report_bare(log, result, &a, &b, reply->text.out);
    vrrl_report_bare_json(log, result, &a, &b, reply->result.out);
    if (outcome != VRRL_OUTCOME_UNTOLD)
        code = vrrl_findings_add_bare(reply->findings, log, result, err);
    vrrl_bare_result_free(result);
    return code;
}

static vrrl_code replay_schedule(vrrl_topic *s, const char *schedule, vrrl_reply *reply,
                                 vrrl_error *err)
{
    const vrrl_program *program;
    vrrl_schedule_result *result;
    vrrl_code code = vrrl_topic_program(s, &program, err);
    if (code == VRRL_OK)
        code = vrrl_schedule_replay(program, schedule, &result, err);
    if (code != VRRL_OK)
        return code;
    reply->verdict = vrrl_answer_of_schedule(result->outcome.kind);
    vrrl_report_schedule(program, result, reply->text.out);
    vrrl_report_schedule_json(program, result, reply->result.out);
    code = vrrl_findings_add_schedule(reply->findings, program, result, err);
    vrrl_schedule_result_free(result);
    return code;
}

vrrl_code vrrl_ask_replay(vrrl_topic *topic, const vrrl_run_options *options, vrrl_reply **reply,
                          vrrl_error *err)
{
    vrrl_run_options how;
    *reply = NULL;
    vrrl_code code = OPTIONS_READ(vrrl_run_options, &how, options, err);
    if (code == VRRL_OK && !how.schedule && !topic_recording(topic) && !topic_bare_log(topic))
        code = error_set(err, VRRL_INVALID,
                         "Fix: give the schedule string to run it by, or record it first.",
                         "%s is neither a recording nor a log", topic->name);
    if (code == VRRL_OK)
        code = reply_begin(reply, err);
    if (code == VRRL_OK && how.schedule)
        code = replay_schedule(topic, how.schedule, *reply, err);
    else if (code == VRRL_OK && topic_recording(topic))
        code = replay_recording(topic, &how, *reply, err);
    else if (code == VRRL_OK)
        code = replay_log(topic, &how, *reply, err);
    return reply_end(code, "replay", (const char *const *)&topic->name, 1, reply, err);
}

/* ---- Diff ------------------------------------------------------------------------------------ */

static vrrl_code compare(const vrrl_topic *topics[2], vrrl_reply *reply, vrrl_error *err)
{
    static const char *const roles[] = {"A", "B"};
    const vrrl_recording *recordings[2];
    char words[2][WORDS_MAX];
    vrrl_report_side sides[2];
    vrrl_diff_result *result;
    for (int i = 0; i < 2; i++) {
        recordings[i] = topic_recording(topics[i]);
        if (!recordings[i])
            return error_set(err, VRRL_INVALID, "Fix: name two recordings.", "%s is no recording",
                             topics[i]->name);
        vrrl_report_recording_words(vrrl_recording_info_of(recordings[i]), words[i], WORDS_MAX);
        sides[i] = (vrrl_report_side){roles[i], topics[i]->name, words[i], roles[i]};
    }
    const vrrl_program *program = vrrl_recording_program(recordings[0]);
    vrrl_code code = vrrl_diff_recordings(recordings[0], recordings[1], &result, err);
    if (code != VRRL_OK)
        return code;
    reply->verdict = vrrl_answer_of_diff(result);
    vrrl_report_diff(program, result, &sides[0], &sides[1], reply->text.out);
    vrrl_report_diff_json(program, result, &sides[0], &sides[1], reply->result.out);
    code = vrrl_findings_add_diff(reply->findings, program, result, err);
    vrrl_diff_result_free(result);
    return code;
}

vrrl_code vrrl_ask_diff(vrrl_topic *a, vrrl_topic *b, vrrl_reply **reply, vrrl_error *err)
{
    const vrrl_topic *topics[] = {a, b};
    const char *names[] = {a->name, b->name};
    vrrl_code code = reply_begin(reply, err);
    if (code == VRRL_OK)
        code = compare(topics, *reply, err);
    return reply_end(code, "diff", names, 2, reply, err);
}
