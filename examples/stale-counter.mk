# The same without the reset: in the second epoch `arrived` is TILES from the start, and the wait
# of `collect` holds nothing back. The first epoch is right under every schedule, which is why such
# a bug passes a test that launches the kernel once.
#
# What must happen: epoch 0 always gives 10; epoch 1 gives 20 only where `collect` runs last.
# result: complete
# expectations: depend on the schedule

program "stale counter"

const TILES = 4
word arrived
word total
word sum in observable

repeat 2 as e
    epoch
        collect: pack WAIT_GE arrived, TILES then LOAD_U32 total, sum
        repeat TILES as t
            tile[t]: pack ATOMIC_ADD t + 1, total then SIGNAL arrived, 1
        end

        expect sum == 10 * (e + 1)
    end
end
