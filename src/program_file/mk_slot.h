/* Slots of an epoch and of its prologue. */
#ifndef VRRL_PROGRAM_FILE_MK_SLOT_H
#define VRRL_PROGRAM_FILE_MK_SLOT_H

#include "program_file/mk_parser.h"

/* Is the cursor behind the last operand: at `on`, `tenant`, `then`, or the end of the line? */
bool mk_after_operands(const struct mk_parser *p);

/* Behind `on` or `queue`, which is `at`. */
vrrl_code mk_queue_number(struct mk_parser *p, const struct mk_token *at, uint32_t *queue);

/* "[on QUEUE] [tenant TENANT]" in any order. */
vrrl_code mk_read_placement(struct mk_parser *p, const struct mk_token *slot,
                            struct mk_placement *placement);
vrrl_code mk_slot(struct mk_parser *p);
vrrl_code mk_prologue_slot(struct mk_parser *p);

/* "NAME[i][j]" into p->label. */
vrrl_code mk_read_label(struct mk_parser *p);
vrrl_code mk_add_slot(struct mk_parser *p, const struct mk_token *at, uint32_t opcode,
                      struct mk_placement placement, const uint32_t *words, uint32_t count);

#endif
