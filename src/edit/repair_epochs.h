/* Repairs of what epochs share: words that keep what an earlier one left, and batches in two. */
#ifndef VRRL_EDIT_REPAIR_EPOCHS_H
#define VRRL_EDIT_REPAIR_EPOCHS_H

#include "edit/repair.h"

/* The prologue of every epoch but the first (which may do so, too, where it repeats) sets a word back to what it begins as. */
bool repair_reset(struct repair *r, uint32_t word);

/* The waits for a word with a number as their threshold grow with the epoch: by what all signals of the
 * epochs before add, where that alone would be enough for them and their own epoch adds more. False: no
 * signal adds to it, there is no such wait, or epochs share a row (edit_epochs.h). */
bool repair_grow(struct repair *r, uint32_t word, vrrl_error *err);

/* A batch in two: first[] says, by position, which slots come before the boundary. Every epoch of that
 * batch becomes two; other batches keep their numbers. No epochs share a row. */
vrrl_code repair_split(const struct edited *from, uint32_t batch, const bool *first,
                       struct edited *out, vrrl_error *err);

#endif
