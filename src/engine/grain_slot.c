/* The engine whose step is a slot. A lane is a slot, and claims nothing: its turn is all of it. */
#include "engine/grain.h"
#include "engine/slot_engine.h"

#include "base/error.h"

#include <stdlib.h>

struct whole_engine {
    struct slot_engine *e;
    uint32_t slots;
};

static void destroy(void *engine)
{
    struct whole_engine *w = engine;
    if (w)
        slot_engine_destroy(w->e);
    free(w);
}

static vrrl_code create(const vrrl_machine *machine, const uint32_t *arena,
                        const vrrl_batch_view *batch, const struct sched_options *options,
                        void **engine, vrrl_error *err)
{
    struct whole_engine *w = calloc(1, sizeof *w);
    if (!w)
        return error_no_memory(err, sizeof *w);
    w->slots = batch->count;
    vrrl_code code = slot_engine_create(machine, arena, batch, options, &w->e, err);
    if (code)
        free(w);
    else
        *engine = w;
    return code;
}

static void restart(void *engine, uint32_t *arena)
{
    slot_engine_restart(((struct whole_engine *)engine)->e, arena);
}

static void set_up(void *engine, const vrrl_setup *setup)
{
    slot_engine_set_up(((struct whole_engine *)engine)->e, setup);
}

static void until(void *engine, uint64_t steady_ns)
{
    slot_engine_until(((struct whole_engine *)engine)->e, steady_ns);
}

static uint32_t lanes(const void *engine)
{
    return ((const struct whole_engine *)engine)->slots;
}

static uint32_t claims(void *engine, uint32_t number, uint32_t *slots_of)
{
    (void)engine, (void)number, (void)slots_of;
    return 0;
}

static uint32_t again(void *engine, uint32_t *slots_of)
{
    (void)engine, (void)slots_of;
    return 0;
}

static uint32_t claim_of(void *engine, uint32_t number, uint32_t slot)
{
    (void)engine, (void)number, (void)slot;
    return CLAIM_NOT_NOW;
}

static uint32_t claimed_by(void *engine, uint32_t number, uint32_t option)
{
    (void)engine, (void)number, (void)option;
    return VRRL_NO_INDEX;
}

static struct event next_of(void *engine, uint32_t number, uint32_t option)
{
    (void)engine, (void)option;
    return (struct event){
        .what = EVENT_RUNS, .slot = number, .thread = {.number = number}, .word = VRRL_NO_INDEX};
}

static vrrl_verdict run(void *engine, sched_pick pick, void *context)
{
    return slot_engine_run(((struct whole_engine *)engine)->e, pick, context);
}

static vrrl_code check(const void *engine, vrrl_error *err)
{
    return slot_engine_exhausted(((const struct whole_engine *)engine)->e) ? error_no_memory(err, 0)
                                                                           : VRRL_OK;
}

static bool over_limit(const void *engine)
{
    return slot_engine_over_limit(((const struct whole_engine *)engine)->e);
}

static uint32_t steps(const void *engine)
{
    return slot_engine_steps(((const struct whole_engine *)engine)->e);
}

static uint32_t words(const void *engine, const uint32_t **at, const uint32_t **values)
{
    return slot_engine_words(((const struct whole_engine *)engine)->e, at, values);
}

static const struct sched_slot *slots(const void *engine)
{
    return slot_engine_slots(((const struct whole_engine *)engine)->e);
}

static bool stores(void *engine, uint32_t position, op_stores *out)
{
    return slot_engine_stores(((struct whole_engine *)engine)->e, position, out);
}

const struct sched_grain sched_grain_slot = {.create = create,
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
