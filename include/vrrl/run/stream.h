/* SPDX-License-Identifier: MIT */
/*
 * Streams to a function: for a program that has no file for a report, but a window, a socket, a log of its own.
 * Whatever writes to a FILE, reports and vrrl_program_write among them, writes to one of these, too.
 */
#ifndef VRRL_API_RUN_STREAM_H
#define VRRL_API_RUN_STREAM_H

#include "vrrl/log/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Takes `size` bytes, at least one, which are not followed by a NUL. False where it cannot: the stream has
 * failed then, and what is written to it later is lost. */
typedef bool (*vrrl_write)(void *context, const char *bytes, size_t size);

/* On success *out is the caller's, to be closed by fclose, which gives the last bytes to `write`. It gives
 * them in blocks; setvbuf makes them lines. ferror and fclose tell that `write` failed. */
VRRL_API vrrl_code vrrl_stream_open(vrrl_write write, void *context, FILE **out, vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
