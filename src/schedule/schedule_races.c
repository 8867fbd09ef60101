/* Which slots race in the run that a schedule string stands for. */
#include "vrrl/analysis/schedule.h"

#include "schedule/schedule_races.h"

#include "base/array.h"
#include "base/error.h"
#include "engine/machine.h"
#include "program/batch_view.h"
#include "schedule/monitored_run.h"
#include "schedule/race_twin.h"
#include "schedule/schedule_run.h"

#include <stdlib.h>
#include <string.h>

struct watched {
    const vrrl_program *program;
    const struct schedule *schedule;
    vrrl_schedule_result *result;
    struct run_target *target;
    struct chooser by;
    vrrl_code failed;
    vrrl_error *err;
    struct race_twin twin; /* under view */
    bool lost;             /* it could not follow */
};

static vrrl_code keep_race(struct watched *w, uint32_t epoch, const uint32_t slots[2],
                           const vrrl_access_kind kinds[2], uint32_t word)
{
    vrrl_schedule_result *r = w->result;
    for (uint32_t i = 0; i < r->race_count; i++) {
        const vrrl_run_race *there = &r->races[i];
        bool same = there->slots[0] == slots[0] && there->slots[1] == slots[1];
        bool turned = there->slots[0] == slots[1] && there->slots[1] == slots[0];
        if (there->epoch == epoch && (same || turned))
            return VRRL_OK;
    }
    if (!array_resize(&r->races, r->race_count + (size_t)1, sizeof *r->races))
        return error_no_memory(w->err, r->race_count * sizeof *r->races);
    vrrl_run_race *race = &r->races[r->race_count++];
    *race = (vrrl_run_race){
        .epoch = epoch, .slots = {slots[0], slots[1]}, .kinds = {kinds[0], kinds[1]}, .word = word};
    for (int i = 0; i < 2; i++)
        slot_name(w->program, epoch, slots[i], race->names[i], sizeof race->names[i]);
    vrrl_program_word_name(w->program, word, race->word_name, sizeof race->word_name);
    return VRRL_OK;
}

/* ---- Under sc -------------------------------------------------------------------------------- */

static void met_in_order(void *context, uint32_t epoch, const struct unordered_pair *m)
{
    struct watched *w = context;
    const uint32_t slots[] = {m->first.slot, m->second.slot};
    const vrrl_access_kind kinds[] = {m->first.kind, m->second.kind};
    if (!w->failed)
        w->failed = keep_race(w, epoch, slots, kinds, m->word);
}

static vrrl_code monitored_run_in_order(struct watched *w)
{
    const struct monitored_run_request request = {.target = w->target,
                                                  .by = &w->by,
                                                  .epoch = VRRL_NO_INDEX,
                                                  .context = w,
                                                  .race = met_in_order};
    struct decisions choices = {.list = NULL};
    vrrl_run_outcome outcome;
    vrrl_code code = monitored_run_races(w->program, &request, &choices, &outcome, w->err);
    decisions_free(&choices);
    return code == VRRL_OK ? w->failed : code;
}

/* ---- Under view ------------------------------------------------------------------------------ */

static void met_in_view(void *context, struct sched *s, const struct sched_state *state,
                        const struct race_pair *pair)
{
    struct watched *w = context;
    const uint32_t slots[] = {pair->slots[0], pair->slots[1]};
    const vrrl_access_kind kinds[] = {(vrrl_access_kind)pair->kinds[0],
                                      (vrrl_access_kind)pair->kinds[1]};
    (void)state;
    if (!w->failed && pair->verdict == RACE_FOUND)
        w->failed = keep_race(w, w->twin.epoch, slots, kinds, sched_word(s, pair->location));
}

/* Lane i of a pool runs slot i alone, or the twin cannot follow; then it does not in later epochs, either. */
static bool follow(struct race_twin *t, const struct chooser_lane *lane, uint32_t option)
{
    struct watched *w = t->context;
    const struct event next = run_target_event(t->of, lane->lane, option);
    const struct chooser_lane *ready = race_twin_lane(t, lane->lane);
    bool claims = w->program->model.kind == VRRL_MODEL_POOL && next.what == EVENT_CLAIMS;
    uint32_t with = claims ? 0 : option;
    w->lost = w->lost || t->too_large || (claims && next.slot != lane->lane) || !ready ||
              with >= ready->options;
    if (w->lost || w->failed)
        return false;
    race_twin_step(t, lane->lane, with);
    return true;
}

static vrrl_code monitored_run_in_view(struct watched *w)
{
    struct race_twin *t = &w->twin;
    vrrl_run_outcome outcome;
    *t = (struct race_twin){.by = w->by,
                            .of = w->target,
                            .only_epoch = VRRL_NO_INDEX,
                            .raced = met_in_view,
                            .context = w,
                            .follow = follow,
                            .err = w->err};
    const struct chooser with = race_twin_chooser(t);
    vrrl_code code = run_target_run(w->target, &with, &outcome, w->err);
    race_twin_free(t);
    if (code == VRRL_OK)
        code = t->code;
    return code == VRRL_OK ? w->failed : code;
}

/* ---- Either ---------------------------------------------------------------------------------- */

vrrl_code schedule_races(const vrrl_program *program, const struct schedule *s,
                         vrrl_schedule_result *result, vrrl_error *err)
{
    struct watched w = {.program = program, .schedule = s, .result = result, .err = err};
    struct run_target_options options = s->target;
    struct schedule_maker maker = {0};
    bool watched = options.setup.model == VRRL_MEMORY_SC || options.setup.model == VRRL_MEMORY_VIEW;
    if (options.setup.grain != VRRL_GRAIN_OPERATION || !watched)
        return VRRL_OK;
    options.ask_always = true;
    vrrl_code code = run_target_create(program, &options, &w.target, err);
    if (code == VRRL_OK)
        code = schedule_make(&maker, s, run_target_claims_of(w.target), &w.by, err);
    if (code == VRRL_OK)
        code = options.setup.model == VRRL_MEMORY_SC ? monitored_run_in_order(&w)
                                                     : monitored_run_in_view(&w);
    if (code == VRRL_OK)
        code = schedule_made(&maker, err);
    schedule_maker_free(&maker);
    run_target_destroy(w.target);
    return code == VRRL_NO_MEMORY ? code : VRRL_OK; /* what could not be watched is not told */
}
