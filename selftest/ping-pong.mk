# Two queues hand one word to and fro.
#
#: planted ping-without-wait sc value: one of them does not wait for its turn
#: correct ping-pong-fences: fences and relaxed accesses
#: correct ping-pong-exchange: an exchange hands it on
#: correct ping-pong-long: four rounds

const ROUNDS = 2
#! ping-pong-long: const ROUNDS = 4
slot_words 24
workers serial 2
word turn
word ball
words old[2]
words got[ROUNDS]
observe ball
observe got

epoch
    repeat ROUNDS as r
        queue 0
            ping[r]: pack
                WAIT_GE turn, 2 * r
#! ping-without-wait:
#! ping-pong-fences: WAIT_RELAXED turn, 2 * r
#! ping-pong-fences: FENCE_ACQUIRE
                STORE_U32 2 * r + 1, ball
                SIGNAL turn, 1
#! ping-pong-fences: FENCE_RELEASE
#! ping-pong-fences: ATOMIC_ADD 1, turn
#! ping-pong-exchange: EXCHANGE 2 * r + 1, turn, old[0]
            end
        end
        queue 1
            pong[r]: pack
                WAIT_GE turn, 2 * r + 1
                MEMCPY ball, got[r], 1
                STORE_U32 2 * r + 2, ball
                SIGNAL turn, 1
            end
        end
    end

    expect ball == 2 * ROUNDS
    repeat ROUNDS as r
        expect got[r] == 2 * r + 1
    end
end
