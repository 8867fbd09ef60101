/*
 * The reference: one sequential worker, on the host's own thread. It defines what every opcode
 * means; every other backend must agree with it.
 */
#include "backends/drivers.h"
#include "base/error.h"
#include "ops/plain.h"

#include "backends/engine.h"

typedef struct reference {
    core core;
    worker worker;
    uint32_t idle; /* sweeps in a row that ended nothing */
} reference;

static void destroy(void *backend)
{
    reference *r = backend;
    if (!r)
        return;
    worker_free(&r->worker);
    core_free(&r->core);
    free(r);
}

static vrrl_code create(const vrrl_machine *machine, void **backend, vrrl_error *err)
{
    reference *r = aligned_alloc(CORE_LINE_BYTES, sizeof *r);
    if (!r)
        return error_no_memory(err, sizeof *r);
    vrrl_code code = core_init(&r->core, machine, err);
    if (code) {
        free(r);
        return code;
    }
    if (worker_init(&r->worker, &r->core, 0)) {
        destroy(r);
        return error_no_memory(err, 0);
    }
    *backend = r;
    return VRRL_OK;
}

static vrrl_code begin(void *backend, const vrrl_batch_view *batch, vrrl_error *err)
{
    reference *r = backend;
    vrrl_code code = core_begin(&r->core, batch, err);
    if (code)
        return code;
    worker_begin(&r->worker, 1);
    r->idle = 0;
    return VRRL_OK;
}

static void drive(void *backend)
{
    reference *r = backend;
    r->idle = worker_sweep(&r->worker) ? 0 : r->idle + 1;
    r->worker.thorough = r->idle > 0;
}

static bool stuck(void *backend)
{
    return core_stuck(&((reference *)backend)->core);
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
    .begin = begin,
    .drive = drive,
    .stuck = stuck,
    .end = end,
};
