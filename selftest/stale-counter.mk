# The same batch again: counters keep their values, and the host sets them back before each.
#
#: planted counter-not-reset sc value: one counter is not set back
#: planted buffer-not-reset sc value: the sum is not set back
#: planted mutant-counts-attempts sc value counts.attempts: attempts that are requeued are counted
#: correct counter-grows: the threshold grows over the epochs instead
#: correct counters-four-epochs: more epochs

const TILES = 2
const EPOCHS = 2
#! counters-four-epochs: const EPOCHS = 4
word arrived
word total
words sum[1] in observable
observe total

repeat EPOCHS as e
    epoch
        prologue
            STORE_U32 0, arrived
#! counter-not-reset:
#! counter-grows:
            STORE_U32 0, total
#! buffer-not-reset:
        end
        repeat TILES as t
            tile[t]: pack ATOMIC_ADD t + 1, total then SIGNAL arrived, 1
        end
        collect: pack WAIT_GE arrived, TILES then LOAD_U32 total, sum
#! counter-grows: collect: pack WAIT_GE arrived, TILES * (e + 1) then LOAD_U32 total, sum

        expect sum == 3
    end
end
