/*
 * PTX: what the parts of the parser share. The text is read once, from its begin to its end: each instruction is
 * lowered into the draft of its function as it is read, and at the end of the function the draft becomes its
 * compact form.
 */
#ifndef VRRL_PTX_PARSER_H
#define VRRL_PTX_PARSER_H

#include "ptx/draft.h"
#include "ptx/lex.h"
#include "ptx/module.h"
#include "ptx/names.h"
#include "ptx/number.h"

/* Operands of one instruction, and elements of its vectors: more has none that is lowered. */
enum { PTX_OPERANDS_MAX = 16, PTX_ELEMENTS_MAX = 64, PTX_SCOPES_MAX = 64 };

enum ptx_operand_kind {
    PTX_OPERAND_REGISTER, /* `reg`, of `type` */
    PTX_OPERAND_NUMBER,
    PTX_OPERAND_NAME,    /* `name` means no register: `offset` is added */
    PTX_OPERAND_WORD,    /* a label or a function that may be declared later */
    PTX_OPERAND_SPECIAL, /* `special` */
    PTX_OPERAND_VECTOR,  /* `{…}`: `count` of the parser's elements from `first` on */
    PTX_OPERAND_ADDRESS, /* `[…]`: the operand `first` of the parser's elements, + `offset` */
    PTX_OPERAND_SINK,    /* `_` */
};

struct ptx_operand {
    uint8_t kind; /* an enum ptx_operand_kind */
    uint8_t type; /* REGISTER: an enum ptx_type */
    uint8_t special;
    bool negated;    /* `!p` */
    bool is_list;    /* VECTOR in parentheses, as of a call */
    uint32_t reg;    /* of the draft */
    uint32_t second; /* `p|q`: q of the draft, or PTX_NONE */
    uint32_t first, count;
    int64_t offset;
    struct ptx_number number;
    struct ptx_name name;
    struct ptx_token token;
};

/* A parameter as it is read, with the token of its name. */
struct ptx_parameter_read {
    struct ptx_token token;
    struct ptx_parameter parameter;
    bool is_register, is_result;
};

/* What a function takes and gives, of its own or of those whose address is called. */
struct ptx_signature {
    struct ptx_parameter_read *read; /* in the order of the text */
    uint32_t read_count, read_room;
    struct ptx_parameter *parameters;
    uint32_t parameter_count, parameter_room;
    struct ptx_parameter *results;
    uint32_t result_count, result_room;
    uint32_t bytes; /* of all of them */
};

/* A result of a function that is a register, and where it is in the frame. */
enum { PTX_RESULT_REGISTERS_MAX = 16 };
struct ptx_result_register {
    uint32_t reg, offset;
};

/* `function` uses `index`: it calls that function, or takes its address; or a shared variable. */
struct ptx_link {
    uint32_t function, index;
    bool is_variable;
};

struct ptx_parser;
struct ptx_opcode;
typedef bool ptx_lower(struct ptx_parser *p, const struct ptx_opcode *opcode);

/* What the spelling of an instruction means. */
struct ptx_opcode {
    const char *text;
    uint32_t length;
    ptx_lower *lower; /* NULL: it is not supported */
    const char *why;  /* it is not supported, as … */
    struct ptx_instruction form;
    uint8_t types[5]; /* of an instruction of arithmetic: target and sources; of others types[0] */
    uint8_t vector;   /* `.v2`, … */
    bool hint;        /* an operand of a cache policy stands behind the others */
    bool is_call;     /* parentheses are lists */
    uint32_t spelled; /* of the module's list of those */
};

struct ptx_parser {
    struct ptx_lexer lex;
    struct ptx_module *module;
    struct ptx_names names;
    struct draft draft;
    struct ptx_opcode *opcodes; /* spellings met so far */
    uint32_t opcode_count, opcode_room;
    struct hash_table opcode_table;
    struct ptx_operand operands[PTX_OPERANDS_MAX];
    uint32_t operand_count;
    struct ptx_operand elements[PTX_ELEMENTS_MAX];
    uint32_t element_count;
    struct ptx_token spelling;                                    /* of the instruction at hand */
    uint32_t place_file, place_line, place_column, place_inlined; /* as the last `.loc` says */
    struct hash_table inlined; /* the last `.loc` of each file, line and column */
    struct ptx_signature *prototypes;
    uint32_t prototype_count, prototype_room;
    uint32_t function; /* of the module: what is being read */
    struct ptx_result_register result_registers[PTX_RESULT_REGISTERS_MAX]; /* of it */
    uint32_t result_register_count;
    struct ptx_link *links; /* what functions use of the module */
    uint32_t link_count, link_room;
};

/* ---- Parts ------------------------------------------------------------------------------------- */

/* No more memory, or over a limit: `err` is set already. Returns false. */
bool ptx_stop(struct ptx_parser *p, vrrl_code code);
/* A text that lives as long as the module; NULL where memory lacks, which is an error then. */
const char *ptx_keep(struct ptx_parser *p, const char *text, size_t length);
/* Declares a name in the scope at hand, at the token that holds it; NULL: an error. */
struct ptx_name *ptx_declare(struct ptx_parser *p, const struct ptx_token *token,
                             enum ptx_meaning meaning);
/* Skips what stands between here and the bracket that closes the one at hand, too. */
bool ptx_skip_brackets(struct ptx_parser *p);

#endif
