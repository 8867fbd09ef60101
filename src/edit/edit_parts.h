/* The parts of a program, by grain. */
#ifndef VRRL_EDIT_EDIT_PARTS_H
#define VRRL_EDIT_EDIT_PARTS_H

#include "edit/edit.h"

/* The parts of a grain, in the program's order. The caller frees *parts. */
vrrl_code program_parts(const vrrl_program *program, enum program_grain grain,
                        struct program_part **parts, uint32_t *count, vrrl_error *err);

#endif
