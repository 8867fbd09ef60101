/* Program files, first step: text to tokens, and errors that point into the text. */
#ifndef VRRL_PROGRAM_FILE_MK_LEX_H
#define VRRL_PROGRAM_FILE_MK_LEX_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One row a kind: name, how an error message calls it. */
#define MK_TOKEN_TABLE(X)                                                                          \
    X(END, "the end of the file")                                                                  \
    X(NEWLINE, "the end of the line")                                                              \
    X(NAME, "a name")                                                                              \
    X(NUMBER, "a number")                                                                          \
    X(FLOAT, "a floating-point number")                                                            \
    X(TEXT, "a text in quotes")                                                                    \
    X(COLON, "`:`")                                                                                \
    X(COMMA, "`,`")                                                                                \
    X(OPEN, "`(`")                                                                                 \
    X(CLOSE, "`)`")                                                                                \
    X(OPEN_INDEX, "`[`")                                                                           \
    X(CLOSE_INDEX, "`]`")                                                                          \
    X(PLUS, "`+`")                                                                                 \
    X(MINUS, "`-`")                                                                                \
    X(TIMES, "`*`")                                                                                \
    X(DIVIDE, "`/`")                                                                               \
    X(REMAINDER, "`%`")                                                                            \
    X(ASSIGN, "`=`")                                                                               \
    X(EQUAL, "`==`")                                                                               \
    X(AT_LEAST, "`>=`")                                                                            \
    X(AT_MOST, "`<=`")                                                                             \
    X(NOT_EQUAL, "`!=`")                                                                           \
    X(LESS, "`<`")                                                                                 \
    X(MORE, "`>`")                                                                                 \
    X(ADD_TO, "`+=`")

enum mk_kind {
#define X(name, text) MK_##name,
    MK_TOKEN_TABLE(X)
#undef X
};

struct mk_token {
    enum mk_kind kind;
    uint32_t at; /* byte offset in the text */
    uint32_t length;
    uint32_t line;   /* from 1 */
    uint32_t number; /* NUMBER: the value; FLOAT: its f32 bits */
    bool quoted;     /* NAME: it stood between backquotes, and is no word of the language */
    double real;     /* FLOAT */
};

/* A text and its tokens; the last of them is END. */
struct mk_source {
    const char *name; /* of the file, for messages */
    const char *text;
    uint32_t size;
    struct mk_token *tokens;
    uint32_t token_count, token_room;
};

/* Fills the tokens of a source whose name, text and size are set. Free them whatever it returns. */
vrrl_code mk_lex(struct mk_source *source, vrrl_error *err);
void mk_source_free(struct mk_source *source);

#endif
