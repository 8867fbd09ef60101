/*
 * Threads: persistent workers that run for as long as the machine lives, with real concurrency.
 * Between epochs, and in an epoch when they find nothing to do, they spin for a moment and then
 * sleep.
 */
#include "backends/drivers.h"
#include "backends/threads/futex.h"
#include "base/clock.h"
#include "base/error.h"
#include "ops/atomic.h"

#include "backends/engine.h"

#include <pthread.h>
#include <sched.h>

enum {
    IDLE_SPINS = 200,         /* looks at the next epoch's word before sleeping */
    IDLE_SWEEPS_THOROUGH = 2, /* sweeps that ended nothing before every slot is attempted */
    IDLE_SWEEPS_SPIN = 4,     /* … before the core is offered to others */
    IDLE_SWEEPS_YIELD = 64,   /* … before the worker sleeps between sweeps */
    IDLE_SLEEP_NS = 20000,
    DRIVE_YIELDS = 16,
    DRIVE_NEAR_SLOTS = 64, /* so few slots left: the end is near */
    DRIVE_SHORT_NS = 50000,
    DRIVE_LONG_NS = 300000,
};
#define END_LIMIT_NS 10000000000u /* a worker that is away for longer is taken for hung */

struct threads;

struct thread {
    struct worker worker;
    struct threads *threads;
    pthread_t handle;
};

struct threads {
    struct core core;
    struct thread *thread;
    uint32_t count; /* of threads that were started */
    uint64_t last_progress;
    _Alignas(CORE_LINE_BYTES) uint32_t epoch; /* futex; workers sleep on it between epochs */
    _Alignas(CORE_LINE_BYTES) uint32_t away;  /* futex; workers that are in the epoch */
    uint32_t quit;
};

/* Sleeps in short steps: a slot may be published, or its word may change, without a wake. */
static void back_off(uint32_t idle)
{
    static const struct timespec step = {.tv_nsec = IDLE_SLEEP_NS};
    if (idle < IDLE_SWEEPS_SPIN)
        cpu_relax();
    else if (idle < IDLE_SWEEPS_YIELD)
        sched_yield();
    else
        nanosleep(&step, NULL);
}

static void run_epoch(struct thread *t)
{
    struct worker *w = &t->worker;
    worker_begin(w, t->threads->count);
    for (uint32_t idle = 0; w->item_count && !worker_must_leave(w);) {
        idle = worker_sweep(w) ? 0 : idle + 1;
        w->thorough = idle >= IDLE_SWEEPS_THOROUGH;
        if (idle)
            back_off(idle);
    }
}

/* The epoch after `seen`. Acquire: pairs with the release in begin and destroy; the batch is there.
 */
static uint32_t next_epoch(struct threads *t, uint32_t seen)
{
    for (uint32_t i = 0; i < IDLE_SPINS; i++) {
        if (load_acquire(&t->epoch) != seen)
            return load_acquire(&t->epoch);
        cpu_relax();
    }
    while (load_acquire(&t->epoch) == seen)
        futex_wait(&t->epoch, seen, 0);
    return load_acquire(&t->epoch);
}

static void *thread_main(void *argument)
{
    struct thread *t = argument;
    struct threads *all = t->threads;
    uint32_t seen = 0;
    for (;;) {
        seen = next_epoch(all, seen);
        if (load_relaxed(&all->quit))
            return NULL;
        run_epoch(t);
        /* Acquire-release: pairs with the acquire in end; all that the worker did is visible. */
        if (add_acq_rel(&all->away, UINT32_MAX) == 1)
            futex_wake_all(&all->away);
    }
}

static void wake(struct threads *t)
{
    add_release(&t->epoch, 1u);
    futex_wake_all(&t->epoch);
}

static void destroy(void *backend)
{
    struct threads *t = backend;
    if (!t)
        return;
    store_relaxed(&t->core.stop, 1u);
    store_relaxed(&t->quit, 1u);
    wake(t);
    for (uint32_t i = 0; i < t->count; i++)
        pthread_join(t->thread[i].handle, NULL);
    for (uint32_t i = 0; t->thread && i < t->core.machine.workers; i++)
        worker_free(&t->thread[i].worker);
    free(t->thread);
    core_free(&t->core);
    free(t);
}

static vrrl_code start_threads(struct threads *t, vrrl_error *err)
{
    uint32_t workers = t->core.machine.workers;
    t->thread = calloc(workers, sizeof *t->thread);
    if (!t->thread)
        return error_no_memory(err, workers * sizeof *t->thread);
    for (uint32_t i = 0; i < workers; i++) {
        struct thread *one = &t->thread[i];
        one->threads = t;
        if (worker_init(&one->worker, &t->core, i))
            return error_no_memory(err, t->core.machine.geometry.ring_slots * sizeof(uint32_t));
    }
    for (uint32_t i = 0; i < workers; i++) {
        int failed = pthread_create(&t->thread[i].handle, NULL, thread_main, &t->thread[i]);
        if (failed)
            return error_set(err, VRRL_UNSUPPORTED,
                             "Fix: choose fewer workers, or raise the limit (ulimit -u).",
                             "could not start worker %u of %u: %s", i, workers, strerror(failed));
        t->count++;
    }
    return VRRL_OK;
}

static vrrl_code create(const vrrl_machine *machine, void **backend, vrrl_error *err)
{
    struct threads *t = aligned_alloc(CORE_LINE_BYTES, sizeof *t);
    if (!t)
        return error_no_memory(err, sizeof *t);
    memset(t, 0, sizeof *t);
    vrrl_code code = core_init(&t->core, machine, err);
    if (code) {
        free(t);
        return code;
    }
    code = start_threads(t, err);
    if (code) {
        destroy(t);
        return code;
    }
    *backend = t;
    return VRRL_OK;
}

static vrrl_code begin_batch(void *backend, const vrrl_batch_view *batch, vrrl_error *err)
{
    struct threads *t = backend;
    vrrl_code code = core_begin(&t->core, batch, err);
    if (code)
        return code;
    store_relaxed(&t->core.stop, 0u);
    store_relaxed(&t->away, t->count);
    t->last_progress = t->core.first_progress;
    wake(t);
    return VRRL_OK;
}

/* Near the end the host only lends its core; far from it it sleeps, so that its looks cost the
 * workers little. A worker that leaves the epoch last wakes it. */
static void drive(void *backend)
{
    struct threads *t = backend;
    uint32_t away = load_acquire(&t->away);
    uint64_t left = t->core.batch.count + t->core.first_progress - load_relaxed(&t->core.progress);
    if (!away) {
        sched_yield();
        return;
    }
    if (left > DRIVE_NEAR_SLOTS) {
        futex_wait(&t->away, away, DRIVE_LONG_NS);
        return;
    }
    for (uint32_t i = 0; i < DRIVE_YIELDS; i++) {
        sched_yield();
        uint64_t progress = load_relaxed(&t->core.progress);
        if (progress != t->last_progress) {
            t->last_progress = progress;
            return;
        }
    }
    futex_wait(&t->away, away, DRIVE_SHORT_NS);
}

static bool stuck(void *backend)
{
    return core_stuck(&((struct threads *)backend)->core);
}

static bool end(void *backend)
{
    struct threads *t = backend;
    uint64_t start = clock_steady_ns();
    store_relaxed(&t->core.stop, 1u);
    for (;;) {
        /* Acquire: pairs with the add in thread_main. */
        uint32_t away = load_acquire(&t->away);
        if (!away)
            return true;
        if (clock_steady_ns() - start > END_LIMIT_NS)
            return false;
        futex_wait(&t->away, away, DRIVE_SHORT_NS);
    }
}

const vrrl_driver driver_threads = {
    .version = VRRL_DRIVER_VERSION,
    .name = "threads",
    .summary = "one POSIX thread a worker: real concurrency on this machine's cores",
    .create = create,
    .destroy = destroy,
    .arena = core_arena,
    .tickets = core_tickets,
    .begin = begin_batch,
    .drive = drive,
    .stuck = stuck,
    .end = end,
};
