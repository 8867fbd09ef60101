/*
 * Programs as program files: what the parser reads back as an equal program.
 *
 * Names come first, since every address is written by one: `mk_write_names` decides what each
 * symbol and tenant is called in the file (its own name, in backquotes where that is no plain one,
 * told apart where two are the same) and which symbol a word is written by.
 */
#ifndef VRRL_PROGRAM_FILE_MK_WRITE_H
#define VRRL_PROGRAM_FILE_MK_WRITE_H

#include "vrrl/run/opcode.h"
#include "vrrl/run/program.h"
#include "vrrl/run/program_file.h"

#include <stdio.h>

struct mk_writer {
    const vrrl_program *program;
    FILE *out;
    char **names;        /* of each symbol, as the file writes it; NULL: it is not declared */
    char **tenant_names; /* of each row of tenant_names[] */
    uint32_t *owner;     /* of each word of user memory: symbol + 1; NULL: looked up one by one */
    uint32_t user_end, observable_end; /* words that names reach up to */
    bool tasks;           /* MIX slots are written as tasks, and descriptors not as memory */
    uint32_t descriptors; /* arena index of the first descriptor */
    uint32_t descriptor_words;
    uint32_t declaring; /* symbols from here on are not declared yet, and cannot be referred to */
};

#endif
