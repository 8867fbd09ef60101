/* SPDX-License-Identifier: MIT */
/*
 * PTX: the device code of a kernel, as compilers write it: what a module has, and what of it vrrl can run.
 *
 * Vocabulary
 *   module       one file of PTX.
 *   entry        a function that a launch starts; others are called.
 *   place        a line of the source, where `.loc` tells it (`nvcc -lineinfo`), else a line of the PTX.
 *   supported    an instruction that vrrl runs. One that is not is kept, and stops a run only where it is reached.
 *
 * A module does not change once it is read; threads may share it.
 */
#ifndef VRRL_API_ANALYSIS_PTX_H
#define VRRL_API_ANALYSIS_PTX_H

#include "vrrl/log/error.h"

#include <stddef.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VRRL_PTX_BYTES_MAX (64u << 20) /* of a file */

typedef struct vrrl_ptx vrrl_ptx;

/* Reads a module from memory; `name` stands in errors and reports, as its path does. VRRL_PARSE: it is no PTX, or
 * has an instruction with wrong operands; the text says where. VRRL_TOO_LARGE: it has more than VRRL_PTX_BYTES_MAX
 * bytes, or a function of more registers, blocks or constants than fit. *ptx is the caller's; NULL on an error. */
VRRL_API vrrl_code vrrl_ptx_parse(const char *text, size_t size, const char *name, vrrl_ptx **ptx,
                                  vrrl_error *err);
/* The same of a file. */
VRRL_API vrrl_code vrrl_ptx_load(const char *path, vrrl_ptx **ptx, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_ptx_free(vrrl_ptx *ptx);

/* Entries with parameters and what they need of a multiprocessor, operations that order memory, instructions that
 * are not supported, and how often each is used. */
VRRL_API void vrrl_report_ptx(const vrrl_ptx *ptx, FILE *out);
/* The same as one JSON object on one line. */
VRRL_API void vrrl_report_ptx_json(const vrrl_ptx *ptx, FILE *out);
/* The instructions that vrrl runs, each spelling on a line: `{x|y}` is one of several, `[x|y]` one of
 * them or none. */
VRRL_API void vrrl_report_ptx_supported(FILE *out);

#ifdef __cplusplus
}
#endif
#endif
