/* The run of a schedule string as a list of steps, for tests of what is said of runs. It steps by the engine,
 * which the litmus tests judge; what its words hold is worked out here, beside it. */
#ifndef VRRL_REPLAYED_RUN_H
#define VRRL_REPLAYED_RUN_H

#include "run_target_test.h"

#include "base/value_text.h"
#include "program/batch_view.h"
#include "program/expect.h"
#include "schedule/schedule.h"
#include "schedule/schedule_run.h"
#include "schedule/schedule_string.h"

enum { EVENT_TEXT = 512, RUN_EVENTS_MAX = 60000 };

typedef struct replayed_step {
    uint32_t epoch, lane, option;
    uint32_t slot; /* whose; of a drain: whose store it was */
    struct event does;
} replayed_step;

typedef struct replayed_run {
    const vrrl_program *program;
    struct run_target *target;
    struct chooser by;
    struct run_target_options options;
    replayed_step *events;
    uint32_t count, epoch;
    struct sched_slot *slots[64]; /* by epoch: as they ended there */
    uint32_t slot_counts[64];
    vrrl_run_outcome outcome;
} replayed_run;

static inline void run_begins(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    replayed_run *r = context;
    r->epoch = epoch;
    if (r->by.begin)
        r->by.begin(r->by.context, epoch, slots, lanes);
}

/* Buffers are first in, first out. */
static inline uint32_t whose_store(const replayed_run *r, uint32_t lane)
{
    uint32_t drained = 0, stored = 0;
    for (uint32_t i = 0; i < r->count; i++)
        drained += r->events[i].epoch == r->epoch && r->events[i].lane == lane &&
                   r->events[i].does.what == EVENT_DRAINS;
    for (uint32_t i = 0; i < r->count; i++) {
        const replayed_step *e = &r->events[i];
        if (e->epoch == r->epoch && e->lane == lane && e->does.what == EVENT_OPERATES &&
            e->does.kind == OPERATION_STORE && stored++ == drained)
            return e->slot;
    }
    return VRRL_NO_INDEX;
}

static inline void run_chooses(void *context, const struct chooser_lane *lanes, uint32_t count,
                               uint32_t *at, uint32_t *option)
{
    replayed_run *r = context;
    if (count > 1 || lanes[0].options > 1)
        r->by.choose(r->by.context, lanes, count, at, option);
    assert_in_range(r->count, 0, RUN_EVENTS_MAX - 1);
    replayed_step *e = &r->events[r->count];
    *e = (replayed_step){.epoch = r->epoch, .lane = lanes[*at].lane, .option = *option};
    e->does = run_target_event(r->target, e->lane, *option);
    e->slot = e->does.what == EVENT_DRAINS ? whose_store(r, e->lane) : e->does.slot;
    r->count++;
}

static inline void run_ends(void *context, uint32_t epoch)
{
    replayed_run *r = context;
    uint32_t count;
    const struct sched_slot *slots = run_target_slots(r->target, &count);
    if (r->by.end)
        r->by.end(r->by.context, epoch);
    if (epoch >= 64)
        return;
    r->slots[epoch] = malloc((count + (size_t)1) * sizeof *slots);
    assert_non_null(r->slots[epoch]);
    memcpy(r->slots[epoch], slots, count * sizeof *slots);
    r->slot_counts[epoch] = count;
}

static inline void replay_by(replayed_run *r, const vrrl_program *program,
                             const struct run_target_options *options, const struct chooser *by)
{
    vrrl_error err = {0};
    r->program = program;
    r->options = *options;
    r->options.ask_always = true;
    r->events = calloc(RUN_EVENTS_MAX, sizeof *r->events);
    assert_non_null(r->events);
    if (!r->target && run_target_create(program, &r->options, &r->target, &err))
        fail_msg("%s", err.text);
    r->by = *by;
    const struct chooser with = {
        .context = r, .begin = run_begins, .choose = run_chooses, .end = run_ends};
    r->outcome = run_with(r->target, &with);
}

/* The run of a string. */
static inline void replay_string(replayed_run *r, const vrrl_program *program, const char *text)
{
    struct schedule s = {.drawn = false};
    struct schedule_maker maker = {.drawn = NULL};
    struct chooser by;
    vrrl_error err = {0};
    memset(r, 0, sizeof *r);
    if (schedule_read_planted(program, text, &s, &err))
        fail_msg("%s: %s", text, err.text);
    s.target.ask_always = true;
    if (run_target_create(program, &s.target, &r->target, &err) ||
        schedule_make(&maker, &s, run_target_claims_of(r->target), &by, &err))
        fail_msg("%s", err.text);
    replay_by(r, program, &s.target, &by);
    schedule_maker_free(&maker);
    schedule_free(&s);
}

static inline void replayed_free(replayed_run *r)
{
    for (uint32_t e = 0; e < 64; e++)
        free(r->slots[e]);
    free(r->events);
    run_target_destroy(r->target);
}

/* ---- What words hold ------------------------------------------------------------------------- */

/* By the steps alone: the last store that does not come behind others. Under tso a store counts when it
 * reaches memory. false: nothing is stored there. */
static inline bool last_stored(const replayed_run *r, uint32_t word, uint32_t *value)
{
    bool buffered = r->options.setup.model == VRRL_MEMORY_TSO, found = false;
    for (uint32_t i = 0; i < r->count; i++) {
        const replayed_step *e = &r->events[i];
        bool reaches =
            e->does.what == EVENT_DRAINS ||
            (e->does.what == EVENT_OPERATES && !(buffered && e->does.kind == OPERATION_STORE));
        bool writes =
            e->does.what == EVENT_DRAINS || e->does.writes || e->does.kind == OPERATION_STORE;
        if (!reaches || !writes || e->does.word != word ||
            (r->options.setup.model == VRRL_MEMORY_VIEW && e->option > 0))
            continue;
        *value = e->does.stored;
        found = true;
    }
    return found;
}

static inline uint32_t held_at_end(const replayed_run *r, uint32_t word)
{
    uint32_t value;
    run_target_final(r->target, &word, 1, &value);
    return value;
}

/* ---- In words -------------------------------------------------------------------------------- */

static inline bool is_own_status(const replayed_run *r, const replayed_step *e)
{
    return e->does.word != VRRL_NO_INDEX &&
           epoch_status_position(r->program, epoch_first_index(r->program, e->epoch),
                                 e->does.word) == e->slot;
}

/* Of an operation, a drain or a claim: what may be said of it. */
static inline void say_event(const replayed_run *r, const replayed_step *e, char out[EVENT_TEXT])
{
    char who[VRRL_DEFECT_NAME_MAX] = "?", word[VRRL_DEFECT_NAME_MAX] = "memory";
    char read[VALUE_TEXT_MAX], now[VALUE_TEXT_MAX];
    const bool older = e->option > 0 && r->options.setup.model == VRRL_MEMORY_VIEW;
    if (e->slot != VRRL_NO_INDEX)
        slot_name(r->program, e->epoch, e->slot, who, sizeof who);
    if (e->does.word != VRRL_NO_INDEX)
        epoch_word_name(r->program, e->epoch, e->does.word, word, sizeof word);
    value_text(e->does.read, read);
    value_text(e->does.stored, now);
    if (e->does.what == EVENT_CLAIMS)
        snprintf(out, EVENT_TEXT, "worker %u claims %s", e->lane, who);
    else if (e->does.what == EVENT_DRAINS)
        snprintf(out, EVENT_TEXT,
                 is_own_status(r, e) ? "the end of %s reaches memory"
                                     : "%s's store %s = %s reaches memory",
                 who, word, now);
    else if (e->does.what == EVENT_LOOKS)
        snprintf(out, EVENT_TEXT, "worker %u looks for a SHUTDOWN", e->lane);
    else if (e->does.what == EVENT_ADMITS)
        snprintf(out, EVENT_TEXT, "its queue finds %s = %s for %s", word, read, who);
    else if (e->does.what == EVENT_RUNS)
        snprintf(out, EVENT_TEXT, "%s runs", who);
    else if (e->does.counts || (e->does.kind == OPERATION_STORE && is_own_status(r, e)))
        snprintf(out, EVENT_TEXT,
                 !e->does.counts && e->does.stored == VRRL_STATUS_REQUEUE ? "%s has to wait"
                                                                          : "%s ends",
                 who);
    else if (e->does.kind == OPERATION_FENCE)
        snprintf(out, EVENT_TEXT, "%s passes a fence", who);
    else if (e->does.kind == OPERATION_LOAD)
        snprintf(out, EVENT_TEXT, "%s reads %s = %s%s", who, word, read,
                 older ? ", not the newest" : "");
    else if (e->does.kind == OPERATION_STORE)
        snprintf(out, EVENT_TEXT, "%s stores %s = %s%s", who, word, now,
                 older ? ", behind a store that counts as newer" : "");
    else if (e->does.kind == OPERATION_CAS && !e->does.writes)
        snprintf(out, EVENT_TEXT, "%s finds %s = %s and leaves it", who, word, read);
    else
        snprintf(out, EVENT_TEXT, "%s %s %s (%s -> %s)", who,
                 e->does.kind == OPERATION_ADD ? "adds to" : "sets", word, read, now);
}

#endif
