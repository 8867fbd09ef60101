/*
 * What comes before what: clocks of strands, messages of words, fences, as the memory model of PTX has it.
 *
 * A strong write leaves a message at its word. A release adds a contribution to it: its clock, scope and block. A
 * read-modify-write hands on those of the message that it reads, where the two are morally strong. A strong read
 * remembers the contributions that it sees; an acquire of that word, or a fence behind it, joins those whose scope
 * includes its strand and whose strand its own scope includes. A fence with release order makes the strand's later
 * strong writes contribute what it came after. A fence.sc comes after those before it in the run, where both
 * scopes include the other's strand.
 */
#ifndef VRRL_KERNEL_CAUSALITY_H
#define VRRL_KERNEL_CAUSALITY_H

#include "kernel/state.h"

/* For a run: all strands are new, and nothing orders them. */
void causality_reset(struct machine *m);
void causality_free(struct machine *m);

/* A strand begins behind `parent`; KERNEL_NONE: behind nothing. */
void strand_begin(struct machine *m, uint32_t strand, uint32_t parent);
/* A strand goes on as the part of another: what it did comes before. */
void strand_merge(struct machine *m, uint32_t into, uint32_t from);
/* Whether two strands of a warp come after the same of all other warps, and would after each fence of theirs. */
bool strands_know_the_same(const struct machine *m, uint32_t a, uint32_t b);
/* Whether all that the strand did comes before what `by` does next. */
bool strand_is_behind(const struct machine *m, uint32_t strand, uint32_t by);

/* The numbers of a strand's clock, by strand number; valid until the next call that may change clocks. */
static inline const uint32_t *strand_clock(const struct machine *m, uint32_t strand)
{
    return m->clocks.words + (size_t)m->strands[strand].clock * m->clocks.stride;
}
static inline uint32_t strand_epoch(const struct machine *m, uint32_t strand)
{
    return strand_clock(m, strand)[m->strands[strand].number];
}
/* Whether an access with that epoch of that number comes before what the owner of the clock does. */
static inline bool clock_has(const uint32_t *clock, uint32_t number, uint32_t epoch)
{
    return epoch <= clock[number];
}

/* Whether the scope of one strand's operation includes the other. */
bool scope_includes(const struct machine *m, uint8_t scope, uint32_t strand, uint32_t other);

/* A strong access of a word, in the order in which they happen. `order` has bits of enum operation_order. */
struct strong_access {
    uint32_t strand;
    uint64_t at; /* of the machine's bytes */
    uint8_t size, scope;
    bool acquires, releases;
};
/* True: it is morally strong with the write that it reads. */
bool strong_read(struct machine *m, const struct strong_access *a);
void strong_write(struct machine *m, const struct strong_access *a);
/* A read-modify-write that writes. */
bool strong_update(struct machine *m, const struct strong_access *a);
/* A weak write: messages of the bytes end. */
void weak_write(struct machine *m, uint64_t at, uint8_t size);

void fence(struct machine *m, uint32_t strand, uint8_t order, uint8_t scope);

/* Barriers: whoever arrives gives what it did, whoever leaves comes after all that was given. *clock is an index + 1,
 * 0 at first. */
void barrier_give(struct machine *m, uint32_t strand, uint32_t *clock);
void barrier_take(struct machine *m, uint32_t strand, uint32_t clock);
void barrier_clear(struct machine *m, uint32_t *clock);

#endif
