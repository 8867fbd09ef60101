/* How a description is read: the cursor and the errors of program files, and names of its own. */
#ifndef VRRL_TENSOR_MKD_PARSER_H
#define VRRL_TENSOR_MKD_PARSER_H

#include "program_file/mk_tokens.h"
#include "tensor/mkd.h"

struct mkd_parser {
    struct mk_parser mk;
    struct mkd_machine *machine;
    const vrrl_machine_options *options;
    /* What the opcode that is being read has named so far; a local's number is its place here. */
    struct mk_token locals[MKD_LOCALS_MAX];
    uint32_t local_count, most_locals;
    bool in_opcode;    /* words and locals can be used */
    bool in_order;     /* an operand that only other opcodes have is 0 */
    uint32_t part;     /* the MKD_PART that is open, or MKD_NONE */
    uint32_t opcode;   /* being read */
    uint32_t order_at; /* the token behind `order`; 0: there is none */
};

#endif
