/* What a step of the engine does, as an event. */
#ifndef VRRL_ENGINE_EVENTS_H
#define VRRL_ENGINE_EVENTS_H

#include "engine/schedule.h"

/* What an option of a lane that is listed would do. Its epoch is not known here. */
event sched_event(sched *s, sched_state *state, uint32_t lane, uint32_t option);
/* What becomes of an operation of a lane's slot, where it reads that value. */
event sched_event_of(const sched_state *state, uint32_t lane, const operation *op, uint32_t read);

#endif
