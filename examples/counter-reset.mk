# Counters are words like any other: they keep their value from one epoch to the next. A program
# that runs the same batch again must set them back, in the prologue, where the host does it before
# anything is published. The batch is stored once and run four times.
#
# What must happen: every epoch sums its own four partial values: 10 more each time.
# result: complete
# expectations: hold

program "counters reset between epochs"

const TILES = 4
words partial[TILES]
word arrived
word total
word sum in observable

epoch times 4
    prologue
        STORE_U32 0, arrived
        STORE_U32 0, total
    end
    repeat TILES as t
        tile[t]: pack
            STORE_U32 t + 1, partial[t]
            ATOMIC_ADD t + 1, total
            SIGNAL arrived, 1
        end
    end
    collect: pack WAIT_GE arrived, TILES then LOAD_U32 total, sum

    expect arrived == TILES
    expect sum == 10
end
