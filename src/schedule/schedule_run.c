/* The run that a schedule string stands for. */
#include "vrrl/analysis/schedule.h"

#include "schedule/schedule_run.h"

#include "base/error.h"
#include "base/result.h"
#include "schedule/schedule_races.h"
#include "schedule/schedule_string.h"

#include <stdlib.h>

vrrl_code schedule_make(struct schedule_maker *maker, const struct schedule *s,
                        struct chooser_claims claims, struct chooser *by, vrrl_error *err)
{
    if (!s->drawn) {
        *by = decision_play(&maker->player, s->deviations.list, s->deviations.count, NULL);
        return VRRL_OK;
    }
    struct strategy_setup setup = s->strategy;
    setup.claims = claims;
    maker->drawn = strategy_create();
    if (!maker->drawn)
        return error_no_memory(err, 0);
    strategy_start(maker->drawn, &setup);
    *by = strategy_chooser(maker->drawn);
    return VRRL_OK;
}

vrrl_code schedule_made(const struct schedule_maker *maker, vrrl_error *err)
{
    bool failed = maker->drawn ? strategy_exhausted(maker->drawn) : maker->player.exhausted;
    return failed ? error_no_memory(err, 0) : VRRL_OK;
}

void schedule_maker_free(struct schedule_maker *maker)
{
    decision_player_free(&maker->player);
    strategy_destroy(maker->drawn);
}

vrrl_code schedule_run(const struct schedule *s, struct run_target *on, vrrl_run_outcome *outcome,
                       vrrl_error *err)
{
    struct schedule_maker maker = {0};
    struct chooser by;
    vrrl_code code = schedule_make(&maker, s, run_target_claims_of(on), &by, err);
    if (!code)
        code = run_target_run(on, &by, outcome, err);
    if (!code)
        code = schedule_made(&maker, err);
    schedule_maker_free(&maker);
    return code;
}

vrrl_code schedule_replay(const vrrl_program *program, const struct schedule *s,
                          vrrl_schedule_result **result, vrrl_error *err)
{
    vrrl_schedule_result *made = *result = result_create(sizeof *made, err);
    struct run_target *on = NULL;
    if (!made)
        return VRRL_NO_MEMORY;
    made->setup = s->target.setup;
    made->drawn = s->drawn;
    made->choices = s->deviations.count;
    vrrl_code code = run_target_create(program, &s->target, &on, err);
    if (!code) {
        made->reference = *run_target_reference(on);
        code = schedule_run(s, on, &made->outcome, err);
    }
    if (!code)
        code = run_target_take_diff(on, &made->diff, err);
    run_target_destroy(on);
    if (!code)
        code = schedule_races(program, s, made, err);
    if (code) {
        vrrl_schedule_result_free(made);
        *result = NULL;
    }
    return code;
}

vrrl_code vrrl_schedule_replay(const vrrl_program *program, const char *text,
                               vrrl_schedule_result **result, vrrl_error *err)
{
    struct schedule s;
    *result = NULL;
    vrrl_code code = schedule_read(program, text, &s, err);
    if (code)
        return code;
    code = schedule_replay(program, &s, result, err);
    schedule_free(&s);
    return code;
}

void vrrl_schedule_result_free(vrrl_schedule_result *result)
{
    if (!result)
        return;
    vrrl_diff_result_free(result->diff);
    free(result->races);
    free(result);
}

vrrl_code vrrl_schedule_run(const vrrl_program *program, const char *text,
                            vrrl_run_outcome *outcome, vrrl_error *err)
{
    vrrl_schedule_result *result;
    vrrl_code code = vrrl_schedule_replay(program, text, &result, err);
    if (!code)
        *outcome = result->outcome;
    vrrl_schedule_result_free(result);
    return code;
}
