# SHUTDOWN makes the workers leave at their next claim: it must come when all work is under way.
#
#: planted shutdown-race sc shutdown: SHUTDOWN does not wait for the work
#: planted shutdown-partial sc shutdown: it waits for one slot of two
#: correct shutdown-behind: in one queue with the work, behind it
#: correct shutdown-relaxed: a relaxed wait: SHUTDOWN needs to see no values

workers serial 2
word done
words out[2]
observe out

epoch
    work[0]: pack STORE_U32 1, out[0] then SIGNAL done, 1 on 0
    work[1]: pack STORE_U32 2, out[1] then SIGNAL done, 1 on 0
#! shutdown-behind: work[1]: pack STORE_U32 2, out[1] then SIGNAL done, 1 on 1
    WAIT_GE done, 2 on 1
#! shutdown-race: NOP on 1
#! shutdown-partial: WAIT_GE done, 1 on 1
#! shutdown-relaxed: WAIT_RELAXED done, 2 on 1
    SHUTDOWN on 1

    expect out == 1, 2
end
