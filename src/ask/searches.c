/* What `vrrl explore`, `explain` and `shrink` say. */
#include "ask/reply.h"
#include "ask/topic.h"

#include "vrrl/analysis/report.h"
#include "vrrl/run/program_file.h"

static vrrl_code end_search(vrrl_code code, const vrrl_topic *s, const char *command,
                            vrrl_reply **reply, vrrl_error *err)
{
    return reply_end(code, command, (const char *const *)&s->name, 1, reply, err);
}

/* The program, and a reply to write into. */
static vrrl_code begin_search(vrrl_topic *s, const vrrl_program **program, vrrl_reply **reply,
                              vrrl_error *err)
{
    *reply = NULL;
    vrrl_code code = vrrl_topic_program(s, program, err);
    return code == VRRL_OK ? reply_begin(reply, err) : code;
}

vrrl_code vrrl_ask_explore(vrrl_topic *topic, const vrrl_explore_options *options,
                           vrrl_reply **reply, vrrl_error *err)
{
    const vrrl_program *program;
    vrrl_explore_result *result;
    vrrl_code code = begin_search(topic, &program, reply, err);
    if (code == VRRL_OK)
        code = vrrl_explore(program, options, &result, err);
    if (code == VRRL_OK) {
        result->lint = topic->lint;
        (*reply)->verdict = vrrl_answer_of_explore(result);
        vrrl_report_explore(program, result, topic->command, (*reply)->text.out);
        vrrl_report_explore_json(program, result, topic->command, (*reply)->result.out);
        code = vrrl_findings_add_explore((*reply)->findings, program, result, err);
        vrrl_explore_result_free(result);
    }
    return end_search(code, topic, "explore", reply, err);
}

/* ---- One failure ----------------------------------------------------------------------------- */

/* Nothing fails, as far as was run: there is nothing to do, which is no error. */
static void say_nothing(const vrrl_topic *topic, const vrrl_program *program, const char *what,
                        const vrrl_error *err, vrrl_reply *reply)
{
    reply->verdict = vrrl_answer_of_nothing(err, topic->lint);
    vrrl_report_nothing(program, err, what, reply->text.out);
    vrrl_report_nothing_json(program, err, reply->result.out);
}

static vrrl_code say_explained(const vrrl_topic *s, const vrrl_program *program,
                               const vrrl_explain_result *result, vrrl_reply *reply,
                               vrrl_error *err)
{
    reply->verdict = vrrl_answer_of_defect(result->outcome.kind);
    vrrl_report_explain(program, result, s->command, false, reply->text.out);
    vrrl_report_explain_json(program, result, s->command, reply->result.out);
    vrrl_code code = reply_open(&reply->picture, err);
    if (code != VRRL_OK)
        return code;
    vrrl_report_explain_svg(result, reply->picture.out);
    return vrrl_findings_add_explain(reply->findings, program, result, err);
}

vrrl_code vrrl_ask_explain(vrrl_topic *topic, const vrrl_explain_options *options,
                           vrrl_reply **reply, vrrl_error *err)
{
    const vrrl_program *program;
    vrrl_explain_result *result;
    vrrl_error own;
    vrrl_code code = begin_search(topic, &program, reply, err);
    if (code != VRRL_OK)
        return code;
    code = vrrl_explain(program, options, &result, &own);
    if (code == VRRL_OK) {
        code = say_explained(topic, program, result, *reply, &own);
        vrrl_explain_result_free(result);
    } else if (code == VRRL_NOT_FOUND) {
        say_nothing(topic, program, "EXPLAIN", &own, *reply);
        code = VRRL_OK;
    }
    if (code != VRRL_OK && err)
        *err = own;
    return end_search(code, topic, "explain", reply, err);
}

static vrrl_code say_shrunk(const vrrl_program *program, const vrrl_shrink_result *result,
                            vrrl_reply *reply, vrrl_error *err)
{
    const vrrl_report_shrunk nothing = {.of = program};
    reply->verdict = vrrl_answer_of_defect(result->outcome.kind);
    vrrl_report_shrink(result, &nothing, reply->text.out);
    vrrl_report_shrink_json(result, &nothing, reply->result.out);
    vrrl_code code = reply_open(&reply->program, err);
    if (code == VRRL_OK)
        code = vrrl_program_write(result->program, reply->program.out, err);
    return code;
}

vrrl_code vrrl_ask_shrink(vrrl_topic *topic, const vrrl_shrink_options *options, vrrl_reply **reply,
                          vrrl_error *err)
{
    const vrrl_program *program;
    vrrl_shrink_result *result;
    vrrl_error own;
    vrrl_code code = begin_search(topic, &program, reply, err);
    if (code != VRRL_OK)
        return code;
    code = vrrl_shrink(program, options, &result, &own);
    if (code == VRRL_OK) {
        code = say_shrunk(program, result, *reply, &own);
        vrrl_shrink_result_free(result);
    } else if (code == VRRL_NOT_FOUND) {
        say_nothing(topic, program, "SHRINK", &own, *reply);
        code = VRRL_OK;
    }
    if (code != VRRL_OK && err)
        *err = own;
    return end_search(code, topic, "shrink", reply, err);
}
