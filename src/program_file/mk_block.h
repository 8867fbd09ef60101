/* Statements one after the other, up to `end` (MK_TOP at depth 0: to the end of the
 * file). `context` is the pack or task that the block belongs to. */
#ifndef VRRL_PROGRAM_FILE_MK_BLOCK_H
#define VRRL_PROGRAM_FILE_MK_BLOCK_H

#include "program_file/mk_parser.h"

vrrl_code mk_block(struct mk_parser *p, enum mk_place place, const struct mk_token *opener,
                   void *context);
/* Tries the keywords of the language. */
void mk_guess_statements(struct mk_guess *guess);

#endif
