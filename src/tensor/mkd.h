/*
 * Machine descriptions (.mkd): what a megakernel does with an instruction of its tensor, opcode by opcode.
 * docs/instruction-tensors.md tells the language. The lexer, the cursor and the errors are those of program files.
 *
 * A description is read once, into statements and expressions whose names are resolved. An instruction is then
 * expanded by walking the statements of its opcode (mkd_expand.h).
 */
#ifndef VRRL_TENSOR_MKD_H
#define VRRL_TENSOR_MKD_H

#include "base/hash_table.h"
#include "program_file/mk_parser.h"
#include "tensor/tensor.h"
#include "vrrl/run/graph.h"
#include "vrrl/run/tensor.h"

enum {
    MKD_ROLES_MAX = VRRL_GRAPH_ROLES_MAX, /* a set of roles is one word */
    MKD_LOCALS_MAX = 256,
    MKD_ORDER_MAX = 8,
    MKD_WORDS_MAX = 4096, /* of an instruction */
};
#define MKD_NONE UINT32_MAX

/* ---- Expressions ----------------------------------------------------------------------------- */

enum mkd_op {
    MKD_CONSTANT, /* value */
    MKD_LOCAL,    /* value: which of the locals */
    MKD_WORKER,
    MKD_ENTRY,
    MKD_WORD,  /* a: which word of the instruction */
    MKD_BYTE,  /* a: of what, b: which byte */
    MKD_TABLE, /* value: which table, a: the first of its indices in lists[], b: how many */
    MKD_NEGATE,
    MKD_ADD,
    MKD_SUBTRACT,
    MKD_MULTIPLY,
    MKD_DIVIDE,
    MKD_REMAINDER,
    MKD_EQUAL,
    MKD_NOT_EQUAL,
    MKD_LESS,
    MKD_AT_MOST,
    MKD_MORE,
    MKD_AT_LEAST,
    MKD_AND,
    MKD_OR,
};

struct mkd_node {
    enum mkd_op op;
    uint32_t token; /* for messages */
    uint32_t a, b;
    int64_t value;
};

/* ---- Statements ------------------------------------------------------------------------------ */

enum mkd_kind {
    MKD_LET,    /* local = a */
    MKD_WHEN,   /* a; its block up to `end` */
    MKD_REPEAT, /* local from a to b; its block up to `end` */
    MKD_PART,   /* role, after; its block up to `end` */
    MKD_WAITS,  /* counter target[indices] >= a, growth b */
    MKD_SIGNALS,
    MKD_ACCESSES, /* buffer target[indices] */
};

struct mkd_statement {
    enum mkd_kind kind;
    uint32_t token;
    uint32_t end; /* the statement behind it, and behind its block */
    uint32_t local, a, b;
    uint32_t role;
    uint64_t after; /* set of roles */
    uint32_t target, first_index, index_count;
    bool equal, relaxed;
    vrrl_access_kind access;
};

/* [a], or [a : b] where b is not MKD_NONE. */
struct mkd_index {
    uint32_t a, b;
};

/* ---- What is declared ------------------------------------------------------------------------ */

enum mkd_name_kind {
    MKD_NAME_CONST,
    MKD_NAME_TABLE,
    MKD_NAME_COUNTERS,
    MKD_NAME_BUFFER,
    MKD_NAME_ROLE,
    MKD_NAME_OPCODE,
};

struct mkd_name {
    struct mk_token token;
    enum mkd_name_kind kind;
    uint32_t index; /* among those of its kind */
    int64_t value;  /* CONST */
};

struct mkd_array {
    char name[VRRL_FILE_NAME_BYTES_MAX + 1];
    uint64_t dims[TENSOR_DIMS_MAX];
    uint32_t rank;
    bool grows;            /* counters */
    vrrl_buffer_kind kind; /* buffers */
};

struct mkd_opcode {
    uint32_t number; /* word 0, modulo 2^32 */
    char name[VRRL_FILE_NAME_BYTES_MAX + 1];
    struct mk_token token;
    uint32_t first_operand, operands; /* in operand_tokens[] */
    uint32_t first, end;              /* statements */
    uint32_t locals;                  /* that it needs, operands first */
    bool is_part;                     /* all of it is one, without `part` */
};

struct mkd_machine {
    struct mk_source source;
    char title[VRRL_FILE_NAME_BYTES_MAX + 1];
    uint32_t words; /* of an instruction */
    bool entry_first;
    struct mkd_node *nodes;
    uint32_t *lists; /* nodes: the indices of tables */
    struct mkd_index *indices;
    struct mkd_statement *statements;
    struct mkd_name *names;
    struct mkd_array *counters, *buffers;
    struct tensor *tables;
    struct mkd_opcode *opcodes;
    struct mk_token *operand_tokens;
    struct hash_table by_number; /* opcodes */
    uint32_t node_count, node_room, list_count, list_room, index_count, index_room, statement_count,
        statement_room, name_count, name_room, counter_count, counter_room, buffer_count,
        buffer_room, table_count, table_room, opcode_count, opcode_room, operand_count,
        operand_room;
    char roles[MKD_ROLES_MAX][VRRL_FILE_NAME_BYTES_MAX + 1];
    uint32_t role_count;
    bool
        has_roles; /* each a queue of its own; else parts are named at will, and a worker is one queue */
    uint32_t in_flight; /* entries; 0: no limit */
    bool assumes_release, assumes_acquire;
    /* The order of instructions: keys[] are expressions; those of an opcode begin at order[opcode * order_count]. */
    uint32_t *order;
    uint32_t order_count, order_room; /* 0: it is not declared */
};

/* An operand that reports leave out: `_` names a word that nobody asks for. */
static inline bool mkd_is_unnamed(const struct mkd_machine *machine, const struct mk_token *operand)
{
    return operand->length == 1 && machine->source.text[operand->at] == '_';
}

#endif
