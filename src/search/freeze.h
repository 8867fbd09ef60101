/*
 * Freezing: a program without one of its slots, and memory as that slot left it in a run. A ticket that
 * was drawn, a value that was prepared: what others need of the slot is there from the start.
 */
#ifndef VRRL_SEARCH_FREEZE_H
#define VRRL_SEARCH_FREEZE_H

#include "programs/edit.h"
#include "search/trace.h"

/* `from`, of one epoch, without the slot at a position of its batch. Counters that it signalled are not
 * among what it leaves: who waits for them waits for less, as in program_without. */
vrrl_code freeze_slot(const struct edited *from, uint32_t position, const trace *run,
                      struct edited *out, vrrl_error *err);

#endif
