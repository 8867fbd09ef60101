/* PTX: names and what they mean, in scopes that end. */
#ifndef VRRL_PTX_NAMES_H
#define VRRL_PTX_NAMES_H

#include "base/hash_table.h"
#include "ptx/types.h"

#include <stdbool.h>
#include <stddef.h>

enum ptx_meaning {
    PTX_MEANS_NOTHING,
    PTX_MEANS_REGISTER, /* `index`: its number in the draft */
    PTX_MEANS_REGISTERS, /* `%r<24>`: the name is `%r`, `count` of them; `index`: which declaration */
    PTX_MEANS_VECTOR,    /* `.reg .v4`: `count` registers from `index` on */
    PTX_MEANS_VARIABLE,  /* `index`: of the module's variables */
    PTX_MEANS_FUNCTION,  /* `index`: of the module's functions */
    PTX_MEANS_PARAM,     /* `offset` in the frame's parameters, `bytes` */
    PTX_MEANS_LOCAL,     /* `offset` in the frame's local bytes */
    PTX_MEANS_LABEL,     /* `index`: of the draft's instructions */
    PTX_MEANS_TARGETS,   /* `.branchtargets`: `count` from `index` on of the draft's targets */
    PTX_MEANS_PROTOTYPE, /* `.callprototype`: `index` of the parser's prototypes */
    PTX_MEANS_OPAQUE,    /* a texture, a sampler, a surface, a list of call targets */
};

struct ptx_name {
    uint32_t word;   /* which text it is: an index of words */
    uint32_t before; /* what the text meant outside: + 1; 0: nothing */
    uint16_t depth;
    uint8_t meaning; /* an enum ptx_meaning */
    uint8_t type;    /* of a register: an enum ptx_type */
    uint32_t index, count;
    uint32_t offset, bytes;
};

struct ptx_word {
    const char *text; /* in the module's text */
    uint32_t length;
    uint32_t name; /* what it means now: + 1; 0: nothing */
};

struct ptx_names {
    struct hash_table table; /* of words, by their hash */
    struct ptx_word *words;
    uint32_t word_count, word_room;
    struct ptx_name *names; /* those of outer scopes first */
    uint32_t name_count, name_room;
    uint16_t depth;
};

/* What a text means; NULL. Good until the next declaration. */
struct ptx_name *ptx_names_find(const struct ptx_names *names, const char *text, size_t length);

/* Declares a name in the scope at hand, and returns it to be filled; NULL where memory lacks. *taken says that it
 * is declared there already. */
struct ptx_name *ptx_names_declare(struct ptx_names *names, const char *text, size_t length,
                                   bool *taken);

static inline void ptx_names_open(struct ptx_names *names)
{
    names->depth++;
}
void ptx_names_close(struct ptx_names *names);
void ptx_names_free(struct ptx_names *names);

#endif
