/*
 * A program's epochs, one whole slot at a time: each slot that runs does so from its first to its
 * last operation, under a chooser that picks the next among those that could run.
 *
 * What it shows: every order of slots that the worker model and the waits allow, and every value
 * that comes of it; two slots that nothing orders meet in either order. Where bodies read all that
 * they read before they write any of it, and what they touch is declared, as in a task graph, two
 * slots that overlap in time leave what one of the two orders leaves, or a mixture of both, word by
 * word: a race shows in one of the orders. What it leaves out: such mixtures, a slot that is cut in
 * two by another, and memory models. For those there is the scheduled backend.
 *
 * A slot that is not ready is parked by the word that it waits for and looked at again when that
 * word has come to what it wants. A slot that is ready stays so unless a word that it waited for is
 * lowered: then its turn passes without effect, and it is parked again. How many workers a pool has,
 * and how many slots may be claimed at a time, makes no difference here.
 *
 * Belongs to one thread.
 */
#ifndef VRRL_SEARCH_SLOT_ENGINE_H
#define VRRL_SEARCH_SLOT_ENGINE_H

#include "search/subject.h"

typedef struct slot_engine_options {
    uint32_t resident;   /* queues that run at a time; 0: as the program says */
    uint32_t step_limit; /* turns in an epoch; 0: 1,000,000, but at least 8 a slot */
} slot_engine_options;

typedef struct slot_engine slot_engine;

/* `program` is borrowed. It has been run by the reference: what the host refuses is not refused
 * again, and ends slots in FAULT. */
vrrl_code slot_engine_create(const vrrl_program *program, const slot_engine_options *options,
                             slot_engine **made, vrrl_error *err);
void slot_engine_destroy(slot_engine *e);

/* Back to memory as it was before epoch 0: puts back only what has changed. */
void slot_engine_reset(slot_engine *e);
/* The next epoch: prologue, publish, and turns until nobody can run; the host's fence where all
 * ended. HANG: over the step limit. */
vrrl_code slot_engine_run_epoch(slot_engine *e, const chooser *by, vrrl_verdict *verdict,
                                vrrl_error *err);

/* ---- Of the last epoch; by position in its batch -------------------------------------------- */

const uint32_t *slot_engine_arena(const slot_engine *e);
/* The slots that ended, in that order. */
const uint32_t *slot_engine_order(const slot_engine *e, uint32_t *count);
const uint64_t *slot_engine_result_folds(const slot_engine *e);
/* The turn in which each slot ended, from 1; 0: it did not. It was claimed in the same. */
const uint64_t *slot_engine_ended_at(const slot_engine *e);
uint32_t slot_engine_status(const slot_engine *e, uint32_t position);
uint64_t slot_engine_turns(const slot_engine *e);
/* Slots that did not end, the fence among them, into `waiters`, which has room for the batch and its
 * fence. Returns how many. */
uint32_t slot_engine_waiters(slot_engine *e, vrrl_waiter *waiters);

#endif
