/* What opcodes of a program are called, and which of its symbols names a word. */
#ifndef VRRL_PROGRAM_PROGRAM_NAMES_H
#define VRRL_PROGRAM_PROGRAM_NAMES_H

#include "vrrl/run/program.h"

enum { OPCODE_NAME_BYTES = 64 };

/* What the program was told to call an opcode; NULL: nothing. */
const char *program_opcode_alias(const vrrl_program *program, uint32_t opcode);
/* What reports call an opcode: as the program was told, else as vrrl does, else "op 0x2a", which is made in
 * `room`. */
const char *program_opcode_name(const vrrl_program *program, uint32_t opcode,
                                char room[OPCODE_NAME_BYTES]);
/* From now on an opcode is called so. */
vrrl_code program_call_opcode(vrrl_program *program, uint32_t opcode, const char *name,
                              vrrl_error *err);
/* The same names in another program. */
vrrl_code program_copy_aliases(const vrrl_program *from, vrrl_program *to, vrrl_error *err);
/* Puts the symbols from `first` on before all others: of two of the same size the first one names a word. */
vrrl_code program_symbols_first(vrrl_program *program, uint32_t first, vrrl_error *err);

#endif
