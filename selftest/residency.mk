# A barrier over all workers of a launch, which takes all of them at a time.
#
#: planted not-resident sc deadlock: one worker fewer is resident than the barrier needs
#: planted barrier-too-high sc deadlock: the barrier waits for one more than there are
#: correct no-barrier: without the barrier, one may run after the other
#: correct barrier-in-order: a worker waits for those before it only

const WORKERS = 3
workers serial WORKERS
#! not-resident: workers serial WORKERS resident WORKERS - 1
#! no-barrier: workers serial WORKERS resident 1
word arrived

epoch
    repeat WORKERS as w
        queue w
            arrive[w]: SIGNAL arrived, 1
            pass[w]: WAIT_GE arrived, WORKERS
#! barrier-too-high: pass[w]: WAIT_GE arrived, WORKERS + 1
#! no-barrier: pass[w]: WAIT_GE arrived, 1
#! barrier-in-order: pass[w]: WAIT_GE arrived, 1
        end
    end
end
