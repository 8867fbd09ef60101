# Who unlinks an object reads the global epoch, and only then has its fence: the object may be marked with an
# epoch in which later readers still get hold of it. crossbeam-epoch, pull request 53: the fence and the
# load change places.
# repair: FENCE_SEQ_CST (operation 3) before operation 2
word linked
word epoch_now
word bad
init linked = 1
init epoch_now = 1
observe bad order-only
epoch
    remove: pack STORE_U32 0, linked then IF_EQ epoch_now, 1 then FENCE_SEQ_CST then ATOMIC_ADD 1, bad
    advance: STORE_U32 2, epoch_now
    read: pack IF_EQ epoch_now, 2 then FENCE_SEQ_CST then IF_EQ linked, 1 then ATOMIC_ADD 1, bad
    expect bad any of 0, 1
end
