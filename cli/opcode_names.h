/* Names of opcodes, as people type and read them. */
#ifndef VRRL_CLI_OPCODE_NAMES_H
#define VRRL_CLI_OPCODE_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#define OPCODE_NAME_MAX 64

/* What --names calls it; else "STORE_U32", "USER+7", or "op 0x2a" where it has no name. Returns `name`. */
const char *opcode_format(uint32_t opcode, char name[OPCODE_NAME_MAX]);

/* Whether opcode_format has a name for it. */
bool opcode_has_name(uint32_t opcode);

/* The other way: a name of --names, one of vrrl's (any case), USER+k, a decimal or a 0x number. */
bool opcode_parse(const char *text, uint32_t *opcode);

#endif
