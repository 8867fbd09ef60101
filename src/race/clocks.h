/*
 * Happens-before of one run, as it goes, by vector clocks (Mattern 1989; for races: Pozniansky and
 * Schuster, "Efficient on-the-fly data race detection in multithreaded C++ programs", PPoPP 2003).
 *
 * Vocabulary
 *   thread   what runs its operations one after the other.
 *   time     of a thread: rises with each of its releases. An operation at time t of a thread happens
 *            before what another does now if that one's clock for the thread is at least t.
 *   message  what a store leaves in a word for who acquires it: the clock of its release, or none.
 *
 * Order is that of the `view` model (docs/memory-models.md): a release store, or a store behind a release
 * fence, synchronises with an acquire load that reads it, or a load before an acquire fence; so do later
 * stores of the same thread to the word, and whatever read-modify-writes make of them. Each load reads
 * the latest store, as runs under sc do.
 *
 * Nothing fails midway: beyond its limit of memory it does nothing any more, and says so.
 */
#ifndef VRRL_RACE_CLOCKS_H
#define VRRL_RACE_CLOCKS_H

#include "event/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clocks;

/* NULL where memory lacks. `bytes`: the limit. */
struct clocks *clocks_create(uint32_t threads, size_t bytes);
void clocks_free(struct clocks *c);
/* The limit was met, or memory lacked: what the clocks tell means nothing. */
bool clocks_exhausted(const struct clocks *c);

/* A read-modify-write of the thread; `acquires` and `releases` are its order. */
void clocks_modify(struct clocks *c, uint32_t thread, uint32_t word, bool acquires, bool releases);
/* An operation of the thread, of any kind. */
void clocks_operate(struct clocks *c, uint32_t thread, const struct event *e, bool acquires,
                    bool releases);
/* It does nothing any more; what it left in words stays. */
void clocks_end(struct clocks *c, uint32_t thread);

/* The time of what the thread does now. */
uint32_t clocks_time(struct clocks *c, uint32_t thread);
/* The latest time of `of` that happens before what `thread` does now; 0: nothing of it does. */
uint32_t clocks_seen(struct clocks *c, uint32_t thread, uint32_t of);

#endif
