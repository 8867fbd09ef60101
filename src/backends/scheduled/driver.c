#include "backends/scheduled/driver.h"

#include "backends/drivers.h"
#include "base/error.h"
#include "base/random.h"
#include "ops/plain.h"

#include <stdlib.h>
#include <string.h>

static void destroy(void *backend)
{
    struct scheduled *b = backend;
    if (!b)
        return;
    sched_grain_operation.destroy(b->engine);
    core_free(&b->core);
    free(b->events);
    free(b);
}

static vrrl_code create(const vrrl_machine *machine, void **backend, vrrl_error *err)
{
    struct scheduled *b = aligned_alloc(CORE_LINE_BYTES, sizeof *b);
    if (!b)
        return error_no_memory(err, sizeof *b);
    *b = (struct scheduled){.random = machine->seed};
    vrrl_code code = core_init(&b->core, machine, err);
    if (code) {
        free(b);
        return code;
    }
    size_t events = 2 * (size_t)machine->geometry.ring_slots;
    b->events = malloc(events * sizeof *b->events);
    if (!b->events) {
        destroy(b);
        return error_no_memory(err, events * sizeof *b->events);
    }
    *backend = b;
    return VRRL_OK;
}

static vrrl_code begin_batch(void *backend, const vrrl_batch_view *batch, vrrl_error *err)
{
    struct scheduled *b = backend;
    b->begun = true;
    b->run = (struct scheduled_run){0};
    b->failed = VRRL_OK;
    return core_begin(&b->core, batch, err);
}

/* ---- A run by random choices ----------------------------------------------------------------- */

static void pick_random(void *context, const struct chooser_lane *lanes, uint32_t count,
                        uint32_t *at, uint32_t *option)
{
    if (count > 1)
        *at = random_below(context, count);
    if (lanes[*at].options > 1)
        *option = random_below(context, lanes[*at].options);
}

static vrrl_code run_random(struct scheduled *b, vrrl_error *err)
{
    const struct sched_grain *grain = &sched_grain_operation;
    const struct sched_options options = {.setup.model = VRRL_MEMORY_SC,
                                          .starved = VRRL_NO_WORKER,
                                          .setup.step_limit = UINT32_MAX,
                                          .until_ns = b->until_ns};
    vrrl_batch_view batch = b->core.batch;
    batch.count--;
    grain->destroy(b->engine);
    b->engine = NULL;
    vrrl_code code =
        grain->create(&b->core.machine, b->core.arena, &batch, &options, &b->engine, err);
    if (code)
        return code;
    vrrl_verdict verdict = grain->run(b->engine, pick_random, &b->random);
    b->run = (struct scheduled_run){.grain = grain, .engine = b->engine, .verdict = verdict};
    return VRRL_OK;
}

/* ---- What a run leaves ----------------------------------------------------------------------- */

static void store_words(struct scheduled *b)
{
    const uint32_t *words, *values;
    uint32_t count = b->run.grain->words(b->run.engine, &words, &values);
    for (uint32_t i = 0; i < count; i++)
        b->core.arena[words[i]] = values[i];
}

/* Each at its step, then close together: where steps are few, as they are of whole slots. */
static uint32_t place_events(struct scheduled_event *events, uint32_t steps,
                             const struct sched_slot *slots, uint32_t count, bool ends)
{
    uint32_t kept = 0;
    memset(events, 0, steps * sizeof *events);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t step = ends ? slots[i].ended_at : slots[i].claimed_at;
        if (step)
            events[step - 1] = (struct scheduled_event){.step = step, .slot = i};
    }
    for (uint32_t i = 0; i < steps; i++)
        if (events[i].step)
            events[kept++] = events[i];
    return kept;
}

static int by_step(const void *left, const void *right)
{
    const struct scheduled_event *a = left, *b = right;
    return (a->step > b->step) - (a->step < b->step);
}

/* The claims, or the ends, in their order. */
static uint32_t sort_events(struct scheduled *b, struct scheduled_event *events,
                            const struct sched_slot *slots, uint32_t count, bool ends)
{
    uint32_t kept = 0, steps = b->run.grain->steps(b->run.engine);
    if (steps <= b->core.machine.geometry.ring_slots)
        return place_events(events, steps, slots, count, ends);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t step = ends ? slots[i].ended_at : slots[i].claimed_at;
        if (step)
            events[kept++] = (struct scheduled_event){.step = step, .slot = i};
    }
    if (kept > 1)
        qsort(events, kept, sizeof *events, by_step);
    return kept;
}

/* A queue's slots are its worker's, whatever lane that is. */
static uint32_t worker_of(const struct core *c, uint32_t position, uint32_t lane)
{
    bool queued = core_in_queues(c) && lane != VRRL_NO_WORKER;
    return queued ? c->batch.queues[position] : lane;
}

/* What all tickets tell but their orders. */
static void write_results(struct scheduled *b, const struct sched_slot *slots, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        vrrl_ticket *ticket = &b->core.tickets[b->core.batch.indices[i]];
        ticket->worker = worker_of(&b->core, i, slots[i].lane);
        ticket->attempts = slots[i].claimed_at != 0;
        ticket->wait_word = slots[i].wait_word;
        ticket->wait_value = slots[i].wait_value;
        if (!slots[i].ended_at)
            continue;
        ticket->result_fold = slots[i].result_fold;
        ticket->order_fold = slots[i].order_fold;
    }
}

static void write_tickets(struct scheduled *b)
{
    struct core *c = &b->core;
    uint32_t count = c->batch.count - 1, ended = 0;
    const struct sched_slot *slots = b->run.grain->slots(b->run.engine);
    struct scheduled_event *claims = b->events, *ends = b->events + c->machine.geometry.ring_slots;
    write_results(b, slots, count);
    uint32_t claim_count = sort_events(b, claims, slots, count, false);
    uint32_t end_count = sort_events(b, ends, slots, count, true);
    for (uint32_t i = 0; i < claim_count; i++) {
        vrrl_ticket *ticket = &c->tickets[c->batch.indices[claims[i].slot]];
        while (ended < end_count && ends[ended].step < claims[i].step)
            ended++;
        ticket->claim_order = ++c->claims;
        ticket->claimed_after = c->progress + ended;
    }
    for (uint32_t i = 0; i < end_count; i++)
        c->tickets[c->batch.indices[ends[i].slot]].completion_order = c->progress++;
}

/* After all others. The last queue's worker ends it, or the first of a pool. */
static void run_fence(struct scheduled *b)
{
    struct core *c = &b->core;
    uint32_t index = c->batch.indices[c->batch.count - 1];
    uint32_t word = c->layout.ring_base + index * c->machine.geometry.slot_words;
    op_env env = {
        .arena = c->arena, .slots = c->arena, .geometry = c->machine.geometry, .layout = c->layout};
    vrrl_ticket *ticket = &c->tickets[index];
    op_env_reset(&env);
    uint32_t status = op_attempt(&env, word);
    ticket->worker = core_in_queues(c) ? c->machine.model.queues - 1 : 0;
    ticket->attempts = 1;
    ticket->claim_order = ++c->claims;
    ticket->claimed_after = c->progress;
    ticket->wait_word = env.wait_word;
    ticket->wait_value = env.wait_value;
    if (vrrl_status_is_terminal(status)) {
        op_account(&env, word);
        ticket->completion_order = c->progress++;
    }
    c->arena[word] = status;
}

/* The fence's worker has come to it: all of a pool's workers have, where nothing else can be done. */
static bool fence_is_next(const struct core *c)
{
    uint32_t last = core_in_queues(c) ? c->machine.model.queues - 1 : VRRL_NO_WORKER;
    for (uint32_t i = 0; core_in_queues(c) && i + 1 < c->batch.count; i++)
        if (c->batch.queues[i] == last &&
            !vrrl_status_is_terminal(*core_slot(c, c->batch.indices[i])))
            return false;
    /* SHUTDOWN sends the workers away; then the host ends its fence itself. */
    return !c->arena[VRRL_WORD_SHUTDOWN];
}

static void until(void *backend, uint64_t steady_ns)
{
    ((struct scheduled *)backend)->until_ns = steady_ns;
}

static void drive(void *backend)
{
    struct scheduled *b = backend;
    if (!b->begun)
        return;
    b->begun = false;
    if (b->core.arena[VRRL_WORD_SHUTDOWN])
        return; /* the workers have left */
    b->failed = b->steering ? b->steering(b->context, &b->core, &b->run, &b->error)
                            : run_random(b, &b->error);
    if (b->failed || !b->run.engine)
        return;
    b->failed = b->run.grain->check(b->run.engine, &b->error);
    if (b->failed)
        return;
    store_words(b);
    write_tickets(b);
    if (b->run.verdict != VRRL_VERDICT_HANG && fence_is_next(&b->core))
        run_fence(b);
}

static bool stuck(void *backend)
{
    const struct scheduled *b = backend;
    return !b->begun;
}

static bool end(void *backend)
{
    const struct scheduled *b = backend;
    return !b->failed && b->run.verdict != VRRL_VERDICT_HANG;
}

static vrrl_code failure(void *backend, vrrl_error *err)
{
    const struct scheduled *b = backend;
    if (b->failed)
        *err = b->error;
    return b->failed;
}

const vrrl_driver driver_scheduled = {
    .version = VRRL_DRIVER_VERSION,
    .name = "scheduled",
    .summary = "one memory operation at a time, by a seed: the same run each time",
    .create = create,
    .destroy = destroy,
    .arena = core_arena,
    .tickets = core_tickets,
    .begin = begin_batch,
    .drive = drive,
    .stuck = stuck,
    .end = end,
    .failure = failure,
    .until = until,
};
