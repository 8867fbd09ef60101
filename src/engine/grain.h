/*
 * What an engine is, for those who run a batch and do not care how large a step is: one operation of
 * memory (schedule.h), or one slot.
 */
#ifndef VRRL_ENGINE_GRAIN_H
#define VRRL_ENGINE_GRAIN_H

#include "engine/machine.h"
#include "engine/schedule.h"
#include "ops/stores.h"

/* One row an engine. `engine` is what `create` made: a batch, and the state of its last run. */
struct sched_grain {
    /* As sched_create: the batch without its fence. */
    vrrl_code (*create)(const vrrl_machine *machine, const uint32_t *arena,
                        const vrrl_batch_view *batch, const struct sched_options *options,
                        void **engine, vrrl_error *err);
    void (*destroy)(void *engine); /* NULL is fine */
    /* As sched_restart. */
    void (*restart)(void *engine, uint32_t *arena);
    /* As sched_set_up. */
    void (*set_up)(void *engine, const vrrl_setup *setup);
    /* As sched_until. */
    void (*until)(void *engine, uint64_t steady_ns);
    uint32_t (*lanes)(const void *engine);
    /* While a run is asked to pick: as sched_claims. */
    uint32_t (*claims)(void *engine, uint32_t lane, uint32_t *slots);
    /* Likewise: as sched_claims_again. */
    uint32_t (*claims_again)(void *engine, uint32_t *slots);
    /* Likewise: as sched_claim_of. */
    uint32_t (*claim_of)(void *engine, uint32_t lane, uint32_t slot);
    /* Likewise: as sched_claimed_by. */
    uint32_t (*claimed_by)(void *engine, uint32_t lane, uint32_t option);

    /* Likewise: as sched_event. */
    struct event (*next)(void *engine, uint32_t lane, uint32_t option);

    /* One run from the start; VRRL_VERDICT_HANG also over the step limit. */
    vrrl_verdict (*run)(void *engine, sched_pick pick, void *context);
    /* Of the last run. */
    /* Why it means nothing, if it does: memory lacked, or a limit was met. */
    vrrl_code (*check)(const void *engine, vrrl_error *err);
    bool (*over_limit)(const void *engine);
    uint32_t (*steps)(const void *engine);
    /* The words that runs so far have met, and what each holds now: all others are as at the start. */
    uint32_t (*words)(const void *engine, const uint32_t **words, const uint32_t **values);
    const struct sched_slot *(*slots)(const void *engine); /* by position in the batch */
    /* What the last attempt at a slot that has ended stored, as its result was folded from: appended.
     * False where that is not known. */
    bool (*stores)(void *engine, uint32_t position, op_stores *out);
};

extern const struct sched_grain sched_grain_operation, sched_grain_slot;

/* Of an engine of sched_grain_operation: for a search of all its runs. */
struct sched *sched_grain_schedule(void *engine);

#endif
