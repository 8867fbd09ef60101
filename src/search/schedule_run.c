/* The run that a schedule string stands for. */
#include "search/schedule.h"

#include "base/error.h"

static uint32_t claims_of(const void *context, uint32_t lane, uint32_t *slots)
{
    return subject_claims(context, lane, slots);
}

static vrrl_code run_drawn(const schedule *s, subject *on, vrrl_run_outcome *outcome,
                           vrrl_error *err)
{
    strategy *made = strategy_create();
    if (!made)
        return error_no_memory(err, 0);
    strategy_setup setup = s->strategy;
    setup.claims = claims_of;
    setup.claims_context = on;
    strategy_start(made, &setup);
    const chooser with = strategy_chooser(made);
    vrrl_code code = subject_run(on, &with, outcome, err);
    if (!code && strategy_exhausted(made))
        code = error_no_memory(err, 0);
    strategy_destroy(made);
    return code;
}

vrrl_code schedule_run(const schedule *s, subject *on, vrrl_run_outcome *outcome, vrrl_error *err)
{
    if (s->drawn)
        return run_drawn(s, on, outcome, err);
    schedule_player player = {0};
    const chooser with = schedule_play(&player, s->deviations, s->count);
    vrrl_code code = subject_run(on, &with, outcome, err);
    if (!code && player.failed)
        code = error_no_memory(err, 0);
    schedule_player_free(&player);
    return code;
}

static vrrl_code replay(const vrrl_program *program, const schedule *s,
                        vrrl_schedule_result *result, vrrl_error *err)
{
    subject *on;
    vrrl_code code = subject_create(program, &s->subject, &on, err);
    if (code)
        return code;
    result->reference = *subject_reference(on);
    code = schedule_run(s, on, &result->outcome, err);
    if (!code)
        subject_take_diff(on, &result->diff);
    subject_destroy(on);
    return code;
}

vrrl_code vrrl_schedule_replay(const vrrl_program *program, const char *text,
                               vrrl_schedule_result *result, vrrl_error *err)
{
    schedule s;
    *result = (vrrl_schedule_result){.diff = {.slot = VRRL_NO_INDEX}};
    vrrl_code code = schedule_read(program, text, &s, err);
    if (code)
        return code;
    result->grain = s.subject.grain;
    result->model = s.subject.model;
    result->workers = s.subject.workers;
    result->drawn = s.drawn;
    result->choices = s.count;
    code = replay(program, &s, result, err);
    schedule_free(&s);
    return code;
}

void vrrl_schedule_result_free(vrrl_schedule_result *result)
{
    vrrl_diff_result_free(&result->diff);
}

vrrl_code vrrl_schedule_run(const vrrl_program *program, const char *text,
                            vrrl_run_outcome *outcome, vrrl_error *err)
{
    vrrl_schedule_result result;
    vrrl_code code = vrrl_schedule_replay(program, text, &result, err);
    if (!code)
        *outcome = result.outcome;
    vrrl_schedule_result_free(&result);
    return code;
}
