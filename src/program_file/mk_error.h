/* Errors that point into a program file. */
#ifndef VRRL_PROGRAM_FILE_MK_ERROR_H
#define VRRL_PROGRAM_FILE_MK_ERROR_H

#include "program_file/mk_lex.h"

const char *mk_kind_text(enum mk_kind kind);
/* What an error message calls this very token: "`flag`", "the end of the line". */
const char *mk_token_text(const struct mk_source *source, const struct mk_token *token, char *out,
                          size_t size);
bool mk_token_is(const struct mk_source *source, const struct mk_token *token, const char *word);

#endif
