/* Repairs of a graph, made in the program that it is of. */
#ifndef VRRL_CHECK_EDIT_PROGRAM_H
#define VRRL_CHECK_EDIT_PROGRAM_H

#include "check/edit.h"

/* Returns the room that the edits need in a program. */
struct repair_room edits_room(const struct edits *edits, const vrrl_program *program);
/* Makes the edits of `graph`, which is that of an epoch of `batch`, in a program: in each batch, in the slots
 * that are called as those of the graph. False where that cannot be done. */
bool edits_apply_program(const struct edits *edits, const vrrl_graph *graph, uint32_t batch,
                         struct repair *r, vrrl_error *err);

#endif
