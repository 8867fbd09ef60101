/* PTX: from the spelling of an instruction to what it means. */
#ifndef VRRL_PTX_OPCODE_H
#define VRRL_PTX_OPCODE_H

#include "ptx/parser.h"

/* The meaning of the instruction at hand, by its spelling; NULL on an error. Good until the next is asked for. */
struct ptx_opcode *ptx_opcode_of(struct ptx_parser *p, const struct ptx_token *spelling);

/* The modifiers of a spelling: each is taken by whoever knows it. */
enum { PTX_MODIFIERS_MAX = 20 };
struct ptx_modifiers {
    const char *text[PTX_MODIFIERS_MAX];
    uint8_t length[PTX_MODIFIERS_MAX];
    bool taken[PTX_MODIFIERS_MAX];
    unsigned count;
};

/* Splits `.acquire.gpu.u32`, up to `end`; false where there are too many. */
bool ptx_modifiers_split(struct ptx_modifiers *m, const char *text, const char *end);
/* Whether it has the modifier, which is taken. */
bool ptx_modifier(struct ptx_modifiers *m, const char *name);
/* Which of `count` names it has, the first that it does; `otherwise` where it has none. */
unsigned ptx_modifier_of(struct ptx_modifiers *m, const char *(*name)(unsigned), unsigned first,
                         unsigned count, unsigned otherwise);
/* The type that it ends with; PTX_NO_TYPE where it has none, or one more behind it. */
enum ptx_type ptx_modifier_type(struct ptx_modifiers *m);
/* All were taken. */
bool ptx_modifiers_end(const struct ptx_modifiers *m);

/* A family of instructions, by what stands before the first point. Returns false where it is not supported;
 * opcode->why may say why. */
struct ptx_family {
    const char *name;
    const char *spelling; /* for people: `{x|y}` is one of several, `[x|y]` one of them or none */
    bool (*decode)(struct ptx_modifiers *m, struct ptx_opcode *opcode);
};

/* The spelling of a family, by its number; NULL past the last. */
const char *ptx_family_spelling(unsigned i);

/* Whether `spelling` is one of those that `pattern` stands for: `{x|y}` is one of several, `[x|y]` one of them or none. */
bool ptx_pattern_is(const char *pattern, const char *spelling, size_t length);

#endif
