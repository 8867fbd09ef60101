/*
 * One epoch under a scheduler: every memory operation of every worker is a step, and a chooser picks
 * who goes next and with which outcome.
 *
 * Vocabulary
 *   lane     what takes steps: a worker of a pool; a queue of serial workers; one of the D places of
 *            a pipelined queue. Each is a thread of the memory model.
 *   choice   a lane, then one of its options: an outcome of its next operation, a slot to claim, or
 *            (tso) a drain of its store buffer.
 *   parked   a slot that was not ready, until the word that it waits for has the wanted value, or the
 *            word that this value came from has changed.
 *   state    all that may still matter, as plain data.
 *   start    the arena before the first step.
 *
 * A lane claims with a compare-and-swap on the slot's STATUS, attempts it, counts it, and stores its
 * STATUS, as docs/ring-protocol.md says; each is a step. Its scan of the ring is not: which slot it
 * claims is a choice, and orders less than a scan would. A slot that was parked is claimed again
 * only when it may go on, and then reads a value that lets it, where there is one: attempts in vain
 * have no effect, so nothing is lost, and every run ends.
 *
 * A pipelined queue of several places admits the slot that it has claimed before it claims the next:
 * it looks at what the slot waits for, as memory is at that moment, and puts it back where that is not
 * there. The slot runs later, and looks again; where a word was lowered meanwhile it goes back, and
 * those behind it that are not admitted wait for it.
 *
 * The slots have been published before the first step, and the host's fence is not among them.
 */
#ifndef VRRL_ENGINE_SCHEDULE_H
#define VRRL_ENGINE_SCHEDULE_H

#include "event/decision.h"
#include "event/event.h"
#include "memory/memory.h"
#include "ops/mutation.h"
#include "vrrl/run/backend.h"
#include "vrrl/run/setup.h"

typedef struct sched_options {
    vrrl_setup setup;  /* its grain, workers and seed are the caller's */
    uint32_t starved;  /* lane that goes only when no other can; VRRL_NO_WORKER: none */
    uint64_t until_ns; /* one that goes on past this moment of the steady clock hangs; 0: never */
    /* sched_run: the three counts at a slot's end are done as soon as they are next, not chosen.
     * They commute with all but what looks at a counter: then some schedules are left out. */
    bool counts_at_once;
    step_mutation mutation; /* a bug that is planted; zeroed: none. Not for an exhaustive search */
    bool ask_always;        /* a pick is asked at every step, also where there is but one way */
    bool races; /* view: the monitor of races is on; at most 64 slots, and as many lanes */
    bool
        reads_conditions; /* to the monitor, what a slot decides by without waiting is a plain load */
    const uint8_t *unseen; /* as of an op_env: borrowed; NULL */
    bool keeps_stores;     /* of whole slots: slot_engine_stores is asked */
} sched_options;

/* A program, and how it is scheduled. Used by one thread at a time. */
typedef struct sched sched;
/* The state of one run, or of none: a schedule can have several. */
typedef struct sched_state sched_state;

/* `arena`, which is copied, holds the slots of `batch`, PUBLISHED, and all that they work on. Of the
 * machine count geometry, worker model, workers (pool) and claim order: a scan takes the first slot
 * of the batch that can be claimed, a random claim any. */
vrrl_code sched_create(const vrrl_machine *machine, const uint32_t *arena,
                       const vrrl_batch_view *batch, const sched_options *options, sched **made,
                       vrrl_error *err);
/* Another schedule of the batch and the start of one under `view`, with the monitor of races on: for a
 * search of all runs in which each slot of a pool is a thread of its own. There it has a queue of its own,
 * number its position: what lane i does there, lane i of a pool of as many workers can do.
 * VRRL_TOO_LARGE beyond the limits of `races`. */
vrrl_code sched_create_watched(const sched *like, bool reads_conditions, sched **made,
                               vrrl_error *err);
void sched_destroy(sched *s);

/* The next runs start from this arena, which is not written to, and is borrowed until the next call;
 * it may be changed only before one. Its slots are those of the batch, PUBLISHED, with the opcodes that they had; all else
 * may differ. Costs as much as the words that runs have met so far. */
void sched_restart(sched *s, uint32_t *arena);
/* Another setup of the same memory model, from the next run on. */
void sched_set_up(sched *s, const vrrl_setup *setup);
/* Another until_ns. */
void sched_until(sched *s, uint64_t until_ns);
/* Where runs start from. */
const uint32_t *sched_start(const sched *s);

sched_state *sched_state_create(sched *s);
void sched_state_free(sched_state *state);
/* Before the first step. */
void sched_reset(sched *s, sched_state *state);
bool sched_copy(sched_state *to, const sched_state *from);

/* ---- Steps ----------------------------------------------------------------------------------- */

uint32_t sched_lanes(const sched *s);
/* The lanes that can take a step, *count of them, by number; 0: the run is over. Valid up to the
 * next step. */
const chooser_lane *sched_ready(sched *s, sched_state *state, uint32_t *count);
/* Takes one of the options of a lane that sched_ready has just listed; then ask it again. */
void sched_step(sched *s, sched_state *state, uint32_t lane, uint32_t option);
/* Of a lane that is listed and has no slot: the slots that it would claim, by option, into `slots`
 * (room for all of them; NULL: they are only counted); returns how many. 0: its options are no
 * claims. */
uint32_t sched_claims(sched *s, sched_state *state, uint32_t lane, uint32_t *slots);
/* Those of them that were claimed before, and put back. */
uint32_t sched_claims_again(sched *s, sched_state *state, uint32_t *slots);
/* Where its options are claims: the one by which it claims that slot; CLAIM_NOT_NOW, CLAIM_NEVER. */
uint32_t sched_claim_of(sched *s, sched_state *state, uint32_t lane, uint32_t slot);
/* What an option of a lane that is listed would do. Its epoch is not known here. */
event sched_event(sched *s, sched_state *state, uint32_t lane, uint32_t option);
/* The slot that a lane runs; VRRL_NO_INDEX: none. */
uint32_t sched_slot_of(const sched_state *state, uint32_t lane);

/* ---- What a run shows ------------------------------------------------------------------------ */

/* Of a run that is over. */
vrrl_verdict sched_verdict(const sched *s, const sched_state *state);
/* A limit was met, and the run means nothing: sched_check says which one, or VRRL_OK. */
bool sched_exhausted(const sched_state *state);
vrrl_code sched_check(const sched_state *state, vrrl_error *err);
/* Steps taken. */
uint32_t sched_steps(const sched_state *state);
/* The arena at the end of a run, in total_words words. */
void sched_arena(const sched *s, const sched_state *state, uint32_t *arena);
/* The words that the runs so far have met, by the numbers below *count, and what one holds at the
 * end of a run: all others are as at the start. */
const uint32_t *sched_words(const sched_state *state, const sched *s, uint32_t *count);
uint32_t sched_value(const sched_state *state, uint32_t number);

/* A slot, by position in the batch. */
typedef struct sched_slot {
    uint32_t status;
    uint32_t lane;                  /* of its last claim; VRRL_NO_WORKER: never claimed */
    uint32_t wait_word, wait_value; /* as in vrrl_ticket, of its last attempt */
    uint32_t goal_word, goal_value; /* the word that wait_value came from, and what that attempt
                                       read in it; VRRL_NO_INDEX: none */
    uint32_t claimed_at, ended_at;  /* number of the step, from 1, of its last claim, and of the
                                       store of a terminal STATUS; 0: none */
    uint64_t result_fold, order_fold;
} sched_slot;

const sched_slot *sched_slot_at(const sched_state *state, uint32_t position);
/* The word of a location. */
uint32_t sched_word(const sched *s, uint32_t location);
/* Equal for two states if and only if they are the same; see memory_encode. */
void sched_encode(sched *s, sched_state *state, mem_bytes *bytes);

/* ---- Runs ------------------------------------------------------------------------------------ */

/* A chooser that sees the lanes: sets *at, an index into them, and *option, below that lane's; both
 * are 0 before. Asked where there is more than one way to go on. */
typedef void (*sched_pick)(void *context, const chooser_lane *lanes, uint32_t count, uint32_t *at,
                           uint32_t *option);
/* One that does not: a number below `count`, which is at least 2. Asked for the lane, then for its
 * option. */
typedef uint32_t (*sched_choose)(void *context, uint32_t count);

/* From the start to the end; VRRL_VERDICT_HANG beyond the step limit. */
vrrl_verdict sched_run_picked(sched *s, sched_state *state, sched_pick pick, void *context);
vrrl_verdict sched_run(sched *s, sched_state *state, sched_choose choose, void *context);
vrrl_verdict sched_run_random(sched *s, sched_state *state, uint64_t seed);

/* Given choices; 0 after the last. What was chosen can be recorded in the same form. */
typedef struct sched_given {
    const uint32_t *choices;
    uint32_t count, next;
} sched_given;
uint32_t sched_choose_given(void *context, uint32_t count);

/* ---- All runs -------------------------------------------------------------------------------- */

typedef struct sched_search {
    uint64_t states, steps, finals; /* distinct states, steps taken, distinct final states */
    uint64_t pruned; /* steps that were not tried, for a reduction says that what they
                                       lead to is found without them */
    bool complete;   /* all of them; else the limit was met, or memory lacks */
    bool too_large;  /* not complete: the states of one run on its way down take a gigabyte */
    /* Not complete: to remember more states than these takes so much, and it may not; else 0. */
    uint32_t wanted_mib;
} sched_search;

/* How a search leaves out what it need not try. None of it changes which final states there are. */
enum {
    SCHED_VISITED = 1,  /* states that were seen, by a 128-bit hash */
    SCHED_COUNTS = 2,   /* what may come before a count */
    SCHED_SYMMETRY = 4, /* states that differ by the names of workers */
    SCHED_SLEEP = 8,    /* steps that commute with all since they were tried */
    SCHED_LOCAL = 16,   /* what may come before a step that nothing meets */
    SCHED_ALL_WAYS = 31,
};

/* The states that a search has seen are remembered in at most so much; 0: 2,048, for 33 million. */
void sched_limit_memory(sched *s, uint32_t mib);

/* Called for each distinct final state, for some perhaps twice; false ends the search. */
typedef bool (*sched_found)(void *context, sched *s, const sched_state *state,
                            vrrl_verdict verdict);
/* While `found` is called: the sched_steps(state) steps that led to its state. */
typedef struct sched_taken {
    uint32_t lane, option;
} sched_taken;
const sched_taken *sched_steps_taken(const sched *s);
/* Searches end when this is true, which is asked now and then; NULL: only by themselves. */
void sched_end_when(sched *s, bool (*is_over)(void *context), void *context);
/* While the monitor is on: called for each pair of accesses that nothing orders, right after the step
 * that shows it, with sched_steps_taken as it is then; the same pair many times. A read that could
 * have been made good shows it where its slot, or its queue, is over. */
typedef void (*sched_raced)(void *context, sched *s, const sched_state *state,
                            const race_pair *pair);
void sched_when_raced(sched *s, sched_raced raced, void *context);
/* The same outside of a search, right after a step, or `over`, after the last one. */
void sched_tell_races(sched *s, sched_state *state, bool over);
/* Every schedule, but for those that `ways` (of the bits above) leave out. */
sched_search sched_exhaust(sched *s, uint64_t state_limit, sched_found found, void *context);
sched_search sched_exhaust_by(sched *s, uint32_t ways, uint64_t state_limit, sched_found found,
                              void *context);

#endif
