/* A batch made ready to be run under a chooser, and states of its runs: made, copied, set back. */
#ifndef VRRL_ENGINE_CREATE_H
#define VRRL_ENGINE_CREATE_H

#include "engine/schedule.h"

/* `arena`, which is copied, holds the slots of `batch`, PUBLISHED, and all that they work on. Of the
 * machine count geometry, worker model, workers (pool) and claim order: a scan takes the first slot
 * of the batch that can be claimed, a random claim any. */
vrrl_code sched_create(const vrrl_machine *machine, const uint32_t *arena,
                       const vrrl_batch_view *batch, const struct sched_options *options,
                       struct sched **made, vrrl_error *err);
/* NULL is fine. */
void sched_destroy(struct sched *s);

/* The next runs start from this arena, which is not written to, and is borrowed until the next call;
 * it may be changed only before one. Its slots are those of the batch, PUBLISHED, with the opcodes that
 * they had; all else may differ. This costs as much as the words that runs have met so far. */
void sched_restart(struct sched *s, uint32_t *arena);
/* From the next run on, another setup counts; its memory model must be the same. */
void sched_set_up(struct sched *s, const vrrl_setup *setup);
/* Returns the arena from which runs start. */
const uint32_t *sched_start(const struct sched *s);
/* Returns how many lanes there are. */
uint32_t sched_lanes(const struct sched *s);

/* A state of `s`, before the first step; NULL where memory lacks. It is freed before `s` is. */
struct sched_state *sched_state_create(struct sched *s);
/* NULL is fine. */
void sched_state_free(struct sched_state *state);
/* Sets a state of `s` back to before the first step. */
void sched_reset(struct sched *s, struct sched_state *state);
/* Makes *to, another state of the same schedule, equal to *from; false where memory lacks. */
bool sched_copy(struct sched_state *to, const struct sched_state *from);

#endif
