/*
 * Which words a slot touches, told from its arguments without running it: what a report needs to
 * say who writes a word, who reads it, and what a waiting slot waits for.
 */
#ifndef VRRL_OPS_FOOTPRINT_H
#define VRRL_OPS_FOOTPRINT_H

#include "event/declared.h"
#include "vrrl/run/ring.h"

/* User memory, where descriptors and packed words lie. */
struct footprint_memory {
    const uint32_t *words;
    uint32_t base; /* arena index of words[0] */
    uint32_t count;
};

typedef void footprint_visitor(void *context, const struct declared_event *declared);

/* Calls `visit` for each range that a slot would touch. Arguments that would make the slot fault
 * give fewer accesses, never a range outside [0, 2^32). Missing arguments are 0. */
void footprint_of(uint32_t opcode, const uint32_t *args, uint32_t arg_count,
                  const struct footprint_memory *memory, footprint_visitor *visit, void *context);

/* Calls `visit` for each range of ring slots that a slot waits for to end: its fences. */
typedef void footprint_fence_visitor(void *context, uint32_t first, uint32_t count);
void footprint_fences(uint32_t opcode, const uint32_t *args, uint32_t arg_count,
                      footprint_fence_visitor *visit, void *context);

/* Whether an opcode does nothing but order what its slot does. */
bool footprint_is_fence(uint32_t opcode);

/* Calls `visit` for each range of words that tells what a slot does (a descriptor): no other slot may change
 * one meanwhile. */
void footprint_fixed(uint32_t opcode, const uint32_t *args, uint32_t arg_count,
                     const struct footprint_memory *memory, footprint_fence_visitor *visit,
                     void *context);

#endif
