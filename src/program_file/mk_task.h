/*
 * Tasks: a MIX slot and its descriptor, from what the task waits for, reads, writes and signals.
 * Descriptors lie in user memory behind all names.
 */
#ifndef VRRL_PROGRAM_FILE_MK_TASK_H
#define VRRL_PROGRAM_FILE_MK_TASK_H

#include "program_file/mk_parser.h"

vrrl_code mk_task_slot(struct mk_parser *p, const struct mk_token *at);
vrrl_code mk_task_clause(struct mk_parser *p, struct mk_task *task);

#endif
