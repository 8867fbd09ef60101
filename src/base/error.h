/* How the library fills a caller's error object. */
#ifndef VRRL_BASE_ERROR_H
#define VRRL_BASE_ERROR_H

#include "vrrl/log/error.h"

/* Fills *err (which may be NULL) and returns `code`, so that a caller can write
 * `return error_set(err, VRRL_PARSE, "Fix: …", "found %s", what);`.
 * `fix` begins with "Fix: " and is a plain string; only the text takes a format. */
__attribute__((format(printf, 4, 5))) vrrl_code error_set(vrrl_error *err, vrrl_code code,
                                                          const char *fix, const char *format, ...);

/* The same with errno: "CALL PATH: reason". Reads errno first; `fix` may be NULL for a hint chosen
 * from errno. */
vrrl_code error_errno(vrrl_error *err, const char *call, const char *path, const char *fix);

/* The allocation that failed, in bytes; 0: a library's own. */
vrrl_code error_no_memory(vrrl_error *err, uint64_t bytes);

/* Replaces the hint of an error that is already set, formatted. */
__attribute__((format(printf, 2, 3))) void error_fix(vrrl_error *err, const char *format, ...);

/* An analyzer sees one file at a time: it is told that what these return is never VRRL_OK. */
#if defined(__clang_analyzer__) && !defined(VRRL_BASE_ERROR_C)
#define error_set(err, code, ...)  (error_set(err, code, __VA_ARGS__), (code))
#define error_errno(...)           (error_errno(__VA_ARGS__), VRRL_IO)
#define error_no_memory(err, size) (error_no_memory(err, size), VRRL_NO_MEMORY)
#endif

#endif
