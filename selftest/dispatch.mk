# How a megakernel dispatches: workers finish tasks and raise an event's counter, which is never set
# back and grows over the steps; whoever is last puts the event into the scheduler's queue; the
# scheduler puts a task into each worker's queue, with wrap; the workers take it, and read what the
# others have made in this step.
#
#: planted last-finisher-no-acquire view value: the last finisher has seen the count, and acquired nothing
#: planted event-no-release view value: a finisher publishes nothing with its count
#: planted event-not-grown sc deadlock: the event's threshold does not grow over the steps
#: planted event-too-early sc any: the event is pushed by the first finisher
#: planted event-before-item sc value: the scheduler's queue is advanced before the item is in it
#: planted task-before-item sc value: a worker's queue is advanced before the item is in it
#: planted scheduler-relaxed view value: the scheduler waits by a relaxed load
#: planted worker-relaxed view value: a worker waits by a relaxed load
#: planted dispatch-one-buffer sc value: what a step makes lies where the last step's still is read
#: correct dispatch-seq-cst: a stronger fence in the last finisher
#: correct dispatch-wide: queues that do not wrap
#: correct dispatch-two-steps: two steps

slot_words 40
workers serial 3
const STEPS = 3
#! dispatch-two-steps: const STEPS = 2
const PLACES = 2
#! dispatch-wide: const PLACES = 3
word event
words finished[STEPS] of 2      # what the event's counter was
words part[2] of 2              # by step modulo 2, and worker
words pending[PLACES]           # the scheduler's queue
word pushed
words queued[2] of PLACES       # the workers' queues
words ready[2]
words task[STEPS] of 2
words out[STEPS] of 2
observe out

epoch
    repeat 2 as w
        queue w
            repeat STEPS as s
                produce[w][s]: pack
                    STORE_U32 10 * s + w + 1, part[s % 2][w]
#! dispatch-one-buffer: STORE_U32 10 * s + w + 1, part[0][w]
                    FENCE_RELEASE
#! event-no-release:
                    FETCH_ADD 1, event, finished[s][w]
                    FENCE_ACQUIRE
#! last-finisher-no-acquire:
#! dispatch-seq-cst: FENCE_SEQ_CST
                    IF_EQ finished[s][w], 2 * s + 1
#! event-not-grown: IF_EQ finished[s][w], 1
#! event-too-early: IF_EQ finished[s][w], 2 * s
                    STORE_U32 s + 1, pending[s % PLACES]
#! event-before-item: SIGNAL pushed, 1
                    SIGNAL pushed, 1
#! event-before-item: STORE_U32 s + 1, pending[s % PLACES]
                end
                execute[w][s]: pack
                    WAIT_GE ready[w], s + 1
#! worker-relaxed: WAIT_RELAXED ready[w], s + 1
                    MEMCPY queued[w][s % PLACES], task[s][w], 1
                    IF_EQ task[s][w], s + 1
                    MEMCPY part[s % 2][1 - w], out[s][w], 1
#! dispatch-one-buffer: MEMCPY part[0][1 - w], out[s][w], 1
                end
            end
        end
    end
    queue 2
        repeat STEPS as s
            schedule[s]: pack
                WAIT_GE pushed, s + 1
#! scheduler-relaxed: WAIT_RELAXED pushed, s + 1
                repeat 2 as w
                    MEMCPY pending[s % PLACES], queued[w][s % PLACES], 1
#! task-before-item: SIGNAL ready[w], 1
                    SIGNAL ready[w], 1
#! task-before-item: MEMCPY pending[s % PLACES], queued[w][s % PLACES], 1
                end
            end
        end
    end

    repeat STEPS as s
        expect out[s] == 10 * s + 2, 10 * s + 1
    end
end
