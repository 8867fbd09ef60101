/*
 * What an operation is by itself, as the footprint of its row tells. Whoever looks for waits, or adds an order,
 * asks here and keeps no list of opcodes.
 */
#ifndef VRRL_OPS_ROLE_H
#define VRRL_OPS_ROLE_H

#include "ops/footprint.h"

enum role_kind {
    ROLE_OTHER,
    ROLE_WAIT,  /* until a word is at least a value */
    ROLE_STORE, /* of a value to a word */
    ROLE_ADD,   /* of a value to a word, atomically, without a look at what was there */
    ROLE_FENCE,
};

struct opcode_role {
    enum role_kind kind;
    uint32_t word, value; /* by which operands they are told */
    bool orders;          /* a wait acquires, a store or an addition releases */
};

/* Of an opcode that waits, stores or adds and does nothing else; or of a fence. */
struct opcode_role opcode_role(uint32_t opcode);

/* The opcode that does the same, and orders; false where there is none, or it orders itself. */
bool opcode_that_orders(uint32_t opcode, uint32_t *ordered);

/* Whether what a slot does next may depend on who came first: it takes, draws, tries, or asks. */
static inline bool declared_chooses(const struct declared_event *d)
{
    return d->keeps || d->ends || (d->decides && declared_updates(d));
}

#endif
