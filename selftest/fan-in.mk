# Three slots produce, one waits for all of them.
#
#: planted partial-wait sc value: it waits for two of three
#: planted wrong-counter sc value: it waits for a counter that others raise
#: planted double-signal sc value: one producer signals twice
#: planted missing-signal sc deadlock: one producer forgets to signal
#: planted mutant-signal-torn sc deadlock SIGNAL.add.tear: SIGNAL loads and then stores
#: correct fan-in-counters: a counter for each producer
#: correct fan-in-fences: relaxed adds and fences

const N = 3
words x[N]
word arrived
word other
words each[N]
words sum[N] in observable
observe x

epoch
    repeat 2 as i
        make[i]: pack STORE_U32 i + 1, x[i] then SIGNAL arrived, 1
#! fan-in-counters: make[i]: pack STORE_U32 i + 1, x[i] then SIGNAL each[i], 1
    end
    make[2]: pack STORE_U32 3, x[2] then SIGNAL arrived, 1
#! double-signal: make[2]: pack SIGNAL arrived, 2 then STORE_U32 3, x[2] then SIGNAL arrived, 1
#! missing-signal: make[2]: STORE_U32 3, x[2]
#! fan-in-counters: make[2]: pack STORE_U32 3, x[2] then SIGNAL each[2], 1
#! fan-in-fences: make[2]: pack STORE_U32 3, x[2] then FENCE_RELEASE then ATOMIC_ADD 1, arrived
    stray: SIGNAL other, N
    use: pack
        WAIT_GE arrived, N
#! partial-wait: WAIT_GE arrived, N - 1
#! wrong-counter: WAIT_GE other, N
#! fan-in-counters: WAIT_GE each[0], 1
#! fan-in-counters: WAIT_GE each[1], 1
#! fan-in-counters: WAIT_GE each[2], 1
#! fan-in-fences: WAIT_RELAXED arrived, N
#! fan-in-fences: FENCE_ACQUIRE
        MEMCPY x, sum, N
    end

    expect sum == 1, 2, 3
end
