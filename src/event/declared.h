/*
 * Declared events: what a slot does to memory in all of its runs, as its opcode and its arguments tell. The
 * words for it are those of an event (event.h); what else there is says how much of it is known.
 */
#ifndef VRRL_EVENT_DECLARED_H
#define VRRL_EVENT_DECLARED_H

#include "event/operation.h"

#define DECLARED_NO_WORD UINT32_MAX

struct declared_event {
    uint8_t kind; /* an operation_kind, but no fence; an EXCHANGE or a CAS: of whatever swaps */
    /* An operation_order: a wait acquires; a signal, or a store of `value`, releases. */
    uint8_t order;
    bool waits;     /* a load that waits until the word is at least `value` */
    bool signals;   /* an addition of `value`, for which others wait */
    uint32_t word;  /* the first, in the arena */
    uint32_t count; /* words, at least 1 */
    uint32_t value;
    bool is_value; /* a store to one word that leaves `value` */
    /* What follows depends on what it finds, or it orders slots by that: a condition, an exchange, a load that
     * acquires. */
    bool decides;
    bool may;    /* some runs do less: to a part of the words, or not all in the way that is told */
    bool takes;  /* it is what TAKE takes away */
    bool keeps;  /* a signal that keeps what it finds */
    bool rounds; /* an addition of a float: its sum depends on the order of others */
    bool declared; /* it is of a task, whose accesses are taken as they are declared */
    bool ends;     /* a condition: unless the word is `value`, nothing in the slot comes after it */
    bool is_bounded;  /* a swap of one word: it leaves `most`, or less than was there, or that */
    bool is_compared; /* a swap that changes nothing unless it finds `value` */
    uint32_t most;
    /* A word in memory that says more: its value is added to what a wait wants, or is the place,
     * modulo `count`, of the one word that is touched. DECLARED_NO_WORD: none. */
    uint32_t from;
    /* A store or a swap leaves what the words from `copied` on hold; a swap only where it finds what the word
     * `expected` holds. DECLARED_NO_WORD: it leaves another value, in any case. */
    uint32_t copied, expected;
    /* A store of what the addition before it in the slot found in that word. DECLARED_NO_WORD: of none. */
    uint32_t drawn;
    uint32_t fence;     /* how many release fences of the slot come before it */
    bool by_fence;      /* a signal or store that releases what came before the last of those */
    bool half_acquires; /* a relaxed wait, and an acquire fence comes later: behind an access */
};

/* It loads, and does not wait. */
static inline bool declared_reads(const struct declared_event *d)
{
    return d->kind == OPERATION_LOAD && !d->waits;
}

static inline bool declared_writes(const struct declared_event *d)
{
    return d->kind != OPERATION_LOAD;
}

/* It is a read-modify-write that nobody waits for. */
static inline bool declared_updates(const struct declared_event *d)
{
    return d->kind != OPERATION_LOAD && d->kind != OPERATION_STORE && !d->signals;
}

static inline bool declared_orders(const struct declared_event *d)
{
    return d->order != ORDER_RELAXED;
}

/* They have a word in common. */
static inline bool declared_overlap(const struct declared_event *a, const struct declared_event *b)
{
    return a->word < b->word + b->count && b->word < a->word + a->count;
}

/* Both are of data, one writes, and they have a word in common. */
static inline bool declared_conflict(const struct declared_event *a, const struct declared_event *b)
{
    bool data = !a->waits && !a->signals && !b->waits && !b->signals;
    return data && (declared_writes(a) || declared_writes(b)) && declared_overlap(a, b);
}

#endif
