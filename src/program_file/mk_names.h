/* Names: constants, words, tenants, loop variables. */
#ifndef VRRL_PROGRAM_FILE_MK_NAMES_H
#define VRRL_PROGRAM_FILE_MK_NAMES_H

#include "program_file/mk_parser.h"
#include "program_file/mk_write.h"

vrrl_code mk_names_begin(struct mk_parser *p);
struct mk_name *mk_find_name(struct mk_parser *p, const struct mk_token *token);
const struct mk_loop_variable *mk_find_loop(const struct mk_parser *p,
                                            const struct mk_token *token);

/* Declares `name` with the rest of its row filled in. */
vrrl_code mk_declare(struct mk_parser *p, const struct mk_token *token, struct mk_name row);
vrrl_code mk_unknown_name(struct mk_parser *p, const struct mk_token *token, const char *what);
vrrl_code mk_check_new_name(struct mk_parser *p, const struct mk_token *token);

/* Words of the language that cannot be names, and names that every program has. */
bool mk_is_reserved(const char *name);
bool mk_is_builtin(const char *name);

#endif
