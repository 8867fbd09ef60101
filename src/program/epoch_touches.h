/*
 * What the slots of an epoch touch, slot after slot, with memory as it is when they are published.
 *
 * What a word in memory says (the goal of a wait, an index) is looked up where no slot of the batch
 * writes that word. A slot that can only end in FAULT touches nothing. Where a slot
 * of the batch is a SHUTDOWN it writes the SHUTDOWN word, which all others read before they begin.
 */
#ifndef VRRL_PROGRAM_EPOCH_TOUCHES_H
#define VRRL_PROGRAM_EPOCH_TOUCHES_H

#include "ops/footprint.h"
#include "vrrl/run/program.h"

struct slot_touch {
    struct declared_event access;
    uint32_t slot;
    bool open;  /* a slot of the batch writes access.from: the goal, or the place, is not known */
    bool never; /* the goal is past all values of a word */
    bool left_out; /* behind a condition that cannot hold (word_values.h) */
};

/* A slot waits until those ring slots have ended. */
struct slot_fence {
    uint32_t slot, first, count;
};

/* Words that tell what a slot does: a descriptor. */
struct slot_fixed {
    uint32_t first, count;
};

struct epoch_touches {
    struct slot_touch *items; /* slot after slot, in program order */
    uint32_t *first;          /* by slot; one more at the end */
    struct slot_fence *fences;
    struct slot_fixed *fixed;
    uint32_t count, room, fence_count, fence_room, fixed_count, fixed_room;
    bool shuts_down; /* a slot of the batch is a SHUTDOWN */
    bool rounds;     /* additions round, and that shows nowhere (rounding_settle) */
};

/* `arena` is memory when the epoch's slots were published. */
vrrl_code epoch_touches_create(const vrrl_program *program, uint32_t epoch, const uint32_t *arena,
                               struct epoch_touches *touches, vrrl_error *err);
void epoch_touches_free(struct epoch_touches *touches);

#endif
