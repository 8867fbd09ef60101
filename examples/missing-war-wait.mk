# The double buffer without the wait for `drained`. Every read still waits for its write, so the
# data flow looks complete; but round i + 2 may overwrite a buffer that round i has not read yet.
#
# What must happen: every run completes; in some schedules an early round reads a later value.
# result: complete
# expectations: depend on the schedule

program "missing write-after-read wait"

const ROUNDS = 6
words buffer[2]
words full[2]
words out[ROUNDS]
observe out

epoch
    repeat ROUNDS as i
        produce[i]: pack STORE_U32 100 + i, buffer[i % 2] then SIGNAL full[i % 2], 1
        consume[i]: pack
            WAIT_GE full[i % 2], i / 2 + 1
            MEMCPY buffer[i % 2], out[i], 1
        end
    end

    expect out == 100, 101, 102, 103, 104, 105
end
