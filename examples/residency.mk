# Residency: a kernel launched with three persistent workers on a device that holds two at a time.
# The first two wait for a barrier that needs all three; the third gets on when one of them has
# left. With `workers serial 3` alone, all resident, the program completes.
#
# What must happen: deadlock; nobody waits for a lost signal, worker 2 never ran.
# result: deadlock

program "residency"

const WORKERS = 3
workers serial WORKERS resident 2
word arrived

epoch
    repeat WORKERS as w
        queue w
            arrive[w]: SIGNAL arrived, 1
            pass[w]:   WAIT_GE arrived, WORKERS
        end
    end
end
