/* Statements that shape the machine: sizes, workers, tenants. */
#ifndef VRRL_PROGRAM_FILE_MK_SETTINGS_H
#define VRRL_PROGRAM_FILE_MK_SETTINGS_H

#include "program_file/mk_parser.h"

vrrl_code mk_program_name(struct mk_parser *p, const struct mk_token *at);
vrrl_code mk_size(struct mk_parser *p, const struct mk_token *at);
vrrl_code mk_workers(struct mk_parser *p, const struct mk_token *at);
vrrl_code mk_tenant(struct mk_parser *p, const struct mk_token *at);

#endif
