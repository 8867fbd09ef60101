# A producer publishes the tail and then looks whether the consumer sleeps; the consumer says that it
# sleeps and then looks at the tail. Without a full fence between the two, each may miss the other.
# liburing, issue 541: "between updating the sq tail and reading the flags a full memory barrier is
# required".
# repair: FENCE_SEQ_CST before operation 2 of submit
word tail
word need_wakeup
word lost
observe lost order-only
epoch
    submit: pack STORE_RELEASE 1, tail then IF_EQ need_wakeup, 0 then ATOMIC_ADD 1, lost
    poll: pack STORE_U32 1, need_wakeup then FENCE_SEQ_CST then IF_EQ tail, 0 then ATOMIC_ADD 1, lost
    expect lost any of 0, 1
end
