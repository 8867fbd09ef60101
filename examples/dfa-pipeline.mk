# A state machine run in parallel: one step for each start state, then the next input symbol picks
# on from there, after a copy. The machine counts ones modulo 3; its table has a row of 256 entries
# for each state, of which inputs '0' (48) and '1' (49) are filled in.
#
# What must happen: after the input "1" state s has become (s + 1) % 3; `start` follows.
# result: complete
# expectations: hold

program "state machine"

const STATES = 3
const ZERO = 48
const ONE = 49
words table[STATES] of 256
words next[STATES]
words start[STATES]
word stepped
word result in observable

repeat STATES as s
    init table[s][ZERO] = s
    init table[s][ONE] = (s + 1) % STATES
end
observe next
observe start

epoch
    repeat STATES as s
        step[s]: pack
            DFA_STEP s, ONE, table, next[s]
            SIGNAL stepped, 1
        end
    end
    publish: pack
        WAIT_GE stepped, STATES
        MEMCPY next, start, STATES
        LOAD_U32 next[2], result
    end

    expect start == 1, 2, 0
    expect result == 0
end
