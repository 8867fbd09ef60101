/* Errors that point into a program file. */
#ifndef VRRL_PROGRAM_FILE_MK_ERROR_H
#define VRRL_PROGRAM_FILE_MK_ERROR_H

#include "program_file/mk_lex.h"

/* Sets an error of the form that program_file.h describes, and returns `code`. */
__attribute__((format(printf, 6, 7))) vrrl_code
mk_error_at(const struct mk_source *source, const struct mk_token *token, vrrl_code code,
            const char *fix, vrrl_error *err, const char *format, ...);

const char *mk_kind_text(enum mk_kind kind);
/* What an error message calls this very token: "`flag`", "the end of the line". */
const char *mk_token_text(const struct mk_source *source, const struct mk_token *token, char *out,
                          size_t size);
bool mk_token_is(const struct mk_source *source, const struct mk_token *token, const char *word);

#endif
