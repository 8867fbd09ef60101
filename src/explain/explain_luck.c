/* Whether a run passes by luck. Its epoch is taken again, step by step, under `view` with the monitor of races:
 * what sc or tso do, view may do as well. Two of its accesses that nothing orders have come right by luck where
 * they came in another order than is meant, or where the second read, or counts, as if it had come first.
 * What a slot decides by without waiting is a load like any other here: a condition that reads what was freed
 * is no better than a copy. */
#include "explain/explain_luck.h"

#include "base/error.h"
#include "engine/events.h"
#include "engine/machine.h"
#include "explain/explain.h"
#include "memory/memory_models.h"
#include "program/batch_view.h"
#include "schedule/race_twin.h"

#include <stdlib.h>
#include <string.h>

/* The run, and its epoch once more. */
struct luck_watch {
    struct explainer *x;
    const uint64_t *ends; /* when slots end in the order that is meant; NULL: that is not known */
    struct race_twin twin;
};

/* ---- What is meant ---------------------------------------------------------------------------- */

/* When the slots of an epoch end where each is taken as it is meant to be: the first that is ready. */
struct meant {
    const struct run_target *target;
    uint32_t epoch;
    uint64_t *ends;
    bool exhausted;
};

static void take_first(void *context, const struct chooser_lane *lanes, uint32_t count,
                       uint32_t *at, uint32_t *option)
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
    const struct sched_slot *slots = run_target_slots(m->target, &count);
    if (epoch != m->epoch || m->ends)
        return;
    m->ends = malloc((count + (size_t)1) * sizeof *m->ends);
    m->exhausted = !m->ends;
    for (uint32_t i = 0; m->ends && i < count; i++)
        m->ends[i] = slots[i].ended_at;
}

/* *ends NULL: that fails, and so the order that is meant is not known. */
static vrrl_code meant_order(struct run_target *s, uint32_t epoch, uint64_t **ends, vrrl_error *err)
{
    struct meant m = {.target = s, .epoch = epoch};
    const struct chooser first = {.context = &m, .choose = take_first, .end = note_ends};
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
    epoch_word_name(w->x->whole.program, w->twin.epoch, word, name, sizeof name);
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

static void note_race(void *context, struct sched *s, const struct sched_state *state,
                      const struct race_pair *pair)
{
    struct luck_watch *w = context;
    vrrl_explain_result *r = w->x->result;
    uint32_t word = sched_word(s, pair->location);
    bool reversed = is_reversed(w, pair->slots);
    (void)state;
    if (r->luck.kind != VRRL_LUCK_NONE || pair->verdict != RACE_FOUND ||
        (w->twin.option == 0 && !reversed))
        return;
    if (is_pair(r, pair->slots) && !is_touched(w, word)) /* that may well be the other way */
        return;
    r->luck.kind = reversed                                           ? VRRL_LUCK_REVERSED
                   : access_is_load((vrrl_access_kind)pair->kinds[1]) ? VRRL_LUCK_STALE
                                                                      : VRRL_LUCK_OVERTAKEN;
    for (int k = 0; k < 2; k++)
        slot_name(w->x->whole.program, w->twin.epoch, pair->slots[k], r->luck.slots[k],
                  sizeof r->luck.slots[k]);
    epoch_word_name(w->x->whole.program, w->twin.epoch, word, r->luck.word, sizeof r->luck.word);
}

/* ---- The epoch once more ---------------------------------------------------------------------- */

static bool does_the_same(const struct event *a, const struct event *b)
{
    return a->what == b->what && a->slot == b->slot && a->word == b->word && a->kind == b->kind &&
           a->read == b->read && a->stored == b->stored && a->writes == b->writes;
}

/* The option of the twin's lane that does that; its number of options: none does. */
static uint32_t option_of(struct race_twin *t, const struct chooser_lane *lane,
                          const struct event *next, uint32_t option)
{
    struct event does;
    if (option < lane->options) {
        does = sched_event(t->engine, t->state, lane->lane, option);
        if (does_the_same(&does, next))
            return option;
    }
    for (option = 0; option < lane->options; option++) {
        does = sched_event(t->engine, t->state, lane->lane, option);
        if (does_the_same(&does, next))
            break;
    }
    return option;
}

/* A store of a run with buffers is there when it is done, and who does not see it yet reads an older one. */
static bool follow_run(struct race_twin *t, const struct chooser_lane *of_run, uint32_t option)
{
    const struct luck_watch *w = t->context;
    bool pool = w->x->whole.program->model.kind == VRRL_MODEL_POOL;
    bool buffered = memory_models[w->x->oracle.options.setup.model].buffers_stores;
    struct event does = run_target_event(t->of, of_run->lane, option);
    if (does.what == EVENT_DRAINS || does.what == EVENT_LOOKS)
        return true;
    does.writes = does.writes || (buffered && does.kind == OPERATION_STORE);
    uint32_t number = pool ? does.slot : of_run->lane;
    for (int looked = 0; looked < 2; looked++) {
        const struct chooser_lane *lane = race_twin_lane(t, number);
        if (!lane)
            break;
        uint32_t at = option_of(t, lane, &does, buffered ? 0 : option);
        bool found = at < lane->options;
        const struct event first = sched_event(t->engine, t->state, number, 0);
        if (!found && first.what != EVENT_LOOKS)
            break;
        race_twin_step(t, number, found ? at : 0);
        if (found)
            return true;
    }
    w->x->result->luck.not_looked_at = true;
    return false;
}

/* ---- The run ---------------------------------------------------------------------------------- */

static vrrl_code watch_run(struct explainer *x, struct run_target *s, const struct decisions *run,
                           const uint64_t *ends, vrrl_error *err)
{
    struct decision_player again = {.list = NULL};
    struct luck_watch w = {.x = x,
                           .ends = ends,
                           .twin = {.by = decision_play(&again, run->list, run->count, NULL),
                                    .of = s,
                                    .only_epoch = x->result->outcome.epoch,
                                    .reads_conditions = true,
                                    .raced = note_race,
                                    .context = &w,
                                    .follow = follow_run,
                                    .err = err}};
    const struct chooser with = race_twin_chooser(&w.twin);
    vrrl_run_outcome outcome;
    vrrl_code code = run_target_run(s, &with, &outcome, err);
    x->result->luck.not_looked_at |= w.twin.too_large;
    race_twin_free(&w.twin);
    decision_player_free(&again);
    if (code == VRRL_OK && w.twin.code == VRRL_NO_MEMORY)
        code = w.twin.code;
    return code;
}

vrrl_code explain_luck(struct explainer *x, struct run_target *s, const struct decisions *run,
                       vrrl_error *err)
{
    vrrl_explain_result *r = x->result;
    uint64_t *ends = NULL;
    r->luck = (vrrl_luck){.kind = VRRL_LUCK_NONE};
    if (x->oracle.options.setup.grain != VRRL_GRAIN_OPERATION || !r->pair || r->undirected)
        return VRRL_OK;
    vrrl_code code = meant_order(s, r->outcome.epoch, &ends, err);
    if (code == VRRL_OK)
        code = watch_run(x, s, run, ends, err);
    free(ends);
    return code;
}
