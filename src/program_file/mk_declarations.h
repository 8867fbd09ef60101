/* Statements that name things: constants and words. */
#ifndef VRRL_PROGRAM_FILE_MK_DECLARATIONS_H
#define VRRL_PROGRAM_FILE_MK_DECLARATIONS_H

#include "program_file/mk_parser.h"

vrrl_code mk_const(struct mk_parser *p, const struct mk_token *at);
vrrl_code mk_words(struct mk_parser *p, const struct mk_token *at);

#endif
