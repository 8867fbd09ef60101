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
#include "engine/monitored.h"

#include "base/array.h"
#include "base/error.h"
#include "engine/create.h"
#include "engine/events.h"
#include "engine/state.h"
#include "memory/view.h"
#include "race/monitor_encode.h"
#include "ring/ring.h"

enum { SLOTS_MAX = 64 };

/* What a location is to the monitor. */
struct word_class {
    bool data, sync; /* sync: slots wait for it, or decide by it; neither: no business of its */
    uint8_t mark;    /* sync: its number */
    struct body_declared declared;
};

/* ---- Making one ------------------------------------------------------------------------------ */

static vrrl_code too_large(vrrl_error *err, const char *what, uint32_t found)
{
    return error_set(err, VRRL_TOO_LARGE, "Fix: check a smaller program, or split its epochs.",
                     "%u %s of an epoch are more than the %d that are told apart", found, what,
                     SLOTS_MAX);
}

vrrl_code monitor_create(struct sched *s, vrrl_error *err)
{
    if (!s->queued || s->options.setup.model != VRRL_MEMORY_VIEW)
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
    s->race->party_rows = calloc(s->race->parties + (size_t)1, sizeof *s->race->party_rows);
    if (!s->race->party_slots || !s->race->party_rows)
        return error_no_memory(err, s->race->parties * sizeof *s->race->party_slots);
    for (uint32_t i = 0; i < s->slot_count; i++)
        s->race->party_slots[s->own_threads ? i : s->queue_of[i]] |= (uint64_t)1 << i;
    return VRRL_OK;
}

void monitor_free(struct sched *s)
{
    if (!s->race)
        return;
    free(s->race->party_slots);
    free(s->race->party_rows);
    free(s->race->words);
    free(s->race->touches);
    free(s->race);
}

vrrl_code sched_create_watched(const struct sched *like, bool reads_conditions, struct sched **made,
                               vrrl_error *err)
{
    vrrl_machine machine = like->machine;
    struct sched_options options = like->options;
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
    options.setup.model = VRRL_MEMORY_VIEW;
    options.races = true;
    options.reads_conditions = reads_conditions;
    return sched_create(&machine, like->arena, &batch, &options, made, err);
}

/* ---- Words ----------------------------------------------------------------------------------- */

static struct word_class class_of(struct sched *s, uint32_t location)
{
    uint32_t word = s->words[location];
    struct word_class c = {.data = ring_is_data(&s->layout, &s->machine.geometry, word),
                           .declared = body_env_declared(s->env, word)};
    c.sync = c.declared.waits || c.declared.decides;
    if (s->options.reads_conditions)
        c.declared.conditions = 0;
    if (c.sync)
        c.mark =
            (uint8_t)(s->race->sync_count < RACE_SYNC_MAX ? s->race->sync_count++ : RACE_SYNC_MAX);
    return c;
}

/* Room for what is known of all locations. */
static bool class_room(struct sched *s)
{
    struct sched_race *r = s->race;
    uint32_t room = 2 * s->location_count;
    if (s->location_count <= r->room)
        return true;
    if (!array_resize(&r->words, room, sizeof *r->words) ||
        !array_resize(&r->touches, room, sizeof *r->touches))
        return false;
    r->room = room;
    return true;
}

static bool know_classes(struct sched *s)
{
    struct sched_race *r = s->race;
    if (!class_room(s))
        return false;
    for (; r->known < s->location_count; r->known++) {
        const struct word_class c = class_of(s, r->known);
        r->words[r->known] = c;
        r->touches[r->known] = (struct race_touch){.loads = c.declared.reads,
                                                   .stores = c.declared.stores,
                                                   .updates = c.declared.updates,
                                                   .writes = c.declared.writes};
    }
    return true;
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static uint32_t declares(const struct body_declared *d, uint32_t slot)
{
    uint64_t bit = (uint64_t)1 << slot;
    return (d->reads & bit ? DECLARES_READ : 0) | (d->waits & bit ? DECLARES_WAIT : 0) |
           (d->conditions & bit ? DECLARES_CONDITION : 0) |
           (d->updates & bit ? DECLARES_UPDATE : 0) | (d->takes & bit ? DECLARES_TAKE : 0);
}

static void step_sync(struct sched_state *state, const struct event *e, const struct word_class *c)
{
    struct race_monitor *m = state->memory.race;
    if (c->mark == RACE_SYNC_MAX) {
        state->memory.limit = MEM_TOO_MANY_ORDERING;
        return;
    }
    if (access_looks_again(e, declares(&c->declared, e->slot)))
        race_sync_looked(m, e->thread.number, c->mark);
    if (e->writes)
        race_sync_written(m, e->thread.number, c->mark);
}

/* Which store the operation read, and whether it made one right behind it. */
static void note_ranks(const struct memory *m, const struct event *e)
{
    int16_t rank = m->messages[m->met].rank;
    m->race->read = e->kind == OPERATION_STORE ? (int16_t)RACE_NO_RANK : rank;
    m->race->wrote = e->writes ? (int16_t)(rank + 1) : (int16_t)RACE_NO_RANK;
}

void monitor_step(struct sched *s, struct sched_state *state, uint32_t number,
                  const struct operation *op, uint32_t read)
{
    struct race_monitor *m = state->memory.race;
    if (op->kind == OPERATION_FENCE || op->counts || state->memory.limit)
        return;
    struct event e = sched_event_of(state, number, op, read);
    note_ranks(&state->memory, &e);
    if (!know_classes(s)) {
        state->exhausted = true;
        return;
    }
    const struct word_class *c = &s->race->words[op->location];
    e.access = (uint8_t)access_of(&e, declares(&c->declared, e.slot));
    e.declared = c->declared.tasks >> e.slot & 1;
    if (c->data)
        race_access_data(m, &e, view_row(number, VIEW_CURRENT), op->location);
    if (c->sync)
        step_sync(state, &e, c);
    state->exhausted |= m->exhausted;
}

void monitor_claim(const struct sched *s, struct sched_state *state, uint32_t number,
                   uint32_t position)
{
    if (s->own_threads)
        state->memory.race->party_of[number] = (uint16_t)position;
}

void monitor_end(const struct sched *s, struct sched_state *state, uint32_t position)
{
    uint32_t party = s->own_threads ? position : s->queue_of[position];
    if (!(state->live & s->race->party_slots[party]))
        race_party_over(state->memory.race, party);
}

void monitor_end_all(const struct sched *s, struct sched_state *state)
{
    for (uint32_t p = 0; p < s->race->parties; p++)
        race_party_over(state->memory.race, p);
}

/* ---- A search's ------------------------------------------------------------------------------ */

void monitor_tell(struct sched *s, struct sched_state *state)
{
    struct race_monitor *m = state->memory.race;
    for (uint32_t i = 0; i < m->found_count && s->race->raced; i++)
        s->race->raced(s->race->context, s, state, &m->found[i]);
    m->found_count = 0;
}

void sched_tell_races(struct sched *s, struct sched_state *state, bool over)
{
    if (over)
        monitor_end_all(s, state);
    monitor_tell(s, state);
}

void sched_when_raced(struct sched *s, sched_raced raced, void *context)
{
    s->race->raced = raced;
    s->race->context = context;
}

uint32_t sched_word(const struct sched *s, uint32_t location)
{
    return s->words[location];
}

/* A slot that is a thread of its own has a view while it runs. (What it had when it was put back it has
 * again when it is claimed.) */
struct race_scope monitor_scope(struct sched *s, const struct sched_state *state)
{
    uint32_t *rows = s->race->party_rows;
    for (uint32_t p = 0; p < s->race->parties; p++)
        rows[p] = s->own_threads ? 0 : view_row(p, VIEW_CURRENT);
    for (uint32_t i = 0; i < s->lane_count && s->own_threads; i++) {
        if (state->lanes[i].slot != NO_SLOT)
            rows[state->lanes[i].slot] = view_row(i, VIEW_CURRENT);
    }
    bool known = know_classes(s); /* which may move them */
    return (struct race_scope){.touches = s->race->touches,
                               .party_slots = s->race->party_slots,
                               .party_rows = rows,
                               .live = state->live,
                               .declared = known && !s->met.undeclared};
}
