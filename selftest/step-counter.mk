# A barrier between the steps of workers that stay: its counter grows, and each step waits for more.
#
#: planted counter-reset-late-reader sc deadlock: the second worker sets it back while the other still looks
#: planted step-threshold-stale sc value: the threshold does not grow, and the second step holds nothing back
#: planted barrier-arrive-relaxed view value: arrival is a relaxed add
#: planted barrier-wait-relaxed view value: the wait is a relaxed load
#: planted barrier-once sc value: one barrier a step, where a buffer is used again behind it
#: correct barrier-of-three: three counters in turn, each set back while nobody looks at it
#: correct barrier-fences: relaxed arrival and wait, with fences
#: correct barrier-two-steps: two steps

const STEPS = 3
#! barrier-two-steps: const STEPS = 2
slot_words 32
workers serial 2
word arrived
word behind
words turn[3]
words x[2]                      # by worker, used again in each step
words out[STEPS] of 2
observe out

epoch
    repeat 2 as w
        queue w
            repeat STEPS as s
                write[w][s]: pack
                    STORE_U32 10 * s + w, x[w]
                    SIGNAL arrived, 1
#! barrier-arrive-relaxed: ATOMIC_ADD 1, arrived
#! barrier-fences: FENCE_RELEASE
#! barrier-fences: ATOMIC_ADD 1, arrived
#! barrier-of-three: SIGNAL turn[2 * s % 3], 1
                end
                read[w][s]: pack
                    WAIT_GE arrived, 4 * s + 2
#! barrier-wait-relaxed: WAIT_RELAXED arrived, 4 * s + 2
#! barrier-fences: WAIT_RELAXED arrived, 4 * s + 2
#! barrier-fences: FENCE_ACQUIRE
#! step-threshold-stale: WAIT_GE arrived, 2
#! barrier-once: WAIT_GE arrived, 2 * s + 2
#! counter-reset-late-reader: WAIT_GE arrived, 2
#! barrier-of-three: WAIT_GE turn[2 * s % 3], 2
                    MEMCPY x[1 - w], out[s][w], 1
#! counter-reset-late-reader: MEMCPY x[1 - w], out[s][w], 1
#! counter-reset-late-reader: repeat w
#! counter-reset-late-reader: STORE_U32 0, arrived
#! counter-reset-late-reader: end
#! barrier-of-three: MEMCPY x[1 - w], out[s][w], 1
#! barrier-of-three: repeat 1 - w
#! barrier-of-three: STORE_U32 0, turn[(2 * s + 2) % 3]
#! barrier-of-three: end
                    SIGNAL arrived, 1
#! barrier-once:
#! counter-reset-late-reader: SIGNAL behind, 1
#! barrier-of-three: SIGNAL turn[(2 * s + 1) % 3], 1
                end
                again[w][s]: WAIT_GE arrived, 4 * s + 4
#! barrier-once: NOP
#! step-threshold-stale: WAIT_GE arrived, 4
#! counter-reset-late-reader: again[w][s]: WAIT_GE behind, 2 * s + 2
#! barrier-of-three: again[w][s]: WAIT_GE turn[(2 * s + 1) % 3], 2
#! barrier-of-three: repeat 1 - w
#! barrier-of-three: STORE_U32 0, turn[2 * s % 3]
#! barrier-of-three: end
            end
        end
    end

    repeat STEPS as s
        expect out[s] == 10 * s + 1, 10 * s
    end
end
