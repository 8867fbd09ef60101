/*
 * Spins: a group whose state repeats waits. At a back edge of a loop in which it read something that others may
 * change, its live registers, its call stack and what it wrote to local memory are compared with earlier visits since
 * it last changed any other memory or saw a word change. If one was the same, it would do the same again until one of
 * the words changes that it read since.
 */
#ifndef VRRL_KERNEL_SPIN_H
#define VRRL_KERNEL_SPIN_H

#include "kernel/state.h"

/* An access of a group: a strong read or read-modify-write, a look at a clock, a write that changes memory that
 * others see, one that changes local memory. */
void spin_note_read(struct machine *m, uint32_t group, uint32_t lane, uint32_t site, uint64_t at,
                    uint8_t size);
static inline void spin_reads(struct machine *m, uint32_t strand, uint32_t lane, uint32_t site,
                              uint64_t at, uint8_t size, bool strong)
{
    if ((strong || m->notes_weak) && strand != machine_host(m))
        spin_note_read(m, strand, lane, site, at, size);
}
/* Weak reads are noted for a while in each long part of a step that has not come to an end: it may be a loop that polls
 * by weak loads, and nothing in it is a point of choice. */
void spin_notes_weak(struct machine *m, uint32_t group);
void spin_reads_time(struct machine *m, uint32_t group);
void spin_note_write(struct machine *m, uint32_t strand, uint64_t at, uint8_t size);
static inline void spin_writes(struct machine *m, uint32_t strand, uint64_t at, uint8_t size)
{
    if (m->parked || strand == machine_host(m) || m->spin_of[strand] ||
        (m->spins_of_blocks && at < m->kernel->shared_at))
        spin_note_write(m, strand, at, size);
}
void spin_writes_local(struct machine *m, uint32_t group, uint64_t at, uint64_t old, uint64_t new);
/* It is at a barrier: what it read before is forgotten. One that idles keeps what it waits for, though, as its block goes
 * round with it. */
void spin_passes(struct machine *m, uint32_t group);
/* A new group goes on with some lanes of another; two are one from now on: what neither has done since stays known. */
void spin_split(struct machine *m, uint32_t group, uint32_t child);
void spin_merge(struct machine *m, uint32_t into, uint32_t from);
/* It returned to a frame. */
void spin_returns(struct machine *m, uint32_t group, uint32_t depth);
/* At a back edge, which was taken: true where it is parked, or a step without end is cut. */
bool spin_looks(struct machine *m, uint32_t group);
/* Of a group that waits: the word that it read last, of global memory where it reads any; NULL: it waits for time
 * alone. */
const struct spin_read *spin_word(const struct machine *m, uint32_t group);
void spin_wake(struct machine *m, uint32_t group);

/* ---- For blocks that spin as a whole ----------------------------------------------------------- */

/* That of a group, or of a block by its index: it gets one where it has none. NULL: memory lacks. */
struct spin *spin_make(struct machine *m, uint32_t index);
void spin_forget(struct spin *s);
/* Of what is live where a group is, the begin of a block of instructions, and of where it is. */
uint64_t spin_hash(const struct machine *m, uint32_t group);
/* The words that were read from number `since` on are what they were then. */
bool spin_words_are_as_read(const struct machine *m, const struct spin *s, uint32_t since);
/* Parks a group until one of the words changes that `s` has read since. False: memory lacks. */
bool spin_park_with(struct machine *m, uint32_t group, const struct spin *s, uint32_t since);

#endif
