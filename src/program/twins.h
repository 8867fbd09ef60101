/* The slots of a program that are one line of its file: of the same name in several batches. */
#ifndef VRRL_PROGRAM_TWINS_H
#define VRRL_PROGRAM_TWINS_H

#include "vrrl/run/program.h"

/* The slot of `batch` that is called as the one at `position` of batch `of`, as an index in slots[]; the
 * first, where there are several. VRRL_NO_INDEX: none is. */
uint32_t twin_in(const vrrl_program *program, uint32_t of, uint32_t position, uint32_t batch);

#endif
