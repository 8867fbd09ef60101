/* Epochs, their prologues and queues, and what is expected after them. */
#ifndef VRRL_PROGRAM_FILE_MK_EPOCH_H
#define VRRL_PROGRAM_FILE_MK_EPOCH_H

#include "program_file/mk_parser.h"

vrrl_code mk_epoch(struct mk_parser *p, const struct mk_token *at);
vrrl_code mk_prologue(struct mk_parser *p, const struct mk_token *at);
vrrl_code mk_queue(struct mk_parser *p, const struct mk_token *at);
vrrl_code mk_expectation(struct mk_parser *p, const struct mk_token *at);

#endif
