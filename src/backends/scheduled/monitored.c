/*
 * The monitor of races (race/monitor.h) as the engine feeds it.
 *
 * Parties are what program order orders: a lane, which is a serial queue, or a slot of a pool that has
 * a queue of its own; where a queue's slots are threads of their own, a slot.
 *
 * *Why a reduction loses no race*: whether a pair races is told by the execution (which store each load
 * reads, the order of each word's stores), not by the order in which steps of different words come,
 * and two steps of one word commute only where neither writes. So all runs that sleep sets and local
 * steps hold for the same show the same pairs, and one of them is searched to its end. A pair that is
 * pending is decided by steps of the reader's own party. States that are one to the visited set have
 * the same accesses to come and the same to meet them.
 */
#include "backends/scheduled/state.h"
#include "backends/scheduled/view.h"

#include "base/error.h"

enum { SLOTS_MAX = 64 };

/* What a location is to the monitor. */
typedef struct word_class {
    bool data, sync; /* neither: no business of its */
    uint8_t mark;    /* sync: its number */
    uint64_t waiters;
} word_class;

/* ---- Making one ------------------------------------------------------------------------------ */

static vrrl_code too_large(vrrl_error *err, const char *what, uint32_t found)
{
    return error_set(err, VRRL_TOO_LARGE, "Fix: check a smaller program, or split its epochs.",
                     "%u %s of an epoch are more than the %d that are told apart", found, what,
                     SLOTS_MAX);
}

vrrl_code monitor_create(sched *s, vrrl_error *err)
{
    if (!s->queued || s->options.model != MEM_VIEW)
        return error_set(err, VRRL_INVALID, "Fix: use sched_create_watched.",
                         "races are watched under view, in queues");
    if (s->slot_count > SLOTS_MAX)
        return too_large(err, "slots", s->slot_count);
    if (s->lane_count > SLOTS_MAX)
        return too_large(err, "workers", s->lane_count);
    s->race = calloc(1, sizeof *s->race);
    if (!s->race)
        return error_no_memory(err, sizeof *s->race);
    s->race->parties = s->own_threads ? s->slot_count : s->lane_count;
    s->race->party_slots = calloc(s->race->parties + (size_t)1, sizeof *s->race->party_slots);
    if (!s->race->party_slots)
        return error_no_memory(err, s->race->parties * sizeof *s->race->party_slots);
    for (uint32_t i = 0; i < s->slot_count; i++)
        s->race->party_slots[s->own_threads ? i : s->queue_of[i]] |= (uint64_t)1 << i;
    return VRRL_OK;
}

void monitor_free(sched *s)
{
    if (!s->race)
        return;
    free(s->race->party_slots);
    free(s->race->words);
    free(s->race);
}

vrrl_code sched_create_watched(const sched *like, sched **made, vrrl_error *err)
{
    vrrl_machine machine = like->machine;
    sched_options options = like->options;
    uint32_t indices[SLOTS_MAX], queues[SLOTS_MAX];
    const vrrl_batch_view batch = {like->slot_count, indices, queues};
    if (like->slot_count > SLOTS_MAX)
        return too_large(err, "slots", like->slot_count);
    for (uint32_t i = 0; i < like->slot_count; i++) {
        indices[i] = (like->word[i] - like->layout.ring_base) / machine.geometry.slot_words;
        queues[i] = like->queued ? like->queue_of[i] : i;
    }
    if (!like->queued)
        machine.model = (vrrl_worker_model){.kind = VRRL_MODEL_SERIAL,
                                            .queues = like->slot_count ? like->slot_count : 1};
    options.model = MEM_VIEW;
    options.races = true;
    return sched_create(&machine, like->arena, &batch, &options, made, err);
}

/* ---- Words ----------------------------------------------------------------------------------- */

static word_class class_of(sched *s, uint32_t location)
{
    uint32_t word = s->words[location], user = s->layout.user_base;
    const vrrl_geometry *g = &s->machine.geometry;
    bool observable =
        word >= VRRL_WORD_OBSERVABLE && word - VRRL_WORD_OBSERVABLE < g->observable_words;
    const body_sync sync = body_env_sync(s->env, word);
    word_class c = {.sync = sync.orders, .waiters = sync.waiters};
    c.data = !c.sync && (observable || (word >= user && word - user < g->user_words));
    if (c.sync)
        c.mark =
            (uint8_t)(s->race->sync_count < RACE_SYNC_MAX ? s->race->sync_count++ : RACE_SYNC_MAX);
    return c;
}

/* NULL where memory lacks. */
static const word_class *find_class(sched *s, uint32_t location)
{
    sched_race *r = s->race;
    if (s->location_count > r->room) {
        uint32_t room = 2 * s->location_count;
        word_class *words = realloc(r->words, room * sizeof *words);
        if (!words)
            return NULL;
        r->words = words;
        r->room = room;
    }
    for (; r->known < s->location_count; r->known++)
        r->words[r->known] = class_of(s, r->known);
    return &r->words[location];
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static race_kind kind_of(const mem_op *op)
{
    switch (op->kind) {
    case MEM_LOAD:
        return op->order & MEM_ACQUIRE ? RACE_ACQUIRE : RACE_LOAD;
    case MEM_STORE:
        return op->order & MEM_RELEASE ? RACE_RELEASE : RACE_STORE;
    default:
        return RACE_MODIFY;
    }
}

static void step_sync(sched_state *state, uint32_t number, const body_op *op, const word_class *c)
{
    race_monitor *m = state->memory.race;
    const lane *l = &state->lanes[number];
    bool waits = op->op.kind == MEM_LOAD && !lane_ready(state, l);
    bool looks = op->op.kind != MEM_STORE && op->op.kind != MEM_ADD && !waits &&
                 !(c->waiters >> l->slot & 1);
    if (c->mark == RACE_SYNC_MAX) {
        state->memory.limit = MEM_TOO_MANY_ORDERING;
        return;
    }
    if (looks)
        race_sync_looked(m, number, c->mark);
    if (m->wrote != RACE_NO_RANK)
        race_sync_written(m, number, c->mark);
}

void monitor_step(sched *s, sched_state *state, uint32_t number, const body_op *op)
{
    race_monitor *m = state->memory.race;
    if (op->op.kind == MEM_FENCE || op->counts || state->memory.limit)
        return;
    const word_class *c = find_class(s, op->op.location);
    if (!c)
        state->exhausted = true;
    else if (c->sync)
        step_sync(state, number, op, c);
    else if (c->data)
        race_access_data(m, &(race_access){.thread = number,
                                           .row = view_row(number, VIEW_CURRENT),
                                           .slot = state->lanes[number].slot,
                                           .location = op->op.location,
                                           .kind = (uint8_t)kind_of(&op->op),
                                           .value = op->op.value});
    state->exhausted |= m->exhausted;
}

void monitor_claim(const sched *s, sched_state *state, uint32_t number, uint32_t position)
{
    if (s->own_threads)
        state->memory.race->party_of[number] = (uint16_t)position;
}

void monitor_end(const sched *s, sched_state *state, uint32_t position)
{
    uint32_t party = s->own_threads ? position : s->queue_of[position];
    if (!(state->live & s->race->party_slots[party]))
        race_party_over(state->memory.race, party);
}

void monitor_end_all(const sched *s, sched_state *state)
{
    for (uint32_t p = 0; p < s->race->parties; p++)
        race_party_over(state->memory.race, p);
}

/* ---- A search's ------------------------------------------------------------------------------ */

void monitor_tell(sched *s, sched_state *state)
{
    race_monitor *m = state->memory.race;
    for (uint32_t i = 0; i < m->found_count && s->race->raced; i++)
        s->race->raced(s->race->context, s, state, &m->found[i]);
    m->found_count = 0;
}

void sched_when_raced(sched *s, sched_raced raced, void *context)
{
    s->race->raced = raced;
    s->race->context = context;
}

uint32_t sched_word(const sched *s, uint32_t location)
{
    return s->words[location];
}

race_scope monitor_scope(const sched *s, const sched_state *state)
{
    return (race_scope){.readers = s->readers,
                        .writers = s->writers,
                        .party_slots = s->race->party_slots,
                        .live = state->live,
                        .declared = !s->met.undeclared};
}
