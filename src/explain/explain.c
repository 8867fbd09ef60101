/* Explaining: the failure, its pair and both runs, and then the repairs. */
#include "explain/explain.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/options.h"
#include "base/result.h"
#include "edit/edit_copy.h"
#include "explain/explain_runs.h"
#include "explain/try_repairs.h"
#include "program/batch_view.h"
#include "schedule/names.h"

#include <stdlib.h>

enum { SCHEDULES = 2000 };

static vrrl_code find(struct explainer *x, const vrrl_program *program, vrrl_error *err)
{
    vrrl_explain_result *r = x->result;
    vrrl_code code = edited_begin(program, &x->whole, err);
    if (code == VRRL_OK)
        code = failure_find(&x->oracle, &x->whole, &x->options->failure, &x->caught, err);
    if (code != VRRL_OK)
        return code;
    x->oracle.from = &x->whole;
    x->found_after = x->oracle.found_after;
    x->oracle.last = x->caught.decisions;
    r->outcome = x->caught.outcome;
    r->setup = x->oracle.options.setup;
    r->every_schedule = !x->oracle.varies;
    outcome_name(program, &r->outcome, r->name, sizeof r->name);
    if (r->outcome.word != VRRL_NO_INDEX)
        epoch_word_name(program, r->outcome.epoch, r->outcome.word, r->word, sizeof r->word);
    return VRRL_OK;
}

static vrrl_code explain(const vrrl_program *program, const vrrl_explain_options *options,
                         vrrl_explain_result *result, vrrl_error *err)
{
    vrrl_explain_options own;
    struct explainer x = {.options = &own, .result = result};
    result->first = result->second = VRRL_NO_INDEX;
    vrrl_code code = OPTIONS_READ(vrrl_explain_options, &own, options, err);
    if (code != VRRL_OK)
        return code;
    x.schedules = own.failure.schedules ? own.failure.schedules : SCHEDULES;
    own.failure.setup.seed = x.oracle.seed = seed_of_option(own.failure.setup.seed);
    x.oracle.limit.stop = own.stop;
    if (own.milliseconds)
        x.oracle.limit.deadline_ns = clock_steady_ns() + UINT64_C(1000000) * own.milliseconds;
    code = find(&x, program, err);
    if (code == VRRL_OK)
        code = explain_runs(&x, err);
    if (code == VRRL_OK)
        code = explain_repairs(&x, err);
    result->interrupted = limit_is_stopped(&x.oracle.limit);
    decisions_free(&x.caught.decisions);
    edited_free(&x.whole);
    shown_run_free(&x.failing);
    shown_run_free(&x.passing);
    critical_step_free(&x.critical_step);
    free(x.before);
    return code;
}

vrrl_code vrrl_explain(const vrrl_program *program, const vrrl_explain_options *options,
                       vrrl_explain_result **result, vrrl_error *err)
{
    *result = NULL;
    vrrl_code code = program_is_whole(program, err);
    if (code != VRRL_OK)
        return code;
    *result = result_create(sizeof **result, err);
    code = *result ? explain(program, options, *result, err) : VRRL_NO_MEMORY;
    if (code != VRRL_OK) {
        vrrl_explain_result_free(*result);
        *result = NULL;
    }
    return code;
}

static void free_timeline(vrrl_timeline *t)
{
    free(t->slots);
    free(t->schedule);
    *t = (vrrl_timeline){.slots = NULL};
}

void vrrl_explain_result_free(vrrl_explain_result *result)
{
    if (!result)
        return;
    free_timeline(&result->failing);
    free_timeline(&result->passing);
    vrrl_stuck_free(result->stuck);
    for (uint32_t i = 0; i < result->repair_count; i++)
        vrrl_program_free(result->repairs[i].program);
    free(result);
}
