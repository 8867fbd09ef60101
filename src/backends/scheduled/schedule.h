/*
 * One epoch under a scheduler: every memory operation of every worker is a step, and a chooser picks
 * who goes next and with which outcome.
 *
 * Vocabulary
 *   lane     what takes steps: a worker of a pool; a queue of serial workers; one of the D places of
 *            a pipelined queue. Each is a thread of the memory model.
 *   choice   a lane, then one of its options: an outcome of its next operation, a slot to claim, or
 *            (tso) a drain of its store buffer.
 *   parked   a slot that was not ready, until the word that it waits for has the wanted value.
 *   state    all that may still matter, as plain data.
 *
 * A lane claims with a compare-and-swap on the slot's STATUS, attempts it, counts it, and stores its
 * STATUS, as docs/ring-protocol.md says; each is a step. Its scan of the ring is not: which slot it
 * claims is a choice, and orders less than a scan would. A slot that was parked is claimed again
 * only when it may go on, and then reads a value that lets it, where there is one: attempts in vain
 * have no effect, so nothing is lost, and every run ends.
 *
 * The slots have been published before the first step, and the host's fence is not among them.
 */
#ifndef VRRL_BACKENDS_SCHEDULED_SCHEDULE_H
#define VRRL_BACKENDS_SCHEDULED_SCHEDULE_H

#include "backends/scheduled/memory.h"
#include "vrrl/backend.h"

typedef struct sched_options {
    mem_model model;
    uint32_t starved;    /* lane that goes only when no other can; VRRL_NO_WORKER: none */
    uint32_t claims;     /* slots that may be claimed and not ended at a time; 0: any number */
    uint32_t step_limit; /* a run that is longer hangs; 0: 1,000,000 */
    /* sched_run: the three counts at a slot's end are done as soon as they are next, not chosen.
     * They commute with all but what looks at a counter: then some schedules are left out. */
    bool counts_at_once;
} sched_options;

/* A program, and how it is scheduled. Used by one thread at a time. */
typedef struct sched sched;
/* The state of one run. */
typedef struct sched_state sched_state;

/* `arena`, which is copied, holds the slots of `batch`, PUBLISHED, and all that they work on. Of the
 * machine count geometry, worker model, workers (pool) and claim order: a scan takes the first slot
 * of the batch that can be claimed, a random claim any. */
vrrl_code sched_create(const vrrl_machine *machine, const uint32_t *arena,
                       const vrrl_batch_view *batch, const sched_options *options, sched **made,
                       vrrl_error *err);
void sched_destroy(sched *s);

sched_state *sched_state_create(sched *s);
void sched_state_free(sched_state *state);
void sched_reset(sched *s, sched_state *state);
bool sched_copy(sched_state *to, const sched_state *from);

/* Lanes that can take a step, into `lanes` (room for sched_lanes of them); 0: the run is over. */
uint32_t sched_lanes(const sched *s);
uint32_t sched_ready(sched *s, sched_state *state, uint32_t *lanes);
/* Options of a lane that sched_ready has just found ready: at least 1. */
uint32_t sched_options_of(const sched_state *state, uint32_t lane);
/* Whether the last of them drains its store buffer. */
bool sched_drains(const sched_state *state, uint32_t lane);
/* The slot that a lane runs; VRRL_NO_INDEX: none. */
uint32_t sched_slot_of(const sched_state *state, uint32_t lane);
/* The slots that a lane without one would claim, by option, into `slots` (room for all of them);
 * returns how many. 0: its options are no claims. */
uint32_t sched_claims(sched *s, sched_state *state, uint32_t lane, uint32_t *slots);
/* Takes one of them; then ask sched_ready again. */
void sched_step(sched *s, sched_state *state, uint32_t lane, uint32_t option);
/* Of a run that is over. */
vrrl_verdict sched_verdict(const sched *s, const sched_state *state);
/* Memory lacked or a limit of the model was met: the run means nothing. */
bool sched_exhausted(const sched_state *state);
/* Steps taken. */
uint32_t sched_steps(const sched_state *state);
/* The arena at the end of a run, in total_words words, and each slot's result folds. */
void sched_arena(const sched *s, const sched_state *state, uint32_t *arena);
uint64_t sched_result_fold(const sched_state *state, uint32_t position);
/* Equal for two states if and only if they are the same; see memory_encode. */
void sched_encode(sched *s, sched_state *state, mem_bytes *bytes);

/* ---- Runs ------------------------------------------------------------------------------------ */

/* A number below `count`, which is at least 2. */
typedef uint32_t (*sched_choose)(void *context, uint32_t count);

/* From the start to the end; VRRL_VERDICT_HANG beyond the step limit. */
vrrl_verdict sched_run(sched *s, sched_state *state, sched_choose choose, void *context);
vrrl_verdict sched_run_random(sched *s, sched_state *state, uint64_t seed);

/* Given choices; 0 after the last. What was chosen can be recorded in the same form. */
typedef struct sched_given {
    const uint32_t *choices;
    uint32_t count, next;
} sched_given;
uint32_t sched_choose_given(void *context, uint32_t count);

typedef struct sched_search {
    uint64_t states, steps, finals; /* distinct states, steps taken, distinct final states */
    bool complete;                  /* all of them; else the limit was met, or memory lacks */
} sched_search;
/* Called for each distinct final state, for some perhaps twice; false ends the search. */
typedef bool (*sched_found)(void *context, sched *s, const sched_state *state,
                            vrrl_verdict verdict);
/* Every schedule, up to those that lead to a state that was seen: compared by a 128-bit hash. */
sched_search sched_exhaust(sched *s, uint64_t state_limit, sched_found found, void *context);

#endif
