# Who goes to sleep says so, reads the count of jobs, and only then has its fence: the count may be from
# before the others could see that it sleeps. The load must come behind the fence.
# repair: FENCE_SEQ_CST (operation 3) before operation 2
word jobs
word sleeping
word lost
observe lost order-only
epoch
    sleep: pack STORE_U32 1, sleeping then IF_EQ jobs, 0 then FENCE_SEQ_CST then ATOMIC_ADD 1, lost
    post: pack ATOMIC_ADD 1, jobs then FENCE_SEQ_CST then IF_EQ sleeping, 0 then ATOMIC_ADD 1, lost
    expect lost any of 0, 1
end
