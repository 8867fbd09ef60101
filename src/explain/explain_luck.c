/* Whether a run passes by luck. Its epoch is taken again, step by step, under `view` with the monitor of races:
 * what sc or tso do, view may do as well. Two of its accesses that nothing orders have come right by luck where
 * they came in another order than is meant, or where the second read, or counts, as if it had come first.
 * What a slot decides by without waiting is a load like any other here: a condition that reads what was freed
 * is no better than a copy. */
#include "explain/explain_luck.h"

#include "base/error.h"
#include "engine/create.h"
#include "engine/events.h"
#include "engine/machine.h"
#include "engine/monitored.h"
#include "explain/explain.h"
#include "memory/memory_models.h"
#include "program/batch_view.h"

#include <stdlib.h>
#include <string.h>

/* The run, and its epoch once more. */
struct luck_watch {
    struct explainer *x;
    const run_target *target;
    const uint64_t *ends; /* when slots end in the order that is meant; NULL: that is not known */
    chooser by;
    uint32_t epoch;
    sched *twin; /* NULL: it cannot be watched, or not any more */
    sched_state *state;
    uint32_t option; /* of the step of the twin */
    vrrl_code code;
    vrrl_error *err;
};

/* ---- What is meant ---------------------------------------------------------------------------- */

/* When the slots of an epoch end where each is taken as it is meant to be: the first that is ready. */
struct meant {
    const run_target *target;
    uint32_t epoch;
    uint64_t *ends;
    bool exhausted;
};

static void take_first(void *context, const chooser_lane *lanes, uint32_t count, uint32_t *at,
                       uint32_t *option)
{
    (void)context;
    (void)lanes;
    (void)count;
    *at = *option = 0;
}

static void note_ends(void *context, uint32_t epoch)
{
    struct meant *m = context;
    uint32_t count;
    const sched_slot *slots = run_target_slots(m->target, &count);
    if (epoch != m->epoch || m->ends)
        return;
    m->ends = malloc((count + (size_t)1) * sizeof *m->ends);
    m->exhausted = !m->ends;
    for (uint32_t i = 0; m->ends && i < count; i++)
        m->ends[i] = slots[i].ended_at;
}

/* *ends NULL: that fails, and so the order that is meant is not known. */
static vrrl_code meant_order(run_target *s, uint32_t epoch, uint64_t **ends, vrrl_error *err)
{
    struct meant m = {.target = s, .epoch = epoch};
    const chooser first = {.context = &m, .choose = take_first, .end = note_ends};
    vrrl_run_outcome outcome;
    vrrl_code code = run_target_run(s, &first, &outcome, err);
    if (code == VRRL_OK && m.exhausted)
        code = error_no_memory(err, epoch);
    if (code == VRRL_OK && outcome.kind == VRRL_DEFECT_NONE)
        *ends = m.ends;
    else
        free(m.ends);
    return code;
}

static bool is_touched(const struct luck_watch *w, uint32_t word)
{
    char name[VRRL_DEFECT_NAME_MAX];
    epoch_word_name(w->x->whole.program, w->epoch, word, name, sizeof name);
    return strcmp(name, w->x->result->touched) == 0;
}

static bool is_pair(const vrrl_explain_result *r, const uint16_t slots[2])
{
    return (slots[0] == r->first && slots[1] == r->second) ||
           (slots[0] == r->second && slots[1] == r->first);
}

/* Whether the first of the two that came should have come second. */
static bool is_reversed(const struct luck_watch *w, const uint16_t slots[2])
{
    const vrrl_explain_result *r = w->x->result;
    if (is_pair(r, slots))
        return slots[0] == r->second;
    return w->ends && w->ends[slots[0]] > w->ends[slots[1]];
}

/* ---- What is seen ----------------------------------------------------------------------------- */

static void note_race(void *context, sched *s, const sched_state *state, const race_pair *pair)
{
    struct luck_watch *w = context;
    vrrl_explain_result *r = w->x->result;
    uint32_t word = sched_word(s, pair->location);
    bool reversed = is_reversed(w, pair->slots);
    (void)state;
    if (r->luck.kind != VRRL_LUCK_NONE || pair->verdict != RACE_FOUND ||
        (w->option == 0 && !reversed))
        return;
    if (is_pair(r, pair->slots) && !is_touched(w, word)) /* that may well be the other way */
        return;
    r->luck.kind = reversed                                           ? VRRL_LUCK_REVERSED
                   : access_is_load((vrrl_access_kind)pair->kinds[1]) ? VRRL_LUCK_STALE
                                                                      : VRRL_LUCK_OVERTAKEN;
    for (int k = 0; k < 2; k++)
        slot_name(w->x->whole.program, w->epoch, pair->slots[k], r->luck.slots[k],
                  sizeof r->luck.slots[k]);
    epoch_word_name(w->x->whole.program, w->epoch, word, r->luck.word, sizeof r->luck.word);
}

static void stop_watching(struct luck_watch *w)
{
    sched_state_free(w->state);
    sched_destroy(w->twin);
    w->twin = NULL;
    w->state = NULL;
}

/* ---- The epoch once more ---------------------------------------------------------------------- */

static bool does_the_same(const event *a, const event *b)
{
    return a->what == b->what && a->slot == b->slot && a->word == b->word && a->kind == b->kind &&
           a->read == b->read && a->stored == b->stored && a->writes == b->writes;
}

/* The option of the twin's lane that does that; its number of options: none does. */
static uint32_t option_of(struct luck_watch *w, const chooser_lane *lane, const event *next,
                          uint32_t option)
{
    event does;
    if (option < lane->options) {
        does = sched_event(w->twin, w->state, lane->lane, option);
        if (does_the_same(&does, next))
            return option;
    }
    for (option = 0; option < lane->options; option++) {
        does = sched_event(w->twin, w->state, lane->lane, option);
        if (does_the_same(&does, next))
            break;
    }
    return option;
}

static const chooser_lane *find_lane(struct luck_watch *w, uint32_t number)
{
    uint32_t count;
    const chooser_lane *lanes = sched_ready(w->twin, w->state, &count);
    for (uint32_t i = 0; i < count; i++)
        if (lanes[i].lane == number)
            return &lanes[i];
    return NULL;
}

/* In the twin each slot of a pool has a lane of its own. It has no buffers: a store is there when it is done,
 * and who does not see it yet reads an older one. */
static void step_twin(struct luck_watch *w, uint32_t number, uint32_t option, const event *next)
{
    bool pool = w->x->whole.program->model.kind == VRRL_MODEL_POOL;
    bool buffered = memory_models[w->x->oracle.options.setup.model].buffers_stores;
    event does = *next;
    if (next->what == EVENT_DRAINS || next->what == EVENT_LOOKS)
        return;
    does.writes = next->writes || (buffered && next->kind == OPERATION_STORE);
    number = pool ? next->slot : number;
    for (int looked = 0; looked < 2; looked++) {
        const chooser_lane *lane = find_lane(w, number);
        if (!lane)
            break;
        uint32_t at = option_of(w, lane, &does, buffered ? 0 : option);
        bool found = at < lane->options;
        const event first = sched_event(w->twin, w->state, number, 0);
        if (!found && first.what != EVENT_LOOKS)
            break;
        w->option = found ? at : 0;
        sched_step(w->twin, w->state, number, w->option);
        sched_tell_races(w->twin, w->state, false);
        if (found)
            return;
    }
    stop_watching(w);
}

/* ---- The run ---------------------------------------------------------------------------------- */

static void begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    struct luck_watch *w = context;
    vrrl_error ignored;
    w->by.begin(w->by.context, epoch, slots, lanes);
    stop_watching(w);
    if (epoch != w->epoch)
        return;
    const sched *like = run_target_schedule(w->target);
    if (!like || sched_create_watched(like, true, &w->twin, &ignored) != VRRL_OK)
        return;
    w->state = sched_state_create(w->twin);
    if (!w->state) {
        w->code = error_no_memory(w->err, 0);
        stop_watching(w);
        return;
    }
    sched_reset(w->twin, w->state);
    sched_when_raced(w->twin, note_race, w);
}

static void choose(void *context, const chooser_lane *lanes, uint32_t count, uint32_t *at,
                   uint32_t *option)
{
    struct luck_watch *w = context;
    if (count > 1 || lanes[0].options > 1)
        w->by.choose(w->by.context, lanes, count, at, option);
    if (!w->twin)
        return;
    const event next = run_target_event(w->target, lanes[*at].lane, *option);
    step_twin(w, lanes[*at].lane, *option, &next);
}

static void end(void *context, uint32_t epoch)
{
    struct luck_watch *w = context;
    if (w->by.end)
        w->by.end(w->by.context, epoch);
    w->option = 0;
    if (w->twin)
        sched_tell_races(w->twin, w->state, true);
}

static vrrl_code monitored_run_run(struct explainer *x, run_target *s, const decisions *run,
                                   const uint64_t *ends, vrrl_error *err)
{
    decision_player again = {.list = NULL};
    struct luck_watch w = {.x = x,
                           .target = s,
                           .ends = ends,
                           .by = decision_play(&again, run->list, run->count, NULL),
                           .epoch = x->result->outcome.epoch,
                           .err = err};
    const chooser with = {.context = &w, .begin = begin, .choose = choose, .end = end};
    vrrl_run_outcome outcome;
    vrrl_code code = run_target_run(s, &with, &outcome, err);
    stop_watching(&w);
    decision_player_free(&again);
    return code == VRRL_OK ? w.code : code;
}

vrrl_code explain_luck(struct explainer *x, run_target *s, const decisions *run, vrrl_error *err)
{
    vrrl_explain_result *r = x->result;
    uint64_t *ends = NULL;
    r->luck.kind = VRRL_LUCK_NONE;
    if (x->oracle.options.setup.grain != VRRL_GRAIN_OPERATION || !r->pair || r->undirected)
        return VRRL_OK;
    vrrl_code code = meant_order(s, r->outcome.epoch, &ends, err);
    if (code == VRRL_OK)
        code = monitored_run_run(x, s, run, ends, err);
    free(ends);
    return code;
}
