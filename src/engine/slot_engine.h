/*
 * One epoch under a scheduler, one whole slot at a time: each slot that runs does so from its first
 * to its last operation, and a chooser picks the next among those that could run.
 *
 * What it shows: every order of slots that the worker model and the waits allow, and every value
 * that comes of it; two slots that nothing orders meet in either order. Where bodies read all that
 * they read before they write any of it, and what they touch is declared, as in a task graph, two
 * slots that overlap in time leave what one of the two orders leaves, or a mixture of both, word by
 * word: a race shows in one of the orders. What it leaves out: such mixtures, a slot that is cut in
 * two by another, and memory models. For those a step must be an operation: schedule.h.
 *
 * A lane is a slot, by its position in the batch. A slot that is not ready is parked by the word
 * that it waits for and looked at again when that word has come to what it wants. A slot that is
 * ready stays so unless a word that it waited for is lowered: then its turn passes without effect,
 * and it is parked again. How many workers a pool has, and how many slots may be claimed at a time,
 * makes no difference here.
 */
#ifndef VRRL_ENGINE_SLOT_ENGINE_H
#define VRRL_ENGINE_SLOT_ENGINE_H

#include "engine/machine.h"
#include "engine/schedule.h"
#include "ops/stores.h"

/* A batch, and the state of its last run. Used by one thread at a time. */
struct slot_engine;

/* As sched_create. Of the options counts the step limit, in turns; 0: 1,000,000, but at least 8 for
 * each slot. */
vrrl_code slot_engine_create(const vrrl_machine *machine, const uint32_t *arena,
                             const vrrl_batch_view *batch, const struct sched_options *options,
                             struct slot_engine **made, vrrl_error *err);
void slot_engine_destroy(struct slot_engine *e);
/* The next runs start from this arena, which is copied. */
void slot_engine_restart(struct slot_engine *e, const uint32_t *arena);

/* As sched_set_up: a slot engine has one model, and one slot in flight. */
void slot_engine_set_up(struct slot_engine *e, const vrrl_setup *setup);
/* Runs end at this moment of the steady clock; 0: by themselves. */
void slot_engine_until(struct slot_engine *e, uint64_t steady_ns);

/* One run from the start: turns until nobody can run. VRRL_VERDICT_HANG also over the step limit, or when
 * its time is over. */
vrrl_verdict slot_engine_run(struct slot_engine *e, sched_pick pick, void *context);

/* ---- Of the last run ------------------------------------------------------------------------- */

/* Memory lacked: it means nothing. */
bool slot_engine_exhausted(const struct slot_engine *e);
bool slot_engine_over_limit(const struct slot_engine *e);
uint32_t slot_engine_steps(const struct slot_engine *e); /* turns */
const uint32_t *slot_engine_arena(const struct slot_engine *e);
/* What the last attempt at a slot stored, appended; false: that is not known. */
bool slot_engine_stores(const struct slot_engine *e, uint32_t position, op_stores *out);
/* By position in the batch. A slot is claimed in the turn in which it ends. */
const struct sched_slot *slot_engine_slots(struct slot_engine *e);
/* The words that runs so far have changed, and what each holds now; the STATUS of each slot first.
 * Valid until the next call. 0 where memory lacks. */
uint32_t slot_engine_words(struct slot_engine *e, const uint32_t **words, const uint32_t **values);

#endif
