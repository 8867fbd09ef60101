/* The epoch loop: prologue, publish, wait, observe. */
#include "base/atomics.h"
#include "base/clock.h"
#include "base/error.h"
#include "host/host.h"
#include "host/prologue.h"
#include "ring/publish.h"

#include <string.h>

/* How one epoch's wait goes on. */
struct host_wait {
    uint64_t start_ns, limit_ns; /* limit 0: none */
    uint32_t count_before;       /* DONE_COUNT before the batch */
    uint32_t seen;               /* slots seen terminal */
    uint32_t rounds;
};

enum {
    /* Rounds between two looks at the clock, and between two scans that do not trust DONE_COUNT. */
    ROUNDS_PER_LOOK = 16,
};

static vrrl_code publish_one(vrrl_host *host, const vrrl_sink *sink, uint32_t k,
                             const vrrl_slot_input *input, vrrl_error *err)
{
    uint32_t words[VRRL_SLOT_WORDS_MAX];
    uint32_t index = host->indices[k];
    ring_compose(&host->machine.geometry, input, words);
    vrrl_code code = VRRL_OK;
    if (sink->publish)
        code = sink->publish(sink->context, host->epoch, index, host->queues[k], words, err);
    return code ? code : ring_publish(&host->ring, index, words, err);
}

/* Whose the fence is: the first tenant that may run, so that it does not end in FAULT. */
static uint32_t fence_tenant(const vrrl_host *host)
{
    const uint32_t *masks = host->ring.arena + host->ring.layout.tenant_base;
    for (uint32_t t = 0; t < host->machine.geometry.tenants; t++)
        if (masks[t])
            return t;
    return 0;
}

static vrrl_code publish(vrrl_host *host, const vrrl_epoch_input *input, const vrrl_sink *sink,
                         vrrl_error *err)
{
    uint32_t count = input->slot_count;
    for (uint32_t k = 0; k < count; k++) {
        vrrl_code code = publish_one(host, sink, k, &input->slots[k], err);
        if (code)
            return code;
    }
    uint32_t first = count ? host->indices[0] : 0;
    vrrl_slot_input fence =
        ring_fence(first, count, host->epoch, host->queues[count], host->fence_args);
    fence.tenant = fence_tenant(host);
    vrrl_code code = publish_one(host, sink, count, &fence, err);
    if (code)
        return code;
    host->next = (host->indices[count] + 1) % host->machine.geometry.ring_slots;
    /* Release: whoever sees the new EPOCH sees its whole batch. */
    add_release(&host->ring.arena[VRRL_WORD_EPOCH], 1u);
    return VRRL_OK;
}

static vrrl_code report(vrrl_host *host, const vrrl_sink *sink, uint32_t index, vrrl_error *err)
{
    uint32_t words[VRRL_SLOT_WORDS_MAX];
    const uint32_t *slot = host->ring.arena + ring_slot_word(&host->ring, index);
    if (!sink->complete)
        return VRRL_OK;
    for (uint32_t i = 0; i < host->machine.geometry.slot_words; i++)
        words[i] = load_relaxed(&slot[i]);
    return sink->complete(sink->context, host->epoch, index, words,
                          &host->driver->tickets(host->backend)[index], err);
}

/* Looks at what is pending, reports what has ended, keeps the rest. Stops early where DONE_COUNT
 * says that there is no more to find: a count may run ahead of the statuses, never behind them. */
static vrrl_code scan(vrrl_host *host, const vrrl_sink *sink, struct host_wait *wait, uint32_t find,
                      vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    uint32_t kept = 0, i = 0, fence = host->result.slot_count - 1;
    for (; i < host->pending_count && find && !code; i++) {
        uint32_t k = host->pending[i], index = host->indices[k];
        /* Acquire: pairs with the worker's release; the ticket and all effects are visible. */
        uint32_t status = load_acquire(&host->ring.arena[ring_slot_word(&host->ring, index)]);
        if (!vrrl_status_is_terminal(status)) {
            host->pending[kept++] = k;
            continue;
        }
        find--;
        wait->seen++;
        if (k != fence)
            code = report(host, sink, index, err);
    }
    if (kept != i)
        memmove(host->pending + kept, host->pending + i,
                (host->pending_count - i) * sizeof *host->pending);
    host->pending_count -= i - kept;
    return code;
}

/* `look`: the clock is looked at, too. */
static bool is_over(const vrrl_host *host, const struct host_wait *wait, bool look)
{
    return (host->interrupt && load_relaxed(host->interrupt)) ||
           (look && wait->limit_ns && clock_steady_ns() - wait->start_ns > wait->limit_ns);
}

/* Waits until the batch has ended, or cannot. */
static vrrl_code wait_for_batch(vrrl_host *host, const vrrl_sink *sink, struct host_wait *wait,
                                vrrl_verdict *verdict, vrrl_error *err)
{
    const uint32_t *arena = host->ring.arena;
    for (;;) {
        bool look = ++wait->rounds % ROUNDS_PER_LOOK == 0;
        uint32_t counted = load_relaxed(&arena[VRRL_WORD_DONE_COUNT]) - wait->count_before;
        uint32_t before = wait->seen;
        vrrl_code code = scan(host, sink, wait, look ? UINT32_MAX : counted - before, err);
        if (code || !host->pending_count)
            return code;
        if (load_acquire(&arena[VRRL_WORD_SHUTDOWN])) {
            *verdict = VRRL_VERDICT_SHUTDOWN;
            return VRRL_OK;
        }
        if (wait->seen == before && host->driver->stuck(host->backend)) {
            *verdict = VRRL_VERDICT_DEADLOCK;
            return VRRL_OK;
        }
        if (is_over(host, wait, look)) {
            *verdict = VRRL_VERDICT_HANG;
            return VRRL_OK;
        }
        host->driver->drive(host->backend);
    }
}

static void list_waiters(vrrl_host *host)
{
    const vrrl_ticket *tickets = host->driver->tickets(host->backend);
    const uint32_t *arena = host->ring.arena;
    for (uint32_t i = 0; i < host->pending_count; i++) {
        uint32_t k = host->pending[i], index = host->indices[k];
        const vrrl_ticket *ticket = &tickets[index];
        vrrl_waiter *w = &host->waiters[i];
        w->index = index;
        w->status = load_relaxed(&arena[ring_slot_word(&host->ring, index)]);
        w->worker = load_relaxed(&ticket->worker);
        if (w->worker == VRRL_NO_WORKER)
            w->worker = host->queues[k];
        w->wait_word = load_relaxed(&ticket->wait_word);
        w->wait_value = load_relaxed(&ticket->wait_value);
        w->seen_value =
            w->wait_word < host->ring.layout.total_words ? load_relaxed(&arena[w->wait_word]) : 0;
    }
    host->result.waiters = host->waiters;
    host->result.waiter_count = host->pending_count;
}

/* The epoch has its verdict: the machine comes to rest, and what is left is reported. */
static vrrl_code settle_epoch(vrrl_host *host, const vrrl_sink *sink, struct host_wait *wait,
                              vrrl_verdict verdict, vrrl_error *err)
{
    vrrl_epoch_result *result = &host->result;
    result->elapsed_ns = clock_steady_ns() - wait->start_ns;
    bool quiet = host->driver->end(host->backend);
    vrrl_code code = host->driver->failure ? host->driver->failure(host->backend, err) : VRRL_OK;
    host->backend_failed = code != VRRL_OK;
    /* What ended between the verdict and the rest. */
    if (!code)
        code = scan(host, sink, wait, UINT32_MAX, err);
    if (code)
        return code;
    /* SHUTDOWN sends the workers away before the fence, or just after: it is the host's own slot, so
     * the host ends it, and no work was left. */
    uint32_t last = result->slot_count - 1;
    if (quiet && verdict == VRRL_VERDICT_SHUTDOWN && host->pending_count == 1 &&
        host->pending[0] == last) {
        host_run_fence(host, host->indices[last]);
        code = scan(host, sink, wait, UINT32_MAX, err);
        if (code)
            return code;
    }
    result->verdict = host->pending_count ? verdict : VRRL_VERDICT_COMPLETE;
    if (!quiet)
        result->verdict = VRRL_VERDICT_HANG;
    host->over = result->verdict != VRRL_VERDICT_COMPLETE;
    list_waiters(host);
    code = sink->observe ? sink->observe(sink->context, result, err) : VRRL_OK;
    if (code)
        return code;
    bool fence_ended = !host->pending_count || host->pending[host->pending_count - 1] != last;
    code = fence_ended ? report(host, sink, host->indices[last], err) : VRRL_OK;
    if (code)
        return code;
    return sink->end ? sink->end(sink->context, result, err) : VRRL_OK;
}

static vrrl_code run_batch(vrrl_host *host, const vrrl_epoch_input *input, const vrrl_sink *sink,
                           uint32_t timeout_ms, vrrl_error *err)
{
    uint32_t count = input->slot_count + 1;
    for (uint32_t k = 0; k < count; k++)
        host->pending[k] = k;
    host->pending_count = count;
    host->result =
        (vrrl_epoch_result){.epoch = host->epoch, .slot_count = count, .indices = host->indices};
    vrrl_batch_view batch = {.count = count, .indices = host->indices, .queues = host->queues};
    vrrl_code code = host->driver->begin(host->backend, &batch, err);
    host->backend_failed = code != VRRL_OK;
    if (code)
        return code;
    struct host_wait wait = {.start_ns = clock_steady_ns(),
                             .limit_ns = (uint64_t)timeout_ms * 1000000u,
                             .count_before = load_relaxed(&host->ring.arena[VRRL_WORD_DONE_COUNT])};
    vrrl_verdict verdict = VRRL_VERDICT_COMPLETE;
    if (host->driver->until)
        host->driver->until(host->backend, wait.limit_ns ? wait.start_ns + wait.limit_ns : 0);
    code = publish(host, input, sink, err);
    if (!code)
        code = wait_for_batch(host, sink, &wait, &verdict, err);
    if (!code)
        return settle_epoch(host, sink, &wait, verdict, err);
    host->driver->end(host->backend);
    return code;
}

static void place_queues(vrrl_host *host, const vrrl_epoch_input *input)
{
    bool pool = host->machine.model.kind == VRRL_MODEL_POOL;
    for (uint32_t k = 0; k < input->slot_count; k++)
        host->queues[k] = input->slots[k].queue;
    /* The fence ends the last queue. */
    host->queues[input->slot_count] = pool ? VRRL_NO_WORKER : host->machine.model.queues - 1;
}

vrrl_code vrrl_host_run_epoch(vrrl_host *host, const vrrl_epoch_input *input, const vrrl_sink *sink,
                              uint32_t timeout_ms, const vrrl_epoch_result **result,
                              vrrl_error *err)
{
    static const vrrl_sink silent = {0};
    sink = sink ? sink : &silent;
    if (host->over)
        return error_set(err, VRRL_REFUSED, "Fix: start a fresh machine.",
                         "the machine ended with epoch %u", host->epoch);
    vrrl_code code = ring_place(&host->machine.geometry, input->slot_count, input->indices,
                                host->next, host->indices, err);
    if (!code)
        code = host_check(host, input, err);
    if (!code)
        code = host_run_prologue(host, input, sink, err);
    if (code)
        return code;
    place_queues(host, input);
    code = run_batch(host, input, sink, timeout_ms, err);
    host->over |= code != VRRL_OK;
    if (code)
        return code;
    host->epoch += !host->over;
    *result = &host->result;
    return VRRL_OK;
}
