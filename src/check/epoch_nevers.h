/* Waits of an epoch for goals that are past all values of a word: each is a counter that nobody signals. */
#ifndef VRRL_CHECK_EPOCH_NEVERS_H
#define VRRL_CHECK_EPOCH_NEVERS_H

#include "program/epoch_touches.h"
#include "vrrl/run/graph.h"

struct never {
    uint32_t word, from, value; /* what waits; `value` is the goal less 2^32 */
    uint32_t counter;
};

struct epoch_nevers {
    struct never *items; /* distinct */
    uint32_t count, room;
};

/* Adds their counters, with ids from `id` on; the note of each tells the wait. */
vrrl_code epoch_nevers_create(const vrrl_program *program, const struct epoch_touches *touches,
                              const uint32_t *arena, uint32_t id, vrrl_graph *graph,
                              struct epoch_nevers *nevers, vrrl_error *err);
void epoch_nevers_free(struct epoch_nevers *nevers);

/* Of a wait that is one of them. */
const struct never *epoch_never_of(const struct epoch_nevers *nevers,
                                   const struct declared_event *wait);

#endif
