/*
 * Effects materialised: a program without some of its slots, and memory as they left it in a run. A ticket that was
 * drawn, a value that was prepared: what others need of a slot is there from the start.
 */
#ifndef VRRL_SCHEDULE_EFFECTS_H
#define VRRL_SCHEDULE_EFFECTS_H

#include "edit/edit.h"
#include "schedule/trace.h"

/* `from`, of one epoch, without the slots whose position of its batch is not set in slots[]. Counters that
 * they signalled, and that others wait for, are not among what they leave: who waits for them waits for
 * less, as in program_without. */
vrrl_code freeze_slots(const struct edited *from, const bool *slots, const struct trace *run,
                       struct edited *out, vrrl_error *err);

#endif
