/* "did you mean": the nearest name there is. */
#ifndef VRRL_PROGRAM_FILE_MK_GUESS_H
#define VRRL_PROGRAM_FILE_MK_GUESS_H

#include "program_file/mk_parser.h"

struct mk_guess mk_guess_for(const struct mk_parser *p, const struct mk_token *token);
void mk_guess_try(struct mk_guess *guess, const char *candidate, size_t length);

/* "; did you mean `best`?" or "", for the end of a message. */
const char *mk_guess_text(const struct mk_guess *guess, char *out, size_t size);

#endif
