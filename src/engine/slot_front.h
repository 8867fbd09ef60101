/* Which slots may run, one whole slot at a time: queues, and who is parked. */
#ifndef VRRL_ENGINE_SLOT_FRONT_H
#define VRRL_ENGINE_SLOT_FRONT_H

#include "engine/slot_state.h"

/* Sorts the batch into queues. */
vrrl_code slot_queues_place(struct slot_engine *e, vrrl_error *err);
/* Tells the gates what the words hold. */
void slot_front_sync(struct slot_engine *e);
/* Looks at every slot that may be looked at, for the first time. */
void slot_front_begin(struct slot_engine *e);
/* A slot that is ready had its turn: it ended; or it found that it is not ready after all. */
void slot_front_ended(struct slot_engine *e, uint32_t position);
void slot_front_put_back(struct slot_engine *e, uint32_t position);
/* Looks at those whose words were written. */
void slot_front_follow(struct slot_engine *e);

#endif
