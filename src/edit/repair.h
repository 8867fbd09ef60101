/*
 * Repairs: a program with one thing more in it, to be tried. Each works on a copy that was laid out
 * anew with room for it; positions in batches stay, and words go where repair_word says.
 */
#ifndef VRRL_EDIT_REPAIR_H
#define VRRL_EDIT_REPAIR_H

#include "edit/relayout.h"
#include "vrrl/run/opcode.h"

/* What repairs need room for: new words, and rows that tasks get. */
struct repair_room {
    uint32_t flags, rows;
};

/* A program under repair. */
struct repair {
    struct edited edited;
    struct word_map map;
    uint32_t spare, spare_end; /* arena indices of memory that nobody uses yet */
};

/* A copy with room. VRRL_UNSUPPORTED: as program_relayout. */
vrrl_code repair_begin(const struct edited *from, const struct repair_room *room, struct repair *r,
                       vrrl_error *err);
void repair_free(struct repair *r);

/* Where a word of the program that was begun with is now. */
uint32_t repair_word(const struct repair *r, uint32_t word);
/* Slots are indices in slots[], words those of the copy. False: it cannot be done there. */
bool repair_add_wait(struct repair *r, uint32_t slot, uint32_t word, uint32_t value);
bool repair_add_signal(struct repair *r, uint32_t slot, uint32_t word, uint32_t amount);
/* A new word of the copy that is 0 when an epoch begins: where there are several, each prologue resets
 * it. VRRL_NO_INDEX: no room for more. */
uint32_t repair_flag(struct repair *r, const char *name, vrrl_error *err);
/* The same of one that begins as `value`, and that no prologue sets. */
uint32_t repair_constant(struct repair *r, const char *name, uint32_t value, vrrl_error *err);

/* Operation `row` of a slot (a plain slot has one) with an opcode that orders more: a relaxed wait or
 * load acquires, a relaxed store or addition releases; of a task, wait or signal `row`. False: it is
 * no such operation. The opcode that it had goes to *was, the one that it has to *now: VRRL_NO_INDEX of a task. */
bool repair_acquire(struct repair *r, uint32_t slot, uint32_t row, uint32_t *was, uint32_t *now);
bool repair_release(struct repair *r, uint32_t slot, uint32_t row, uint32_t *was, uint32_t *now);
/* The wait of a slot for `word`, as one for `value`. */
bool repair_threshold(struct repair *r, uint32_t slot, uint32_t word, uint32_t value);
/* All its waits for `word` for no more than `more`, by so much more. False: a threshold would wrap. */
bool repair_raise(struct repair *r, uint32_t slot, uint32_t word, uint32_t more);
/* Whether two slots are the same operations, whatever their operands; not of tasks. */
bool repair_alike(const struct repair *r, uint32_t a, uint32_t b);
/* A fence before operation `row`; behind the last, where that is as many as there are. */
bool repair_fence(struct repair *r, uint32_t slot, uint32_t row, uint32_t opcode);
/* Operations of a slot, or of a task waits (acquire) or signals (release). */
uint32_t repair_rows(const struct repair *r, uint32_t slot, bool signals);

/* One operation of a slot that is no task, plain or packed. */
struct repair_operation {
    uint32_t opcode, words[VRRL_OPERANDS_MAX], count;
};

/* False: there is none. */
bool repair_operation(const struct repair *r, uint32_t slot, uint32_t row,
                      struct repair_operation *op);
/* False: it does not fit there, or a wait would stand behind an effect. */
bool repair_insert(struct repair *r, uint32_t slot, uint32_t row,
                   const struct repair_operation *op);
/* Operation `row` goes; the last of a slot becomes a NOP. */
bool repair_remove(struct repair *r, uint32_t slot, uint32_t row);
/* Operation `from` stands before what is operation `to` now; behind the last, where that is as many as there
 * are. */
bool repair_move(struct repair *r, uint32_t slot, uint32_t from, uint32_t to);
/* Of a batch, the slot at a position comes to another; those between move up. */
void repair_move_slot(struct edited *edited, uint32_t batch, uint32_t from, uint32_t to);

#endif
