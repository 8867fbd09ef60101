/*
 * The reference: one sequential worker, on the host's own thread. It defines what every opcode
 * means; every other backend must agree with it. It takes the first slot that is ready, in the order in
 * which the author wrote them: of a pool's slots, or of those at the heads of queues. What a program does
 * in that order is what its author had in mind, as far as anything tells it.
 */
#include "backends/drivers.h"
#include "backends/reference/ready.h"
#include "base/error.h"
#include "ops/footprint.h"
#include "ops/plain.h"

#include "backends/engine.h"

enum { TURNS = 256 }; /* before the host may look again */

struct reference {
    struct core core;
    struct worker worker;
    struct ready ready;
    uint32_t *position; /* by ring index: in the batch */
    bool *goals;        /* by ring index: what it wants is in memory, too */
    bool swept;         /* nothing was ready: sweeps look at all that is left */
    uint32_t idle;      /* of them in a row that ended nothing */
};

static void destroy(void *backend)
{
    struct reference *r = backend;
    if (!r)
        return;
    worker_free(&r->worker);
    ready_free(&r->ready);
    free(r->position);
    free(r->goals);
    core_free(&r->core);
    free(r);
}

/* Unless it was asked for a random one, which is made by sweeps alone. */
static bool takes_in_order(const struct reference *r)
{
    return r->core.machine.claim != VRRL_CLAIM_RANDOM;
}

/* One slot of a queue at a time is one in flight, however deep it is. */
static vrrl_code create(const vrrl_machine *machine, void **backend, vrrl_error *err)
{
    struct reference *r = aligned_alloc(CORE_LINE_BYTES, sizeof *r);
    if (!r)
        return error_no_memory(err, sizeof *r);
    *r = (struct reference){.idle = 0};
    vrrl_code code = core_init(&r->core, machine, err);
    if (code) {
        free(r);
        return code;
    }
    uint32_t ring = machine->geometry.ring_slots;
    if (takes_in_order(r) && r->core.machine.model.kind == VRRL_MODEL_PIPELINED)
        r->core.machine.model.depth = 1;
    r->position = calloc(ring, sizeof *r->position);
    r->goals = calloc(ring, sizeof *r->goals);
    int fits = ready_init(&r->ready, ring);
    if (worker_init(&r->worker, &r->core, 0) || !fits || !r->position || !r->goals) {
        destroy(r);
        return error_no_memory(err, 0);
    }
    *backend = r;
    return VRRL_OK;
}

/* ---- What may be ready ------------------------------------------------------------------------ */

static bool has_ended(const struct reference *r, uint32_t index)
{
    return worker_ended(&r->worker, index, load_relaxed(core_slot(&r->core, index)));
}

static void push_head(struct reference *r, uint32_t q)
{
    const struct core *c = &r->core;
    if (c->head[q] < c->queue_first[q + 1] && !worker_queue_is_off(&r->worker, q))
        ready_push(&r->ready, r->position[c->queue_slots[c->head[q]]]);
}

/* All that has not ended, or the heads of it. */
static void push_all(struct reference *r)
{
    const struct core *c = &r->core;
    ready_clear(&r->ready);
    for (uint32_t k = 0; core_in_queues(c) && k < c->order_count; k++)
        push_head(r, c->order[k]);
    for (uint32_t i = 0; !core_in_queues(c) && i < c->batch.count; i++)
        if (!has_ended(r, c->batch.indices[i]))
            ready_push(&r->ready, i);
}

static vrrl_code begin_batch(void *backend, const vrrl_batch_view *batch, vrrl_error *err)
{
    struct reference *r = backend;
    vrrl_code code = core_begin(&r->core, batch, err);
    if (code)
        return code;
    worker_begin(&r->worker, 1);
    for (uint32_t i = 0; i < batch->count; i++)
        r->position[batch->indices[i]] = i;
    r->idle = 0;
    r->swept = false;
    if (takes_in_order(r))
        push_all(r);
    return VRRL_OK;
}

static void wake_range(void *context, const struct declared_event *access)
{
    struct reference *r = context;
    if (!declared_writes(access))
        return;
    for (uint32_t i = 0; i < access->count; i++)
        ready_wake(&r->ready, access->word + i, load_relaxed(&r->core.arena[access->word + i]));
}

/* A slot has ended: who waits for what it may have written comes again. */
static void wake(struct reference *r, uint32_t index)
{
    const struct core *c = &r->core;
    const uint32_t *slot = core_slot(c, index);
    const struct footprint_memory memory = {.words = c->arena + c->layout.user_base,
                                            .base = c->layout.user_base,
                                            .count = c->machine.geometry.user_words};
    footprint_of(slot[OP_SLOT_OPCODE], slot + OP_SLOT_ARGS,
                 c->machine.geometry.slot_words - OP_SLOT_ARGS, &memory, wake_range, r);
    ready_wake_others(&r->ready);
}

static void end_in_queue(struct reference *r, uint32_t q)
{
    struct core *c = &r->core;
    worker_advance(&r->worker, q);
    if (c->head[q] < c->queue_first[q + 1]) {
        push_head(r, q);
        return;
    }
    c->queues_finished++;
    for (uint32_t k = 0; c->machine.model.resident && k < c->order_count; k++)
        push_head(r, c->order[k]);
}

/* Put back: until the word that it waits for may be what it wants. What the host, a STATUS or a count tells, or a
 * goal that is in memory itself, is looked at again and again. */
static void park(struct reference *r, uint32_t position, uint32_t index)
{
    uint32_t word = r->core.tickets[index].wait_word;
    uint64_t value = r->core.tickets[index].wait_value;
    bool any = word == VRRL_NO_INDEX || word < r->core.layout.user_base || value == 0 ||
               r->goals[index] || load_relaxed(core_slot(&r->core, index)) != VRRL_STATUS_REQUEUE;
    if (any)
        ready_park_for_any(&r->ready, position);
    else
        ready_park(&r->ready, position, word, (uint32_t)value);
}

/* Takes the first that may be ready. A slot that waits for the host is left to the sweeps. */
static void take_first(struct reference *r)
{
    struct core *c = &r->core;
    uint32_t position = ready_pop(&r->ready), index = c->batch.indices[position];
    uint32_t status = load_relaxed(core_slot(c, index));
    uint32_t q = core_in_queues(c) ? c->batch.queues[position] : 0;
    bool may = status == VRRL_STATUS_PUBLISHED || status == VRRL_STATUS_REQUEUE ||
               status == VRRL_STATUS_YIELD;
    if (status == VRRL_STATUS_REQUEUE && !worker_worth(&r->worker, index, status)) {
        park(r, position, index);
        return;
    }
    if (!may || has_ended(r, index) || !worker_claim(&r->worker, index, status, q))
        return;
    status = worker_run(&r->worker, index);
    r->goals[index] = r->worker.env.goal_word != VRRL_NO_INDEX;
    if (!vrrl_status_is_terminal(status)) {
        if (status == VRRL_STATUS_REQUEUE || status == VRRL_STATUS_YIELD)
            park(r, position, index);
        return;
    }
    wake(r, index);
    if (core_in_queues(c))
        end_in_queue(r, q);
}

/* ---- The driver ------------------------------------------------------------------------------- */

/* What the sweeps still have to look at: queues that have not finished. */
static void keep_unfinished(struct reference *r)
{
    struct worker *w = &r->worker;
    uint32_t kept = 0;
    for (uint32_t i = 0; core_in_queues(&r->core) && i < w->item_count; i++)
        if (r->core.head[w->items[i]] < r->core.queue_first[w->items[i] + 1])
            w->items[kept++] = w->items[i];
    w->item_count = core_in_queues(&r->core) ? kept : w->item_count;
}

/* Nothing is ready, as far as is known: each slot that is left is tried, as the deadlock rule wants it. */
static void sweep(struct reference *r)
{
    if (!r->swept)
        keep_unfinished(r);
    r->swept = true;
    r->worker.thorough = r->idle > 0;
    r->idle = worker_sweep(&r->worker) ? 0 : r->idle + 1;
    r->worker.thorough = false;
    if (r->idle == 0 && takes_in_order(r)) {
        push_all(r);
        r->swept = false;
    }
}

static void until(void *backend, uint64_t steady_ns)
{
    ((struct reference *)backend)->core.until_ns = steady_ns;
}

static void drive(void *backend)
{
    struct reference *r = backend;
    if (r->ready.count == 0) {
        sweep(r);
        return;
    }
    for (uint32_t i = 0; i < TURNS && r->ready.count > 0 && !worker_must_leave(&r->worker) &&
                         !worker_is_late(&r->worker, i);
         i++)
        take_first(r);
    if (worker_must_leave(&r->worker))
        ready_clear(&r->ready);
}

static bool stuck(void *backend)
{
    return core_stuck(&((struct reference *)backend)->core);
}

static bool end(void *backend)
{
    (void)backend;
    return true;
}

const vrrl_driver driver_reference = {
    .version = VRRL_DRIVER_VERSION,
    .name = "reference",
    .summary = "one sequential worker; defines what every opcode means",
    .create = create,
    .destroy = destroy,
    .arena = core_arena,
    .tickets = core_tickets,
    .begin = begin_batch,
    .drive = drive,
    .stuck = stuck,
    .end = end,
    .until = until,
};
