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
    bool decides; /* what follows depends on what it finds, or it orders slots by that: a condition,
                      an exchange, a load that acquires */
    bool may;    /* some runs touch less: a part of the range, or not all in the way that is told */
    bool takes;  /* what TAKE takes away */
    bool keeps;  /* a signal that keeps what it finds */
    bool rounds; /* an update by a float: its sum depends on the order of others */
    bool declared; /* of a task: its accesses are taken as they are declared */
    bool ends;     /* a condition: unless the word is `value`, nothing in the slot comes after it */
    bool is_bounded;  /* an update of one word: it leaves `most`, or less than was there, or that */
    bool is_compared; /* an update, which changes nothing unless it finds `value` */
    uint32_t most;
    /* A word in memory that says more: its value is added to what a wait wants, or is the place,
     * modulo `count`, of the one word that is touched. FOOTPRINT_NO_WORD: none. */
    uint32_t from;
    /* A write, or an update that is no sum, leaves what words hold from here on; an update only where it finds
     * what the other one holds. FOOTPRINT_NO_WORD: another value, in any case. */
    uint32_t copied, expected;
    uint32_t fence;     /* how many release fences of the slot come before it */
    bool by_fence;      /* a signal or write that releases what came before the last of those */
    bool half_acquires; /* a relaxed wait, and an acquire fence comes later: behind an access */
};

#define FOOTPRINT_NO_WORD UINT32_MAX

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

/* Calls `visit` for each range of ring slots that a slot waits for to end: its fences. */
typedef void footprint_fence_visitor(void *context, uint32_t first, uint32_t count);
void footprint_fences(uint32_t opcode, const uint32_t *args, uint32_t arg_count,
                      footprint_fence_visitor *visit, void *context);

/* Calls `visit` for each range of words that tells what a slot does (a descriptor): no other slot may change
 * one meanwhile. */
void footprint_fixed(uint32_t opcode, const uint32_t *args, uint32_t arg_count,
                     const struct footprint_memory *memory, footprint_fence_visitor *visit,
                     void *context);

#endif
