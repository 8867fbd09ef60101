/* The cursor, and errors at it. */
#ifndef VRRL_PROGRAM_FILE_MK_TOKENS_H
#define VRRL_PROGRAM_FILE_MK_TOKENS_H

#include "program_file/mk_parser.h"

const struct mk_token *mk_peek(const struct mk_parser *p);
const struct mk_token *mk_peek_ahead(const struct mk_parser *p, uint32_t ahead);
struct mk_token mk_next(struct mk_parser *p);
bool mk_at_word(const struct mk_parser *p, const char *word);
bool mk_accept(struct mk_parser *p, enum mk_kind kind);
bool mk_accept_word(struct mk_parser *p, const char *word);
vrrl_code mk_expect_kind(struct mk_parser *p, enum mk_kind kind, const char *fix,
                         struct mk_token *out);
vrrl_code mk_expect_word(struct mk_parser *p, const char *word, const char *fix);
vrrl_code mk_end_of_line(struct mk_parser *p, const char *fix);

/* Counts steps of expansion; VRRL_TOO_LARGE past the limit. */
vrrl_code mk_work(struct mk_parser *p, uint64_t steps, const struct mk_token *at);
__attribute__((format(printf, 4, 5))) vrrl_code
mk_fail(struct mk_parser *p, const struct mk_token *at, const char *fix, const char *format, ...);
__attribute__((format(printf, 4, 5))) vrrl_code
mk_limit(struct mk_parser *p, const struct mk_token *at, const char *fix, const char *format, ...);
/* "expected WHAT, found `token`" at the cursor. */
vrrl_code mk_unexpected(struct mk_parser *p, const char *what, const char *fix);

#endif
