/* SPDX-License-Identifier: MIT */
/*
 * Errors.
 *
 * Vocabulary
 *   code   what kind of failure it was; functions return it, VRRL_OK (0) is success.
 *   error  the caller's object, which a failing function fills: the code, one sentence that says
 *          what was found and what was expected, and a hint that says what to do next.
 *
 * Every function that takes a `vrrl_error *` accepts NULL for it. A function that succeeds leaves
 * the object alone. The object owns no memory: copy it, keep it on the stack, share it with no
 * other thread while a call is writing it.
 */
#ifndef VRRL_API_LOG_ERROR_H
#define VRRL_API_LOG_ERROR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Marks what libvrrl.so exports. */
#define VRRL_API __attribute__((visibility("default")))

/* One row an error kind: code, name as `vrrl_code_name` gives it, what it means. Append only. */
#define VRRL_ERROR_TABLE(X)                                                                        \
    X(OK, "Ok", "no error")                                                                        \
    X(IO, "Io", "a system call failed, or a file is shorter than it says")                         \
    X(HEADER_MISMATCH, "HeaderMismatch", "wrong magic or version, or a damaged record")            \
    X(ZERO_CAPACITY, "ZeroCapacity", "a log of no records")                                        \
    X(CAPACITY_OVERFLOW, "CapacityOverflow", "more records than the format allows")                \
    X(BUSY, "Busy", "another writer has the file open")                                            \
    X(NO_MEMORY, "NoMemory", "an allocation failed")                                               \
    X(INVALID, "Invalid", "an argument or a combination of options makes no sense")                \
    X(PARSE, "Parse", "an input file does not follow its format")                                  \
    X(ILLEGAL_MOVE, "IllegalMove", "a slot cannot go from the one status to the other")            \
    X(REFUSED, "Refused", "a slot or batch that may not be published")                             \
    X(TOO_LARGE, "TooLarge", "over a documented limit")                                            \
    X(UNSUPPORTED, "Unsupported", "not available here")                                            \
    X(CORRUPT, "Corrupt", "a checksum or a cross-reference of a recording does not hold")          \
    X(NOT_FOUND, "NotFound", "no such backend, subcommand, name or file")                          \
    X(EXISTS, "Exists", "the output is already there")

typedef enum vrrl_code {
#define X(code, name, text) VRRL_##code,
    VRRL_ERROR_TABLE(X)
#undef X
} vrrl_code;

#define VRRL_ERROR_TEXT_MAX 768
#define VRRL_ERROR_FIX_MAX  384

typedef struct vrrl_error {
    vrrl_code code;
    int32_t sys_errno; /* of the system call that failed; 0: none */
    uint64_t found;    /* the number that was found, where one was: a capacity, a version … */
    uint64_t expected; /* what it should have been, or its maximum */
    char text[VRRL_ERROR_TEXT_MAX]; /* what was found and what was expected */
    char fix[VRRL_ERROR_FIX_MAX];   /* what to do next; begins with "Fix: " */
} vrrl_error;

/* "HeaderMismatch" for VRRL_HEADER_MISMATCH; "Unknown" for a number that is no code. */
VRRL_API const char *vrrl_code_name(vrrl_code code);
/* The table's sentence for a code. */
VRRL_API const char *vrrl_code_text(vrrl_code code);

#ifdef __cplusplus
}
#endif
#endif
