/* Whether a run passes by luck: two other slots race in it, and in another order than is meant. */
#include "search/explain.h"

#include "base/error.h"
#include "programs/batch_view.h"
#include "search/watch.h"

#include <stdlib.h>
#include <string.h>

/* Nothing is known of its epochs: all are watched. */
static vrrl_program_check *unchecked(const vrrl_program *p)
{
    vrrl_program_check *check = calloc(1, sizeof *check);
    vrrl_epoch_check *item = calloc(1, sizeof *item);
    vrrl_check_result *result = calloc(1, sizeof *result);
    if (!check || !item || !result) {
        free(check);
        free(item);
        free(result);
        return NULL;
    }
    result->verdict = VRRL_CHECK_NOT_KNOWN;
    *item = (vrrl_epoch_check){.epochs = p->epoch_count, .result = result};
    *check = (vrrl_program_check){
        .verdict = VRRL_CHECK_NOT_KNOWN, .items = item, .count = 1, .epochs = p->epoch_count};
    return check;
}

/* When slots end where each is taken as it is meant to be: the first that is ready. NULL: that fails,
 * and so the order that is meant is not known. */
static vrrl_code meant_order(subject *s, uint64_t **ends, vrrl_error *err)
{
    vrrl_run_outcome outcome;
    uint32_t count;
    vrrl_code code = subject_run(s, NULL, &outcome, err);
    if (code != VRRL_OK || outcome.kind != VRRL_DEFECT_NONE)
        return code;
    const sched_slot *slots = subject_slots(s, &count);
    *ends = malloc((count + (size_t)1) * sizeof **ends);
    if (!*ends)
        return error_no_memory(err, count);
    for (uint32_t i = 0; i < count; i++)
        (*ends)[i] = slots[i].ended_at;
    return VRRL_OK;
}

static bool is_pair(const vrrl_explain_result *r, const vrrl_run_race *race)
{
    return (race->slots[0] == r->first && race->slots[1] == r->second) ||
           (race->slots[1] == r->first && race->slots[0] == r->second);
}

static void find_luck(struct explainer *x, const vrrl_run_check *run, const uint64_t *ends)
{
    vrrl_explain_result *r = x->result;
    for (uint32_t i = 0; i < run->race_count && !run->fails && !run->stuck; i++) {
        const vrrl_run_race *race = &run->races[i];
        if (race->epoch != r->outcome.epoch || is_pair(r, race) ||
            ends[race->slots[0]] <= ends[race->slots[1]])
            continue;
        r->lucky = true;
        for (int k = 0; k < 2; k++)
            slot_name(x->whole.program, race->epoch, race->slots[k], r->luck[k], sizeof r->luck[k]);
        return;
    }
}

static vrrl_code watch_run(struct explainer *x, const picks *run, const uint64_t *ends,
                           vrrl_error *err)
{
    subject_options options = x->hunt.options;
    replayer again = {.of = run};
    chooser by = replayer_chooser(&again);
    vrrl_program_check *check = unchecked(x->whole.program);
    if (!check)
        return error_no_memory(err, sizeof *check);
    options.ask_always = true;
    vrrl_code code = watch_by(x->whole.program, &by, &options, check, err);
    if (code == VRRL_OK && check->run)
        find_luck(x, check->run, ends);
    vrrl_program_check_free(check);
    return code;
}

vrrl_code explain_luck(struct explainer *x, subject *s, const picks *run, vrrl_error *err)
{
    const vrrl_explain_result *r = x->result;
    uint64_t *ends = NULL;
    /* What is watched are operations in the order in which they are done. Of many epochs the last that
     * was run is the one that fails. */
    if (r->model != VRRL_MEMORY_SC || x->hunt.options.grain != VRRL_GRAIN_OPERATION || !r->pair ||
        r->undirected || r->outcome.epoch + 1 != x->whole.program->epoch_count)
        return VRRL_OK;
    vrrl_code code = meant_order(s, &ends, err);
    if (code == VRRL_OK && ends)
        code = watch_run(x, run, ends, err);
    free(ends);
    return code;
}
