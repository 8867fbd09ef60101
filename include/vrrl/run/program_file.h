/* SPDX-License-Identifier: MIT */
/*
 * Program files: the line-based text form of a program, `.mk`. The language is described, with
 * every limit, in docs/program-files.md.
 *
 * A file is untrusted input. What it may ask for is bounded by the limits below, whatever loops it
 * writes; one that goes over them is refused with VRRL_TOO_LARGE before anything of that size is
 * allocated. Everything else that is wrong with it is VRRL_PARSE. Either error's text is
 *
 *   FILE:LINE:COLUMN: what was found, and what was expected
 *       LINE | the line itself
 *            |     ^~~~
 */
#ifndef VRRL_API_RUN_PROGRAM_FILE_H
#define VRRL_API_RUN_PROGRAM_FILE_H

#include "vrrl/log/error.h"
#include "vrrl/run/program.h"

#include <stddef.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    VRRL_FILE_BYTES_MAX = 1 << 20,       /* of source text */
    VRRL_FILE_ARENA_WORDS_MAX = 1 << 26, /* ring, user memory and debug log together */
    VRRL_FILE_SLOTS_MAX =
        (1 << 21) - 1,              /* of all batches together, and of all prologues together */
    VRRL_FILE_WORDS_MAX = 1 << 24,  /* argument words of all slots together */
    VRRL_FILE_EPOCHS_MAX = 1 << 16, /* that the file has, however often each runs */
    VRRL_FILE_TIMES_MAX = 1 << 24,  /* runs of epochs, all together */
    VRRL_FILE_NAMES_MAX = 1 << 14,
    VRRL_FILE_NAME_BYTES_MAX = 255,      /* also of a label with its indices */
    VRRL_FILE_LABEL_BYTES_MAX = 1 << 24, /* labels of all slots together */
    VRRL_FILE_REGIONS_MAX = 1 << 10,
    VRRL_FILE_EXPECTATIONS_MAX = 1 << 16, /* words that `expect` names, however often */
    VRRL_FILE_REPEAT_MAX = 1 << 21,       /* rounds of one loop */
    VRRL_FILE_DEPTH_MAX = 16,             /* blocks inside one another; parentheses too */
    VRRL_FILE_WORK_MAX = 1 << 26, /* steps of expansion: 4 for a token read, 1 for a word set */
};

/* Reads a program file. On success *program is the caller's, to be freed with vrrl_program_free; on failure it is
 * NULL. Errors: VRRL_IO, VRRL_NO_MEMORY, VRRL_PARSE, VRRL_TOO_LARGE. */
VRRL_API vrrl_code vrrl_program_load(const char *path, vrrl_program **program, vrrl_error *err);

/* The same from memory: `size` bytes at `text`, which need not end in a NUL. `name` stands in error
 * messages where the path would. */
VRRL_API vrrl_code vrrl_program_parse(const char *text, size_t size, const char *name,
                                      vrrl_program **program, vrrl_error *err);

/* Writes a program as a program file that a person can read. Reading it gives an equal program:
 * the same vrrl_program_digest, labels, names of words, regions and expectations (but for the file
 * and line that these carry). Names that are no plain ones stand in backquotes; what even those
 * cannot hold is replaced by `_`, and of equal names all but the first get a number. MIX slots become
 * tasks where their descriptors lie as a program file lays them out, as those of lowered graphs do.
 * VRRL_UNSUPPORTED for what the language has no words for: regions outside user memory and the
 * observable words, masks and quotas of tenants without a name, a program without an epoch. */
VRRL_API vrrl_code vrrl_program_write(const vrrl_program *program, FILE *out, vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
