# Double buffering: a producer fills two buffers in turn, a consumer drains them. Reading before
# writing (RAW) is held back by `full`; writing again before the last read (WAR) by `drained`.
# Round i uses buffer i % 2 for the (i / 2)th time.
#
# What must happen: out[i] holds 100 + i, whatever runs first.
# result: complete
# expectations: hold

program "double buffer"

const ROUNDS = 6
const WORDS = 4
words buffer[2] of WORDS
words full[2]
words drained[2]
words out[ROUNDS] of WORDS
observe out

epoch
    repeat ROUNDS as i
        produce[i]: pack
            WAIT_GE drained[i % 2], i / 2
            STORE_U32 100 + i, buffer[i % 2][0]
            SIGNAL full[i % 2], 1
        end
        consume[i]: pack
            WAIT_GE full[i % 2], i / 2 + 1
            MEMCPY buffer[i % 2], out[i], WORDS
            SIGNAL drained[i % 2], 1
        end
    end

    repeat ROUNDS as i
        expect out[i] == 100 + i
    end
end
