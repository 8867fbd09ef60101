/* What a step of the engine does, as an event. */
#ifndef VRRL_ENGINE_EVENTS_H
#define VRRL_ENGINE_EVENTS_H

#include "engine/schedule.h"

/* What an option of a lane that is listed would do. Its epoch is not known here. */
struct event sched_event(struct sched *s, struct sched_state *state, uint32_t lane,
                         uint32_t option);
/* What becomes of an operation of a lane's slot, where it reads that value. */
struct event sched_event_of(const struct sched_state *state, uint32_t lane,
                            const struct operation *op, uint32_t read);

#endif
