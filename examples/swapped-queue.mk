# Static queues: each worker runs its own list in order, and a slot that is not ready blocks all
# behind it. Worker 1's two tasks are swapped: its head waits for a value that the slot behind it
# makes. In a pool the same slots are fine: change the `workers` line and remove the queues.
#
# What must happen: deadlock, under every schedule; the root is worker 1's head.
# result: deadlock

program "swapped neighbours in a serial queue"

workers serial 2
word produced
word consumed
word data

epoch
    queue 0
        finish: WAIT_GE consumed, 1
    end
    queue 1
        consume: pack WAIT_GE produced, 1 then SIGNAL consumed, 1
        produce: pack STORE_U32 7, data then SIGNAL produced, 1
    end
end
