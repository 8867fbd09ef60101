/* PTX: declarations of variables and parameters, and initial values. */
#ifndef VRRL_PTX_PARSE_VARIABLE_H
#define VRRL_PTX_PARSE_VARIABLE_H

#include "ptx/parser.h"

/* One declared name: `.align 8 .b8 name[24]`. */
struct ptx_declared {
    struct ptx_token token; /* of its name */
    uint8_t type;           /* of an element */
    bool is_array, is_open; /* `[]`: how many is not said */
    bool is_pointer;
    bool is_opaque; /* a texture, a sampler, a surface */
    uint32_t align;
    uint64_t bytes, row_bytes; /* all, and one of the outermost dimension */
    uint64_t rows[8];          /* elements in what an index of each dimension stands for */
    unsigned dimensions;
};

/* `.b32`; PTX_NO_TYPE where the token at hand is none. Takes nothing. */
enum ptx_type ptx_type_here(const struct ptx_lexer *lexer);
/* `.global`, …: true where it is one, which is taken. */
bool ptx_space_here(struct ptx_parser *p, enum ptx_space *space);

/* Reads what stands before names: alignment, vector, type; then one name with its dimensions. */
bool ptx_declared_type(struct ptx_parser *p, struct ptx_declared *to);
bool ptx_declared_name(struct ptx_parser *p, struct ptx_declared *to);

/* Reads variables of a space up to the `;`, behind the space: of the module, or of the function at hand. */
bool ptx_variables(struct ptx_parser *p, enum ptx_space space, bool is_extern, bool in_function);

#endif
