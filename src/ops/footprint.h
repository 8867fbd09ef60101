/*
 * Which words a slot touches, told from its arguments without running it: what a report needs to
 * say who writes a word, who reads it, and what a waiting slot waits for.
 */
#ifndef VRRL_OPS_FOOTPRINT_H
#define VRRL_OPS_FOOTPRINT_H

#include "vrrl/ring.h"

enum access_kind {
    ACCESS_READ,
    ACCESS_WRITE,
    ACCESS_UPDATE, /* an atomic read-modify-write; commutes with other updates */
    ACCESS_SIGNAL, /* an update that others wait for; `value` is its amount */
    ACCESS_WAIT,   /* waits until the word is at least `value` */
};

struct slot_access {
    enum access_kind kind;
    uint32_t first; /* word index in the arena */
    uint32_t count; /* ≥ 1 */
    uint32_t value;
    bool orders;   /* a wait acquires; a signal, or a write of `value`, releases */
    bool is_value; /* a write of one word that leaves `value` */
};

/* User memory, where descriptors and packed words lie. */
struct footprint_memory {
    const uint32_t *words;
    uint32_t base; /* arena index of words[0] */
    uint32_t count;
};

typedef void footprint_visitor(void *context, const struct slot_access *access);

/* Calls `visit` for each range that a slot would touch. Arguments that would make the slot fault
 * give fewer accesses, never a range outside [0, 2^32). Missing arguments are 0. */
void footprint_of(uint32_t opcode, const uint32_t *args, uint32_t arg_count,
                  const struct footprint_memory *memory, footprint_visitor *visit, void *context);

#endif
