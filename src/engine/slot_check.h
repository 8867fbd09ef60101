/*
 * What an opcode's check says of a slot, and what it read of user memory for it: descriptors, which
 * no correct program changes while slots run. While that has not changed the check stands, and need
 * not be made again at every attempt.
 */
#ifndef VRRL_ENGINE_SLOT_CHECK_H
#define VRRL_ENGINE_SLOT_CHECK_H

#include "ops/c_env.h"

struct slot_checked {
    bool is_good;         /* the slot may run, its tenant too */
    uint32_t first, last; /* words of user memory that were read, first > last: none. Bodies change
                             nothing else that a check could read */
};

/* Of the slot at `word` of the environment's arena. */
struct slot_checked slot_check(const op_env *env, uint32_t word);

#endif
