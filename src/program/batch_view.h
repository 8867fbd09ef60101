/* A program's epoch as the ring sees it: positions, ring indices, footprints. */
#ifndef VRRL_PROGRAM_BATCH_VIEW_H
#define VRRL_PROGRAM_BATCH_VIEW_H

#include "ops/footprint.h"
#include "vrrl/run/program.h"

#include <stdbool.h>
#include <stddef.h>

/* Of the epochs that are alike, those with this one; and the batch that it runs. */
const vrrl_epoch *epoch_row(const vrrl_program *program, uint32_t epoch);
const vrrl_batch *epoch_batch(const vrrl_program *program, uint32_t epoch);

/* VRRL_UNSUPPORTED for the program of a recording that does not begin with the run: what is said of a program is
 * said of all of its epochs, from memory as the program declares it. */
vrrl_code program_is_whole(const vrrl_program *program, vrrl_error *err);

/* Slots of the largest batch, without its fence. */
uint32_t program_largest_batch(const vrrl_program *program);
/* Slots that a run of it runs: those of all epochs, one after the other. */
uint64_t program_slots_run(const vrrl_program *program);
/* The same, but a slot that accesses many words counts once more for each PROGRAM_WORK_WORDS of them: what a run
 * costs. Looks at each slot. */
enum { PROGRAM_WORK_WORDS = 64 };
uint64_t program_work(const vrrl_program *program);

/* Whether a queue's slots are one thread: one after the other, or one in flight at a time (docs/checking.md). */
bool program_queues_in_order(const vrrl_program *program);

/* The ring index of the first slot of an epoch: the host publishes one after the other. */
uint32_t epoch_first_index(const vrrl_program *program, uint32_t epoch);

/* Position in the batch of a ring index of that epoch; the batch's size for its fence. */
uint32_t epoch_position(const vrrl_program *program, uint32_t first_index, uint32_t ring_index);

/* The slot at a position of an epoch's batch; NULL for the fence. */
const vrrl_slot *epoch_slot(const vrrl_program *program, uint32_t epoch, uint32_t position);

/* The position of the slot whose STATUS a word is, in the epoch whose first ring index that is (the
 * batch's size: of its fence; beyond it: of a ring slot that the epoch does not use). VRRL_NO_INDEX: it
 * is no word of the ring. */
uint32_t epoch_status_position(const vrrl_program *program, uint32_t first_index, uint32_t word);

/* What a word is called in an epoch: as vrrl_program_word_name, but "STATUS of NAME" for that of one of
 * its slots. */
void epoch_word_name(const vrrl_program *program, uint32_t epoch, uint32_t word, char *out,
                     size_t size);

/* What a slot is called: its label, else "slot 12 MIX", "fence". */
void slot_name(const vrrl_program *program, uint32_t epoch, uint32_t position, char *out,
               size_t size);

/* The same of a batch. */
void batch_slot_name(const vrrl_program *program, uint32_t batch, uint32_t position, char *out,
                     size_t size);

/* VRRL_UNSUPPORTED where its opcodes are a host's own. */
vrrl_code program_can_run(const vrrl_program *program, vrrl_error *err);

/* What a slot touches, in memory as it was when the program began: nothing that is known of one whose opcode is a
 * host's own. */
void slot_footprint(const vrrl_program *program, const vrrl_slot *slot, footprint_visitor *visit,
                    void *context);

#endif
