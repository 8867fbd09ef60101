/* MIX: one task of a task graph. Its descriptor: ops/mix_layout.h. */
#ifndef OPS_MIX
#define OPS_MIX(X)                                                                                 \
    X(MIX, 0x40000002u, 1, 1, "@descriptor",                                                       \
      "one task: wait, read segments, mix, write segments, signal")
#endif

#if defined OP_PARAMS && !defined OPS_MIX_BODIES
#define OPS_MIX_BODIES

#include "ops/mix_layout.h"

/* A quarter round of ChaCha over a state of four words. A permutation: no two states meet. */
#define MIX_ROTATE(x, n) ((x) << (n) | (x) >> (32 - (n)))
#define MIX_ROUND(a, b, c, d)                                                                      \
    a += b, d ^= a, d = MIX_ROTATE(d, 16), c += d, b ^= c, b = MIX_ROTATE(b, 12), /* */            \
        a += b, d ^= a, d = MIX_ROTATE(d, 8), c += d, b ^= c, b = MIX_ROTATE(b, 7)

/* Where the arrays of the descriptor at d begin, for its counts as they were read. */
#define MIX_WAITS(d)                  ((d) + MIX_HEAD_WORDS)
#define MIX_INPUTS(d, waits)          (MIX_WAITS(d) + (waits)*MIX_WAIT_WORDS)
#define MIX_OUTPUTS(d, waits, inputs) (MIX_INPUTS(d, waits) + (inputs)*MIX_INPUT_WORDS)
#define MIX_SIGNALS(d, waits, inputs, outputs)                                                     \
    (MIX_OUTPUTS(d, waits, inputs) + (outputs)*MIX_OUTPUT_WORDS)

/* The descriptor lies in user memory. */
OP_FN u32 op_mix_fits(OP_PARAMS, u32 d, u32 waits, u32 inputs, u32 outputs, u32 signals)
{
    if (USER_WORDS < MIX_HEAD_WORDS || d < USER_BASE || d - USER_BASE > USER_WORDS - MIX_HEAD_WORDS)
        return 0;
    u32 room = USER_WORDS - MIX_HEAD_WORDS - (d - USER_BASE);
    if (waits > room / MIX_WAIT_WORDS)
        return 0;
    room -= waits * MIX_WAIT_WORDS;
    if (inputs > room / MIX_INPUT_WORDS)
        return 0;
    room -= inputs * MIX_INPUT_WORDS;
    if (outputs > room / MIX_OUTPUT_WORDS)
        return 0;
    room -= outputs * MIX_OUTPUT_WORDS;
    return signals <= room / MIX_SIGNAL_WORDS;
}

OP_FN u32 op_mix_segments_readable(OP_PARAMS, u32 first, u32 segments)
{
    return segments <= ARENA_WORDS / MIX_SEGMENT_WORDS &&
           op_readable(OP_PASS, first, segments * MIX_SEGMENT_WORDS);
}

OP_FN u32 op_mix_segments_writable(OP_PARAMS, u32 first, u32 segments)
{
    return segments <= ARENA_WORDS / MIX_SEGMENT_WORDS &&
           op_writable(OP_PASS, first, segments * MIX_SEGMENT_WORDS);
}

OP_FN u32 op_mix_check_waits(OP_PARAMS, u32 at, u32 waits)
{
    for (u32 i = 0; i < waits; i++, at += MIX_WAIT_WORDS) {
        u32 word = LOAD_STATIC(at);
        u32 order = LOAD_STATIC(at + 2);
        if (!op_waitable(OP_PASS, word) || order > MIX_ACQUIRE)
            return OP_FAULT;
    }
    return OP_GO;
}

OP_FN u32 op_mix_check_signals(OP_PARAMS, u32 at, u32 signals)
{
    for (u32 i = 0; i < signals; i++, at += MIX_SIGNAL_WORDS) {
        u32 word = LOAD_STATIC(at);
        u32 order = LOAD_STATIC(at + 2);
        if (!op_writable(OP_PASS, word, 1) || order > MIX_RELEASE)
            return OP_FAULT;
    }
    return OP_GO;
}

/* A task may touch at most as many segments as the arena has words, so that a descriptor that names
 * the same range over and over cannot keep a worker for hours. `left` is what is left of that. */
OP_FN u32 op_mix_check_ranges(OP_PARAMS, u32 at, u32 inputs, u32 outputs)
{
    u32 left = ARENA_WORDS;
    for (u32 i = 0; i < inputs; i++, at += MIX_INPUT_WORDS) {
        u32 first = LOAD_STATIC(at);
        u32 segments = LOAD_STATIC(at + 1);
        if (segments > left || !op_mix_segments_readable(OP_PASS, first, segments))
            return OP_FAULT;
        left -= segments;
    }
    for (u32 i = 0; i < outputs; i++, at += MIX_OUTPUT_WORDS) {
        u32 first = LOAD_STATIC(at);
        u32 segments = LOAD_STATIC(at + 1);
        u32 access = LOAD_STATIC(at + 2);
        if (segments > left || !op_mix_segments_writable(OP_PASS, first, segments) ||
            access - MIX_ACCESS_WRITE > MIX_ACCESS_READ_WRITE - MIX_ACCESS_WRITE)
            return OP_FAULT;
        left -= segments;
    }
    return OP_GO;
}

OP_FN u32 op_check_MIX(OP_PARAMS, u32 args, u32 argc)
{
    if (argc < 1 || !op_readable(OP_PASS, ARG(0), MIX_HEAD_WORDS))
        return OP_FAULT;
    u32 d = ARG(0);
    u32 waits = LOAD_STATIC(d);
    u32 inputs = LOAD_STATIC(d + 1);
    u32 outputs = LOAD_STATIC(d + 2);
    u32 signals = LOAD_STATIC(d + 3);
    if (!op_mix_fits(OP_PASS, d, waits, inputs, outputs, signals))
        return OP_FAULT;
    if (op_mix_check_waits(OP_PASS, MIX_WAITS(d), waits) != OP_GO ||
        op_mix_check_ranges(OP_PASS, MIX_INPUTS(d, waits), inputs, outputs) != OP_GO)
        return OP_FAULT;
    return op_mix_check_signals(OP_PASS, MIX_SIGNALS(d, waits, inputs, outputs), signals);
}

/* Acquire, where the task declares it: pairs with the release of another task's signal. */
OP_FN u32 op_ready_MIX(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    u32 d = ARG(0);
    u32 waits = LOAD_STATIC(d);
    if (!op_mix_fits(OP_PASS, d, waits, 0, 0, 0))
        return OP_FAULT;
    u32 at = MIX_WAITS(d);
    for (u32 i = 0; i < waits; i++, at += MIX_WAIT_WORDS) {
        u32 word = LOAD_STATIC(at);
        u32 wanted = LOAD_STATIC(at + 1);
        u32 order = LOAD_STATIC(at + 2);
        if (!op_waitable(OP_PASS, word))
            return OP_FAULT;
        u32 value;
        if (order == MIX_ACQUIRE)
            value = LOAD_ACQUIRE(word);
        else
            value = LOAD(word);
        if (value < wanted) {
            REQUEUE_ON(word, wanted);
            return OP_REQUEUE;
        }
    }
    return OP_GO;
}

/* Writes the segments of one output range. The state (s0 … s3) has absorbed identity and inputs. */
OP_FN void op_mix_write(OP_PARAMS, u32 first, u32 segments, u32 access, u32 s0, u32 s1, u32 s2,
                        u32 s3)
{
    for (u32 i = 0, word = first; i < segments; i++, word += MIX_SEGMENT_WORDS) {
        u32 a = s0, b = s1 ^ word, c = s2, e = s3;
        if (access == MIX_ACCESS_READ_WRITE) {
            u32 low = LOAD(word);
            u32 high = LOAD(word + 1);
            a ^= low, c ^= high;
            MIX_ROUND(a, b, c, e);
        }
        MIX_ROUND(a, b, c, e);
        MIX_ROUND(e, a, b, c);
        MIX_ROUND(c, e, a, b);
        MIX_ROUND(b, c, e, a);
        if (access == MIX_ACCESS_ACCUMULATE) {
            ADD(word, a + c);
            ADD(word + 1, b ^ e);
        } else {
            STORE(word, a + c);
            STORE(word + 1, b ^ e);
        }
    }
}

OP_FN void op_mix_signal(OP_PARAMS, u32 at, u32 signals)
{
    for (u32 i = 0; i < signals; i++, at += MIX_SIGNAL_WORDS) {
        u32 word = LOAD_STATIC(at);
        u32 amount = LOAD_STATIC(at + 1);
        u32 order = LOAD_STATIC(at + 2);
        if (!op_writable(OP_PASS, word, 1))
            continue; /* the descriptor changed under us */
        if (order == MIX_RELEASE)
            ADD_RELEASE(word, amount);
        else
            ADD(word, amount);
    }
}

OP_FN u32 op_run_MIX(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    u32 d = ARG(0);
    u32 waits = LOAD_STATIC(d);
    u32 inputs = LOAD_STATIC(d + 1);
    u32 outputs = LOAD_STATIC(d + 2);
    u32 signals = LOAD_STATIC(d + 3);
    if (!op_mix_fits(OP_PASS, d, waits, inputs, outputs, signals))
        return OP_FAULT;
    u32 a = LOAD_STATIC(d + 4);
    u32 b = LOAD_STATIC(d + 5);
    u32 c = 0x9E3779B9u, e = 0x7F4A7C15u;
    MIX_ROUND(a, b, c, e);
    u32 at = MIX_INPUTS(d, waits), left = ARENA_WORDS;
    for (u32 i = 0; i < inputs; i++, at += MIX_INPUT_WORDS) {
        u32 first = LOAD_STATIC(at);
        u32 segments = LOAD_STATIC(at + 1);
        if (segments > left || !op_mix_segments_readable(OP_PASS, first, segments))
            return OP_FAULT;
        left -= segments;
        for (u32 k = 0; k < segments; k++) {
            u32 low = LOAD(first + k * MIX_SEGMENT_WORDS);
            u32 high = LOAD(first + k * MIX_SEGMENT_WORDS + 1);
            a ^= low, c ^= high;
            MIX_ROUND(a, b, c, e);
        }
    }
    for (u32 i = 0; i < outputs; i++, at += MIX_OUTPUT_WORDS) {
        u32 first = LOAD_STATIC(at);
        u32 segments = LOAD_STATIC(at + 1);
        u32 access = LOAD_STATIC(at + 2);
        if (segments > left || !op_mix_segments_writable(OP_PASS, first, segments))
            return OP_FAULT;
        left -= segments;
        op_mix_write(OP_PASS, first, segments, access, a, b, c, e);
    }
    op_mix_signal(OP_PASS, at, signals);
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
/* The output segments of a MIX read themselves too where they are read-write. */
static void mix_output(const struct walk *w, const uint32_t *row)
{
    uint64_t words = (uint64_t)row[1] * MIX_SEGMENT_WORDS;
    if (row[2] == MIX_ACCESS_READ_WRITE)
        reads(w, row[0], words);
    touch(w, row[2] == MIX_ACCESS_ACCUMULATE ? OPERATION_ADD : OPERATION_STORE, row[0], words);
}

OP_FOOTPRINT(MIX)
{
    struct walk task = *w;
    task.declared = true;
    const uint32_t *head = user_words(w, arg(w, 0), MIX_HEAD_WORDS);
    if (!head)
        return;
    uint64_t size = MIX_HEAD_WORDS + (uint64_t)head[0] * MIX_WAIT_WORDS +
                    (uint64_t)head[1] * MIX_INPUT_WORDS + (uint64_t)head[2] * MIX_OUTPUT_WORDS +
                    (uint64_t)head[3] * MIX_SIGNAL_WORDS;
    if (!user_words(w, arg(w, 0), size))
        return;
    if (w->visit_fixed)
        w->visit_fixed(w->context, arg(w, 0), (uint32_t)size);
    const uint32_t *row = head + MIX_HEAD_WORDS;
    for (uint32_t i = 0; i < head[0]; i++, row += MIX_WAIT_WORDS)
        sync_on(&task, OPERATION_LOAD, row[0], row[1], row[2] == MIX_ACQUIRE);
    for (uint32_t i = 0; i < head[1]; i++, row += MIX_INPUT_WORDS)
        reads(&task, row[0], (uint64_t)row[1] * MIX_SEGMENT_WORDS);
    for (uint32_t i = 0; i < head[2]; i++, row += MIX_OUTPUT_WORDS)
        mix_output(&task, row);
    for (uint32_t i = 0; i < head[3]; i++, row += MIX_SIGNAL_WORDS)
        sync_on(&task, OPERATION_ADD, row[0], row[1], row[2] == MIX_RELEASE);
}
#endif

#endif
