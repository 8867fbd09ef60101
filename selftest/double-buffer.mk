# Two buffers in turn: `full` holds the reader back, `drained` the writer.
#
#: planted missing-war-wait sc value: the writer does not wait for the last read
#: planted war-wait-too-low sc value: it waits for one read too few
#: planted raw-wait-relaxed view value: the reader waits by a relaxed load
#: planted drained-relaxed view value: the reader gives the buffer back by a relaxed add
#: correct single-buffer: one buffer
#: correct triple-buffer: three buffers
#: correct double-buffer-fences: fences and relaxed accesses
#: correct double-buffer-slow: a reader that copies twice

const ROUNDS = 4
const BUFFERS = 2
#! single-buffer: const BUFFERS = 1
#! triple-buffer: const BUFFERS = 3
words buffer[BUFFERS]
words full[BUFFERS]
words drained[BUFFERS]
words out[ROUNDS]
observe out

epoch
    repeat ROUNDS as i
        produce[i]: pack
            WAIT_GE drained[i % BUFFERS], i / BUFFERS
#! missing-war-wait:
#! war-wait-too-low: WAIT_GE drained[i % BUFFERS], i / 3
#! double-buffer-fences: WAIT_RELAXED drained[i % BUFFERS], i / BUFFERS
#! double-buffer-fences: FENCE_ACQUIRE
            STORE_U32 100 + i, buffer[i % BUFFERS]
            SIGNAL full[i % BUFFERS], 1
        end
        consume[i]: pack
            WAIT_GE full[i % BUFFERS], i / BUFFERS + 1
#! raw-wait-relaxed: WAIT_RELAXED full[i % BUFFERS], i / BUFFERS + 1
            MEMCPY buffer[i % BUFFERS], out[i], 1
#! double-buffer-slow: MEMCPY buffer[i % BUFFERS], out[i], 1
#! double-buffer-slow: MEMCPY buffer[i % BUFFERS], out[i], 1
            SIGNAL drained[i % BUFFERS], 1
#! drained-relaxed: ATOMIC_ADD 1, drained[i % BUFFERS]
#! double-buffer-fences: FENCE_RELEASE
#! double-buffer-fences: ATOMIC_ADD 1, drained[i % BUFFERS]
        end
    end

    expect out == 100, 101, 102, 103
end
