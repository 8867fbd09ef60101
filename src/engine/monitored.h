/* The monitor of races as the engine feeds it: what a search or a run is told of pairs of accesses that nothing
 * orders. */
#ifndef VRRL_ENGINE_MONITORED_H
#define VRRL_ENGINE_MONITORED_H

#include "engine/schedule.h"
#include "race/monitor_encode.h"

/* Another schedule of the batch and the start of one under `view`, with the monitor of races on: for a
 * search of all runs in which each slot of a pool is a thread of its own. There it has a queue of its own,
 * number its position: what lane i does there, lane i of a pool of as many workers can do.
 * VRRL_TOO_LARGE beyond the limits of `races`. */
vrrl_code sched_create_watched(const struct sched *like, bool reads_conditions, struct sched **made,
                               vrrl_error *err);

/* While the monitor is on: called for each pair of accesses that nothing orders, right after the step
 * that shows it, with sched_steps_taken as it is then; the same pair many times. A read that could
 * have been made good shows it where its slot, or its queue, is over. */
typedef void (*sched_raced)(void *context, struct sched *s, const struct sched_state *state,
                            const struct race_pair *pair);
/* From now on `raced` is called; NULL: nobody is. */
void sched_when_raced(struct sched *s, sched_raced raced, void *context);
/* The same outside of a search, right after a step, or `over`, after the last one. */
void sched_tell_races(struct sched *s, struct sched_state *state, bool over);
/* Returns the word of a location. */
uint32_t sched_word(const struct sched *s, uint32_t location);

/* ---- What the engine calls ------------------------------------------------------------------- */

/* What a schedule keeps for the monitor. */
struct sched_race {
    uint32_t parties;
    uint64_t *party_slots;      /* by party */
    struct word_class *words;   /* by location, of the first `known` */
    struct race_touch *touches; /* the same */
    uint32_t *party_rows;       /* room: by party */
    uint32_t known, room, sync_count;
    sched_raced raced;
    void *context;
};

/* Fills s->race. */
vrrl_code monitor_create(struct sched *s, vrrl_error *err);
void monitor_free(struct sched *s);
/* The lane has just done the operation, and found that value. */
void monitor_step(struct sched *s, struct sched_state *state, uint32_t lane,
                  const struct operation *op, uint32_t read);
/* The lane has claimed the slot at that position. */
void monitor_claim(const struct sched *s, struct sched_state *state, uint32_t lane,
                   uint32_t position);
/* The slot has ended. */
void monitor_end(const struct sched *s, struct sched_state *state, uint32_t position);
/* Nothing can go on: all slots end here. */
void monitor_end_all(const struct sched *s, struct sched_state *state);
/* Tells what the steps since the last call have shown. */
void monitor_tell(struct sched *s, struct sched_state *state);
/* Returns which accesses may still come: what the monitor must keep for them. */
struct race_scope monitor_scope(struct sched *s, const struct sched_state *state);

#endif
