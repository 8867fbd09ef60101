/* An opcode and its operands, by position or by name. */
#ifndef VRRL_PROGRAM_FILE_MK_OPERATION_H
#define VRRL_PROGRAM_FILE_MK_OPERATION_H

#include "program_file/mk_parser.h"

vrrl_code mk_operation(struct mk_parser *p, struct mk_operation *operation);

/* The most argument words of a slot. */
uint32_t mk_argument_room(const struct mk_parser *p);

#endif
