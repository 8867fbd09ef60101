# Two writers of two words, and two readers who must not see them in opposite orders. Release and
# acquire are not enough for that: it takes seq_cst fences in both readers.
#
#: planted readers-disagree view value: acquire fences in the readers
#: correct readers-wait: readers that wait for both

word x
word y
word disagree
observe x
observe disagree order-only

epoch
    STORE_RELEASE 1, x
    STORE_RELEASE 1, y
    one: pack IF_EQ x, 1 then FENCE_SEQ_CST then IF_EQ y, 0 then ATOMIC_ADD 1, disagree
#! readers-wait: one: pack WAIT_GE x, 1 then WAIT_GE y, 1 then IF_EQ y, 0 then ATOMIC_ADD 1, disagree
#! readers-disagree: one: pack IF_EQ x, 1 then FENCE_ACQUIRE then IF_EQ y, 0 then ATOMIC_ADD 1, disagree
    two: pack IF_EQ y, 1 then FENCE_SEQ_CST then IF_EQ x, 0 then ATOMIC_ADD 1, disagree
#! readers-disagree: two: pack IF_EQ y, 1 then FENCE_ACQUIRE then IF_EQ x, 0 then ATOMIC_ADD 1, disagree

    expect disagree any of 0, 1
end
