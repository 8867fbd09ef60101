/* Statements on memory: initial values, and what is observed. */
#ifndef VRRL_PROGRAM_FILE_MK_MEMORY_H
#define VRRL_PROGRAM_FILE_MK_MEMORY_H

#include "program_file/mk_parser.h"

vrrl_code mk_init(struct mk_parser *p, const struct mk_token *at);
vrrl_code mk_observe(struct mk_parser *p, const struct mk_token *at);

#endif
