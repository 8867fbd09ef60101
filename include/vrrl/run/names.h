/* SPDX-License-Identifier: MIT */
/*
 * Names files: what the numbers in another host's log mean. The language is described in docs/names.md.
 *
 * Vocabulary
 *   operand  some bytes of a slot's argument words, from the lowest byte of the first on, with a name and a
 *            format: decimal, signed, hexadecimal, a pointer, a float, a word of the arena.
 *   word     a name for a range of words of the arena.
 *
 * Names are for people. Nothing that is written, run or decided depends on them.
 *
 * A file is untrusted input; what it may ask for is bounded by the limits of vrrl/run/program_file.h. What
 * is wrong with it is VRRL_PARSE or VRRL_TOO_LARGE, with the line as in the errors of program files. Names that
 * were read do not change: any number of threads may ask them.
 */
#ifndef VRRL_API_RUN_NAMES_H
#define VRRL_API_RUN_NAMES_H

#include "vrrl/log/error.h"
#include "vrrl/run/program.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    VRRL_NAMES_BYTES_MAX = 63,     /* of one name */
    VRRL_NAMES_OPERANDS_MAX = 128, /* of one opcode */
    VRRL_NAMES_OPCODES_MAX = 4096,
};

typedef struct vrrl_names vrrl_names;

/* Reads a names file. On success *names is the caller's; on failure it is NULL. Errors: VRRL_IO, VRRL_NO_MEMORY,
 * VRRL_PARSE, VRRL_TOO_LARGE. */
VRRL_API vrrl_code vrrl_names_load(const char *path, vrrl_names **names, vrrl_error *err);
/* The same from memory: `size` bytes at `text`. `name` stands in error messages where the path would. */
VRRL_API vrrl_code vrrl_names_parse(const char *text, size_t size, const char *name,
                                    vrrl_names **names, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_names_free(vrrl_names *names);

/* What an opcode or a tenant is called; NULL where the file does not say. */
VRRL_API const char *vrrl_names_opcode(const vrrl_names *names, uint32_t number);
VRRL_API const char *vrrl_names_tenant(const vrrl_names *names, uint32_t tenant);
/* The other way; false where nothing is called so. */
VRRL_API bool vrrl_names_find_opcode(const vrrl_names *names, const char *name, uint32_t *number);
VRRL_API bool vrrl_names_find_tenant(const vrrl_names *names, const char *name, uint32_t *tenant);

/* An operand of one slot, with its value as text. */
typedef struct vrrl_names_operand {
    char name[VRRL_NAMES_BYTES_MAX + 1];
    char value[VRRL_NAMES_BYTES_MAX + 17]; /* "12", "-3", "0x7f00", "0.125", "queue[3]" */
    bool kept; /* false: the slot has it, but not the words at hand; `value` is "?" */
} vrrl_names_operand;

/* What a slot of this opcode has for arguments, operand by operand: those that the file names; of built-in
 * opcodes of which it says nothing those of vrrl; then each of the words behind them that is not 0, as "argK". False
 * past the last, and of an opcode that nothing is known of. `words`: the first `count` argument words. */
VRRL_API bool vrrl_names_operand_at(const vrrl_names *names, uint32_t opcode, uint32_t index,
                                    const uint32_t *words, uint32_t count,
                                    vrrl_names_operand *operand);
/* True where vrrl_names_operand_at tells of this opcode's arguments. */
VRRL_API bool vrrl_names_has_operands(const vrrl_names *names, uint32_t opcode);

/* Gives the names to a program: its opcodes and words are called so in all reports. Words outside the program's
 * arena are left out; what a word was called before is used where the file has no name. What a name covers counts
 * as one array, as in a program file: reports group by it, and repairs are made for all of it. Errors:
 * VRRL_NO_MEMORY, VRRL_TOO_LARGE. */
VRRL_API vrrl_code vrrl_names_apply(vrrl_program *program, const vrrl_names *names,
                                    vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
