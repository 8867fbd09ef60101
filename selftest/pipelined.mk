# A queue with two slots in flight: its order is not the order in which slots end.
#
#: planted pipelined-overtake sc value: the second slot relies on the order of the queue
#: planted pipelined-relaxed view value: it waits by a relaxed load
#: correct pipelined-serial: one in flight, no wait needed
#: correct pipelined-fence: a relaxed wait and a fence
#: correct pipelined-deep: three in flight

workers pipelined 1 depth 2
#! pipelined-serial: workers serial 1
#! pipelined-deep: workers pipelined 1 depth 3
word data
word made
word seen in observable
observe data

epoch
    make: pack STORE_U32 5, data then SIGNAL made, 1 on 0
    use: pack WAIT_GE made, 1 then LOAD_U32 data, seen on 0
#! pipelined-overtake: use: LOAD_U32 data, seen on 0
#! pipelined-relaxed: use: pack WAIT_RELAXED made, 1 then LOAD_U32 data, seen on 0
#! pipelined-serial: use: LOAD_U32 data, seen on 0
#! pipelined-fence: use: pack WAIT_RELAXED made, 1 then FENCE_ACQUIRE then LOAD_U32 data, seen on 0

    expect seen == 5
end
