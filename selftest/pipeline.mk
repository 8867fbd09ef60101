# Two items go through three stages, each of which reads what the one before has made.
#
#: correct pipeline-queues: a queue for each stage, and its order instead of some waits
#: correct pipeline-in-flight: the same with two slots of a queue in flight
#: correct pipeline-fences: fences and relaxed accesses
#: correct pipeline-one-slot: all stages of an item in one slot

const ITEMS = 2
slot_words 32
words a[ITEMS]
words b[ITEMS]
words c[ITEMS]
words made[ITEMS]               # stages that an item has behind it
words out[ITEMS] in observable
#! pipeline-queues: workers serial 3
#! pipeline-queues: words out[ITEMS] in observable
#! pipeline-in-flight: workers pipelined 3 depth 2
#! pipeline-in-flight: words out[ITEMS] in observable
observe c

epoch
    repeat ITEMS as i
        first[i]: pack STORE_U32 i + 1, a[i] then SIGNAL made[i], 1
#! pipeline-queues: first[i]: pack STORE_U32 i + 1, a[i] then SIGNAL made[i], 1 on 0
#! pipeline-in-flight: first[i]: pack STORE_U32 i + 1, a[i] then SIGNAL made[i], 1 on 0
#! pipeline-one-slot: first[i]: pack STORE_U32 i + 1, a[i] then MEMCPY a[i], b[i], 1 then MEMCPY b[i], c[i], 1 then MEMCPY c[i], out[i], 1
        second[i]: pack WAIT_GE made[i], 1 then MEMCPY a[i], b[i], 1 then SIGNAL made[i], 1
#! pipeline-queues: second[i]: pack WAIT_GE made[i], 1 then MEMCPY a[i], b[i], 1 then SIGNAL made[i], 1 on 1
#! pipeline-in-flight: second[i]: pack WAIT_GE made[i], 1 then MEMCPY a[i], b[i], 1 then SIGNAL made[i], 1 on 1
#! pipeline-fences: second[i]: pack WAIT_RELAXED made[i], 1 then FENCE_ACQUIRE then MEMCPY a[i], b[i], 1 then FENCE_RELEASE then ATOMIC_ADD 1, made[i]
#! pipeline-one-slot:
        third[i]: pack WAIT_GE made[i], 2 then MEMCPY b[i], c[i], 1 then MEMCPY c[i], out[i], 1
#! pipeline-queues: third[i]: pack WAIT_GE made[i], 2 then MEMCPY b[i], c[i], 1 then MEMCPY c[i], out[i], 1 on 2
#! pipeline-in-flight: third[i]: pack WAIT_GE made[i], 2 then MEMCPY b[i], c[i], 1 then MEMCPY c[i], out[i], 1 on 2
#! pipeline-one-slot:
    end

    expect out == 1, 2
end
