/* JSON read piece by piece from memory: for files of hundreds of megabytes, of which nothing is kept as JSON. All of
 * it is checked, also what is passed over, as RFC 8259 has it, but for UTF-8 in texts that nobody asks for. */
#ifndef VRRL_GRAPH_JSON_PULL_H
#define VRRL_GRAPH_JSON_PULL_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_pull {
    const char *file; /* for messages */
    const char *bytes;
    size_t size, at;
    vrrl_error *err;
};

/* A text as it stands between its quotes, escapes and all. */
struct json_span {
    const char *text;
    size_t size;
};

/* An error at a byte of the file: "FILE: line 3, column 7 (byte 40): TEXT". */
__attribute__((format(printf, 4, 5))) vrrl_code
json_pull_fail(const struct json_pull *p, size_t at, const char *fix, const char *format, ...);

/* Skips white space; the next character, or '\0' at the end. */
char json_pull_peek(struct json_pull *p);
/* Takes `{` or `[`; `what` says what was expected where it is not there. */
vrrl_code json_pull_open(struct json_pull *p, char bracket, const char *what);
/* To the next member or element: false in *more behind the last one, whose bracket is taken. `first` begins as true. */
vrrl_code json_pull_next(struct json_pull *p, char bracket, bool *first, bool *more);
/* The key of a member, and its colon. */
vrrl_code json_pull_key(struct json_pull *p, struct json_span *key);
vrrl_code json_pull_text(struct json_pull *p, const char *what, struct json_span *text);
/* Copies a text that names something in reports: of 1 to size - 1 bytes, without escapes and control characters. `at`:
 * where it stands. */
vrrl_code json_pull_plain(struct json_pull *p, const struct json_span *text, size_t at, char *out,
                          size_t size);
/* A whole number between the two. */
vrrl_code json_pull_number(struct json_pull *p, const char *what, int64_t least, int64_t most,
                           int64_t *number);
/* True where `null` was there, and was taken. */
bool json_pull_null(struct json_pull *p);
/* Any value. */
vrrl_code json_pull_skip(struct json_pull *p);
/* Nothing may follow. */
vrrl_code json_pull_end(struct json_pull *p);

bool json_span_is(const struct json_span *span, const char *word);

#endif
