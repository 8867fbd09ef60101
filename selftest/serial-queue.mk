# Two workers with static queues.
#
#: planted queue-swapped sc deadlock: neighbours of a queue are swapped
#: planted queue-missing-wait sc value: order across queues that no wait makes
#: correct queue-pool: the same slots in a pool
#: correct queue-one: all in one queue, without waits
#: correct queue-pipelined: two slots of a queue in flight

workers serial 2
#! queue-pool: workers pool
#! queue-one: workers serial 1
#! queue-pipelined: workers pipelined 2 depth 2
word produced
word consumed
word data
word seen in observable
observe data

epoch
    finish: pack WAIT_GE consumed, 1 then LOAD_U32 data, seen on 0
#! queue-pool: finish: pack WAIT_GE consumed, 1 then LOAD_U32 data, seen
#! queue-missing-wait: finish: LOAD_U32 data, seen on 0
#! queue-one: NOP on 0
    produce: pack STORE_U32 7, data then SIGNAL produced, 1 on 1
#! queue-pool: produce: pack STORE_U32 7, data then SIGNAL produced, 1
#! queue-swapped: consume: pack WAIT_GE produced, 1 then SIGNAL consumed, 1 on 1
#! queue-one: produce: STORE_U32 7, data on 0
    consume: pack WAIT_GE produced, 1 then SIGNAL consumed, 1 on 1
#! queue-pool: consume: pack WAIT_GE produced, 1 then SIGNAL consumed, 1
#! queue-swapped: produce: pack STORE_U32 7, data then SIGNAL produced, 1 on 1
#! queue-one: consume: LOAD_U32 data, seen on 0

    expect seen == 7
end
