/* The engine whose step is one operation of memory. */
#include "engine/grain.h"

#include "base/error.h"
#include "engine/create.h"
#include "engine/events.h"
#include "engine/machine.h"
#include "engine/result.h"
#include "engine/state.h"

struct operation_engine {
    struct sched *s;
    struct sched_state *state;
    vrrl_verdict verdict;
};

static void destroy(void *engine)
{
    struct operation_engine *e = engine;
    if (!e)
        return;
    sched_state_free(e->state);
    sched_destroy(e->s);
    free(e);
}

static vrrl_code create(const vrrl_machine *machine, const uint32_t *arena,
                        const vrrl_batch_view *batch, const struct sched_options *options,
                        void **engine, vrrl_error *err)
{
    struct operation_engine *e = calloc(1, sizeof *e);
    if (!e)
        return error_no_memory(err, sizeof *e);
    vrrl_code code = sched_create(machine, arena, batch, options, &e->s, err);
    if (!code && !(e->state = sched_state_create(e->s)))
        code = error_no_memory(err, 0);
    if (code) {
        destroy(e);
        return code;
    }
    *engine = e;
    return VRRL_OK;
}

static void restart(void *engine, uint32_t *arena)
{
    sched_restart(((struct operation_engine *)engine)->s, arena);
}

static void set_up(void *engine, const vrrl_setup *setup)
{
    sched_set_up(((struct operation_engine *)engine)->s, setup);
}

static void until(void *engine, uint64_t steady_ns)
{
    sched_until(((struct operation_engine *)engine)->s, steady_ns);
}

static uint32_t lanes(const void *engine)
{
    return sched_lanes(((const struct operation_engine *)engine)->s);
}

static uint32_t claims(void *engine, uint32_t number, uint32_t *slots_of)
{
    struct operation_engine *e = engine;
    return sched_claims(e->s, e->state, number, slots_of);
}

static uint32_t again(void *engine, uint32_t *slots_of)
{
    struct operation_engine *e = engine;
    return sched_claims_again(e->s, e->state, slots_of);
}

static uint32_t claim_of(void *engine, uint32_t number, uint32_t slot)
{
    struct operation_engine *e = engine;
    return sched_claim_of(e->s, e->state, number, slot);
}

static uint32_t claimed_by(void *engine, uint32_t number, uint32_t option)
{
    struct operation_engine *e = engine;
    return sched_claimed_by(e->s, e->state, number, option);
}

static struct event next_of(void *engine, uint32_t number, uint32_t option)
{
    struct operation_engine *e = engine;
    return sched_event(e->s, e->state, number, option);
}

static vrrl_verdict run(void *engine, sched_pick pick, void *context)
{
    struct operation_engine *e = engine;
    return e->verdict = sched_run(e->s, e->state, pick, context);
}

static vrrl_code check(const void *engine, vrrl_error *err)
{
    return sched_check(((const struct operation_engine *)engine)->state, err);
}

static bool over_limit(const void *engine)
{
    const struct operation_engine *e = engine;
    return e->verdict == VRRL_VERDICT_HANG && e->state->steps >= e->s->options.setup.step_limit;
}

static uint32_t steps(const void *engine)
{
    return sched_steps(((const struct operation_engine *)engine)->state);
}

static uint32_t words(const void *engine, const uint32_t **at, const uint32_t **values)
{
    const struct operation_engine *e = engine;
    uint32_t count;
    *at = sched_words(e->state, e->s, &count);
    *values = e->state->memory.values;
    return count;
}

static const struct sched_slot *slots(const void *engine)
{
    return ((const struct operation_engine *)engine)->state->slots;
}

static bool stores(void *engine, uint32_t position, op_stores *out)
{
    struct operation_engine *e = engine;
    return body_stores(e->s, e->state->tree, &e->state->slots[position], position, out);
}

struct sched *sched_grain_schedule(void *engine)
{
    return ((struct operation_engine *)engine)->s;
}

const struct sched_grain sched_grain_operation = {.create = create,
                                                  .destroy = destroy,
                                                  .restart = restart,
                                                  .set_up = set_up,
                                                  .until = until,
                                                  .lanes = lanes,
                                                  .claims = claims,
                                                  .claims_again = again,
                                                  .claim_of = claim_of,
                                                  .claimed_by = claimed_by,
                                                  .next = next_of,
                                                  .run = run,
                                                  .check = check,
                                                  .over_limit = over_limit,
                                                  .steps = steps,
                                                  .words = words,
                                                  .slots = slots,
                                                  .stores = stores};
