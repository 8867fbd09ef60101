/* Must-precede, for a block of sources at a time. Private to the check.
 *
 * M(b) is the set of nodes a that must have finished before b can start:
 *
 *   M(b) = union of M(gate) over b's gates
 *          + M(after) + {after}          where a node must have finished
 *          + M(started)                  where one must only have started
 *   a in M(gate (c, T))  iff  init + sum of amounts of signallers x of c with a not in
 *                             M(x) + {x}  <  T
 *
 * as the greatest fixpoint: "b can start without a" is a least one, built up from what runs.
 *
 * Why must-precede is happens-before, when waits acquire and signals release: if b waits for a gate
 * that a precedes, then in every execution the value that opens the gate was reached with a signal
 * of some x that a precedes or is; the wait reads from the release sequence that x's signal heads
 * (all later signals are read-modify-writes, which continue it), so x, and by induction a, happens
 * before b. Conversely, if a is not in M(b), run b and what it needs without a: then a afterwards;
 * nothing orders the two. A relaxed wait does not acquire, and is left out; a relaxed signal does
 * not release, and may come first of all, so it counts as if it were there from the start: for a
 * gate whose waiters it does not need. One that runs only behind a waiter of the gate comes after
 * the signals that open it, in the counter's order, too.
 *
 * Not all nodes that ran later are looked at for a block. A gate whose signals reach its threshold at position q
 * of the greedy execution needs some node at q or later. Let every node behind a position f, which is called a
 * cut, have such a gate with q >= f, or a node `after` which it comes at f or later, or behind f one that must
 * have started. Then f precedes every node behind it, with all that precedes f: with those sets for the nodes
 * behind f the equations above hold, and the greatest fixpoint has no smaller ones. So where f has come after
 * all sources of a block, all behind it do.
 *
 * Bit i of a node's mask stands for the source that ran i-th of the block. Sets are indexed by
 * position in the greedy execution: M(b) holds only positions before b's. */
#ifndef VRRL_CHECK_PRECEDE_H
#define VRRL_CHECK_PRECEDE_H

#include "check/closure.h"
#include "check/system.h"

enum { BLOCK_WORDS = 8, BLOCK = 64 * BLOCK_WORDS };

struct mask {
    uint64_t words[BLOCK_WORDS];
};

struct precede_gate {
    uint64_t need;  /* of the signals that release; 0: it is open */
    uint64_t slack; /* how much of them may be missing */
    bool late;      /* counts signals of its first waiter, or of nodes that run after it */
    bool queued;    /* in gate_queue */
    uint32_t pass;  /* when its mask was computed last, */
    uint32_t
        in_pass; /* and the gate of the counter that was computed before it in that pass; NONE */
};

/* A counter's signals that release and ran. */
struct precede_signals {
    uint32_t first, count; /* in signals[] and sums[] */
    uint32_t pass, gates;  /* the gate of it that was computed last, and in which pass; NONE */
};

struct shared_sums;

struct precede {
    const struct system *system;
    const struct closure *closure;
    struct precede_gate *gates;
    struct precede_signals *counters;
    uint32_t *signals;       /* of each counter, in order of execution; */
    uint64_t *sums;          /* of each of them, and all before it */
    uint32_t *cuts;          /* by position: the first cut at it or behind it */
    struct mask *node_masks; /* by position */
    struct mask *gate_masks;
    struct shared_sums **shared; /* of counters with many gates; else NULL */
    uint32_t *gate_queue;        /* gates to compute again */
    uint32_t *node_stack;
    uint32_t gate_queue_count;
    uint64_t run_closed; /* nodes, to see what can run without a gate */
    bool late;           /* some gate is */
    uint32_t end; /* of the block under way: whatever ran behind it comes after all its sources */
    uint32_t pass;
};

vrrl_code precede_create(const struct system *system, const struct closure *closure,
                         struct precede *precede, vrrl_error *err);
/* Fills node_masks[first … end] for the sources at positions first … first + BLOCK - 1, and returns `end`, which is
 * at most `last`: what ran between the two comes after all of the sources. */
uint32_t precede_block(struct precede *precede, uint32_t first, uint32_t last);
void precede_free(struct precede *precede);

static inline void mask_or(struct mask *to, const struct mask *from)
{
    for (int w = 0; w < BLOCK_WORDS; w++)
        to->words[w] |= from->words[w];
}

static inline void mask_set(struct mask *mask, uint32_t bit)
{
    mask->words[bit / 64] |= 1ull << (bit % 64);
}

/* The first `bits` bits. */
static inline struct mask mask_below(uint32_t bits)
{
    struct mask mask;
    for (uint32_t w = 0; w < BLOCK_WORDS; w++)
        mask.words[w] = bits >= 64 * (w + 1) ? UINT64_MAX
                        : bits <= 64 * w     ? 0
                                             : (1ull << (bits - 64 * w)) - 1;
    return mask;
}

#endif
