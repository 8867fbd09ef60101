/* Which slots race in the run that a schedule string stands for. */
#include "vrrl/analysis/schedule.h"

#include "schedule/schedule_races.h"

#include "base/array.h"
#include "base/error.h"
#include "engine/create.h"
#include "engine/machine.h"
#include "engine/monitored.h"
#include "program/batch_view.h"
#include "schedule/monitored_run.h"
#include "schedule/schedule_run.h"

#include <stdlib.h>
#include <string.h>

struct watched {
    const vrrl_program *program;
    const schedule *schedule;
    vrrl_schedule_result *result;
    run_target *target;
    chooser by;
    uint32_t epoch;
    vrrl_code failed;
    vrrl_error *err;

    /* Under view: the same steps once more, with the monitor on. */
    sched *twin;
    sched_state *twin_state;
    bool lost; /* it could not follow */
};

static vrrl_code keep(struct watched *w, uint32_t epoch, const uint32_t slots[2],
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

static void met_in_order(void *context, uint32_t epoch, const unordered_pair *m)
{
    struct watched *w = context;
    const uint32_t slots[] = {m->first.slot, m->second.slot};
    const vrrl_access_kind kinds[] = {m->first.kind, m->second.kind};
    if (!w->failed)
        w->failed = keep(w, epoch, slots, kinds, m->word);
}

static vrrl_code monitored_run_in_order(struct watched *w)
{
    const monitored_run_request request = {.target = w->target,
                                           .by = &w->by,
                                           .epoch = VRRL_NO_INDEX,
                                           .context = w,
                                           .race = met_in_order};
    decisions choices = {.list = NULL};
    vrrl_run_outcome outcome;
    vrrl_code code = monitored_run_races(w->program, &request, &choices, &outcome, w->err);
    decisions_free(&choices);
    return code == VRRL_OK ? w->failed : code;
}

/* ---- Under view ------------------------------------------------------------------------------ */

static void met_in_view(void *context, sched *s, const sched_state *state, const race_pair *pair)
{
    struct watched *w = context;
    const uint32_t slots[] = {pair->slots[0], pair->slots[1]};
    const vrrl_access_kind kinds[] = {(vrrl_access_kind)pair->kinds[0],
                                      (vrrl_access_kind)pair->kinds[1]};
    (void)state;
    if (!w->failed && pair->verdict == RACE_FOUND)
        w->failed = keep(w, w->epoch, slots, kinds, sched_word(s, pair->location));
}

static void begin_in_view(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    struct watched *w = context;
    w->epoch = epoch;
    if (w->by.begin)
        w->by.begin(w->by.context, epoch, slots, lanes);
    if (w->lost || w->failed)
        return;
    vrrl_code code = sched_create_watched(run_target_schedule(w->target), false, &w->twin, w->err);
    w->lost = code == VRRL_TOO_LARGE;
    w->failed = w->lost ? VRRL_OK : code;
    if (!w->twin)
        return;
    sched_when_raced(w->twin, met_in_view, w);
    w->twin_state = sched_state_create(w->twin);
    if (w->twin_state)
        sched_reset(w->twin, w->twin_state);
    else
        w->failed = error_no_memory(w->err, 0);
}

/* A slot of a pool is a thread of its own: lane i runs slot i alone, or the twin cannot follow. */
static void follow(struct watched *w, const chooser_lane *lane, uint32_t option)
{
    uint32_t count, i = 0;
    const event next = run_target_event(w->target, lane->lane, option);
    const chooser_lane *ready = sched_ready(w->twin, w->twin_state, &count);
    bool claims = w->program->model.kind == VRRL_MODEL_POOL && next.what == EVENT_CLAIMS;
    while (i < count && ready[i].lane != lane->lane)
        i++;
    uint32_t with = claims ? 0 : option;
    w->lost = (claims && next.slot != lane->lane) || i == count || with >= ready[i].options;
    if (w->lost)
        return;
    sched_step(w->twin, w->twin_state, lane->lane, with);
    sched_tell_races(w->twin, w->twin_state, false);
}

static void choose_in_view(void *context, const chooser_lane *lanes, uint32_t count, uint32_t *at,
                           uint32_t *option)
{
    struct watched *w = context;
    if (count > 1 || lanes[0].options > 1)
        w->by.choose(w->by.context, lanes, count, at, option);
    if (w->twin_state && !w->lost && !w->failed)
        follow(w, &lanes[*at], *option);
}

static void end_in_view(void *context, uint32_t epoch)
{
    struct watched *w = context;
    (void)epoch;
    if (w->twin_state && !w->lost && !w->failed)
        sched_tell_races(w->twin, w->twin_state, true);
    sched_state_free(w->twin_state);
    sched_destroy(w->twin);
    w->twin_state = NULL;
    w->twin = NULL;
}

static vrrl_code monitored_run_in_view(struct watched *w)
{
    const chooser with = {
        .context = w, .begin = begin_in_view, .choose = choose_in_view, .end = end_in_view};
    vrrl_run_outcome outcome;
    vrrl_code code = run_target_run(w->target, &with, &outcome, w->err);
    end_in_view(w, w->epoch);
    return code == VRRL_OK ? w->failed : code;
}

/* ---- Either ---------------------------------------------------------------------------------- */

vrrl_code schedule_races(const vrrl_program *program, const schedule *s,
                         vrrl_schedule_result *result, vrrl_error *err)
{
    struct watched w = {.program = program, .schedule = s, .result = result, .err = err};
    run_target_options options = s->target;
    schedule_maker maker = {0};
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
