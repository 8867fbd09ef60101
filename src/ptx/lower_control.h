/* PTX: instructions that say what comes next: branches, calls, ends. */
#ifndef VRRL_PTX_LOWER_CONTROL_H
#define VRRL_PTX_LOWER_CONTROL_H

#include "ptx/opcode.h"

/* Ends with a row without a name. */
extern const struct ptx_family ptx_control_families[];

/* A jump to a label, of an instruction or of an item of the list of targets. */
bool ptx_lower_jump(struct ptx_parser *p, const struct ptx_token *label, uint32_t instruction,
                    uint32_t target);
/* The end of a body: a return, or the end of the thread. */
bool ptx_lower_end(struct ptx_parser *p);

#endif
