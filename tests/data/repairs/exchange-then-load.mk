# An atomic exchange, taken for a full fence, and then a plain load: on x86 it is one, in C11 and on Arm the
# load may still come first. The side that waits has its fence. The load gets a fence before it.
# repair: FENCE_SEQ_CST before operation 2 of post
word state
word waiting
word old
word lost
observe lost order-only
epoch
    post: pack EXCHANGE 1, state, old then IF_EQ waiting, 0 then ATOMIC_ADD 1, lost
    wait: pack STORE_U32 1, waiting then FENCE_SEQ_CST then IF_EQ state, 0 then ATOMIC_ADD 1, lost
    expect lost any of 0, 1
end
