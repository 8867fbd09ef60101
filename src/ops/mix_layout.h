/*
 * The descriptor of a MIX slot: one task of a task graph, in user memory. The slot's one argument
 * is its word index. Counts first, then four arrays in this order.
 *
 *   word 0  waits        W
 *   word 1  input ranges I
 *   word 2  output ranges O
 *   word 3  signals      S
 *   word 4  identity, low  \ hash of the operation and its parameters
 *   word 5  identity, high /
 *   then    W x (word, threshold, order)      order: MIX_RELAXED or MIX_ACQUIRE
 *           I x (first word, segments)
 *           O x (first word, segments, access)
 *           S x (word, amount, order)         order: MIX_RELAXED or MIX_RELEASE
 *
 * A segment is two words, low and high, of one 64-bit value.
 */
#ifndef VRRL_OPS_MIX_LAYOUT_H
#define VRRL_OPS_MIX_LAYOUT_H

enum {
    MIX_HEAD_WORDS = 6,
    MIX_WAIT_WORDS = 3,
    MIX_INPUT_WORDS = 2,
    MIX_OUTPUT_WORDS = 3,
    MIX_SIGNAL_WORDS = 3,
    MIX_SEGMENT_WORDS = 2,
};
enum { MIX_RELAXED = 0, MIX_ACQUIRE = 1, MIX_RELEASE = 1 };
/* A read-write output is mixed from its own old value too; an accumulated one is added to. */
enum { MIX_ACCESS_WRITE = 1, MIX_ACCESS_ACCUMULATE = 2, MIX_ACCESS_READ_WRITE = 3 };

#endif
