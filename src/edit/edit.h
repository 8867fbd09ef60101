/*
 * Programs with parts taken out: what a shrinker tries.
 *
 * A program is seen as a list of parts of one grain. `program_without` makes another program, always
 * a valid one, that lacks some of them. Addresses stay as they are, so that what is left reads and
 * writes the same words; `program_compact` moves them together at the end.
 *
 * A counter that loses a signal is waited for that much less: what waited for all of its signals
 * still does, and what waited for more than all still waits in vain.
 */
#ifndef VRRL_EDIT_EDIT_H
#define VRRL_EDIT_EDIT_H

#include "vrrl/run/program.h"

/* A program and where its slots come from. Plain data of the owner. */
struct edited {
    vrrl_program *program;
    uint32_t *slot_origin;  /* of each of slots[]: its index in the program that was edited first */
    uint32_t *epoch_origin; /* of each epoch */
};

enum program_grain {
    PARTS_EPOCHS,
    PARTS_SLOTS,  /* slots, those of prologues, expectations */
    PARTS_ROWS,   /* waits, reads, writes, signals of tasks; operations of packed slots */
    PARTS_WORDS,  /* operands that are no addresses, and runs of initial memory: out is 0 */
    PARTS_QUEUES, /* queues without slots; the others are numbered anew */
};

enum program_part_kind {
    PART_EPOCH,
    PART_SLOT,
    PART_PROLOGUE,
    PART_EXPECTATION,
    PART_WAIT,
    PART_INPUT,
    PART_OUTPUT,
    PART_SIGNAL,
    PART_OPERATION,
    PART_ARGUMENT,
    PART_INITIAL,
    PART_QUEUE,
};

struct program_part {
    enum program_part_kind kind;
    uint32_t at;  /* index of the epoch, slot, prologue slot, expectation, user word or queue */
    uint32_t row; /* of a slot: which row, operation or argument; INITIAL: how many words */
};

/* `from` without the parts that are not kept. VRRL_REFUSED: no epoch would be left. */
vrrl_code program_without(const struct edited *from, const struct program_part *parts,
                          const bool *keep, uint32_t count, struct edited *out, vrrl_error *err);

#endif
