/* PTX, first step: text to tokens, one at a time, and errors that point into the text. */
#ifndef VRRL_PTX_LEX_H
#define VRRL_PTX_LEX_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is one character stands for itself, as its kind. */
enum ptx_token_kind {
    PTX_TOKEN_END = 256,
    PTX_TOKEN_WORD, /* a name, or an instruction with all its modifiers: `ld.shared::cta.u32`, `%tid.x` */
    PTX_TOKEN_DIRECTIVE, /* `.reg`, `.shared::cluster` */
    PTX_TOKEN_INTEGER,
    PTX_TOKEN_REAL, /* 1.5, 0f3F800000, 0d…; also the two numbers of `.version 9.0` */
    PTX_TOKEN_TEXT, /* in quotes */
    PTX_TOKEN_SHIFT_LEFT,
    PTX_TOKEN_SHIFT_RIGHT,
    PTX_TOKEN_EQUAL,
    PTX_TOKEN_NOT_EQUAL,
    PTX_TOKEN_AT_MOST,
    PTX_TOKEN_AT_LEAST,
    PTX_TOKEN_BOTH,
    PTX_TOKEN_EITHER,
};

struct ptx_token {
    int kind;
    bool is_unsigned; /* INTEGER with the suffix U, or that only 64 unsigned bits hold */
    bool is_single;   /* REAL: of `0f`, whose bits are `number` */
    uint32_t line;    /* from 1 */
    size_t at, length;
    uint64_t number; /* INTEGER: its value; REAL: the bits of an f64 */
};

struct ptx_lexer {
    const char *name; /* of the file, for messages */
    const char *text;
    size_t size;
    size_t at;
    uint32_t line;
    struct ptx_token token; /* the one at hand */
    vrrl_error *err;
    vrrl_code failed; /* VRRL_OK until the first error */
};

/* Makes the next token the one at hand; false where the text has none there. */
bool ptx_next(struct ptx_lexer *lexer);

/* Sets the error, once: FILE:LINE:COLUMN: text. Returns false. */
__attribute__((format(printf, 4, 5))) bool ptx_fail_at(struct ptx_lexer *lexer,
                                                       const struct ptx_token *token,
                                                       const char *fix, const char *format, ...);
/* "found TOKEN, expected WHAT" at the token at hand. */
bool ptx_expected(struct ptx_lexer *lexer, const char *what, const char *fix);

/* What an error calls a token: "`.reg`", "the end of the file". */
enum { PTX_TOKEN_TEXT_MAX = 64 };
const char *ptx_token_text(const struct ptx_lexer *lexer, const struct ptx_token *token,
                           char out[PTX_TOKEN_TEXT_MAX]);

static inline const char *ptx_token_start(const struct ptx_lexer *lexer)
{
    return lexer->text + lexer->token.at;
}

/* Whether the token at hand is this text. */
bool ptx_is(const struct ptx_lexer *lexer, const char *text);
/* Takes the token at hand where it is of this kind, or this text. */
bool ptx_take(struct ptx_lexer *lexer, int kind);
bool ptx_take_text(struct ptx_lexer *lexer, const char *text);
/* Takes a character that has to be there. */
bool ptx_need(struct ptx_lexer *lexer, char c);

#endif
