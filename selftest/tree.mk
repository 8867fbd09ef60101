# Four values are added in two halves, and one slot waits for both of them.
#
#: correct tree-of-queues: a queue for each half
#: correct tree-flat: all of them added to one word
#: correct tree-fences: fences and relaxed accesses at the root

words x[4]
words half[2]
word whole
words ready[2]
word done
init x = 1, 2, 3, 4
word sum in observable
#! tree-of-queues: workers serial 3
#! tree-of-queues: word sum in observable
observe whole

epoch
    repeat 2 as h
        repeat 2 as i
            leaf[h][i]: pack ATOMIC_ADD 2 * h + i + 1, half[h] then SIGNAL ready[h], 1
#! tree-of-queues: leaf[h][i]: pack ATOMIC_ADD 2 * h + i + 1, half[h] then SIGNAL ready[h], 1 on h
#! tree-flat: leaf[h][i]: pack ATOMIC_ADD 2 * h + i + 1, whole then SIGNAL ready[h], 1
        end
    end
    root: pack WAIT_GE ready[0], 2 then WAIT_GE ready[1], 2 then MEMCPY half, whole, 1 then SIGNAL done, 1
#! tree-of-queues: root: pack WAIT_GE ready[0], 2 then WAIT_GE ready[1], 2 then MEMCPY half, whole, 1 then SIGNAL done, 1 on 2
#! tree-flat: root: pack WAIT_GE ready[0], 2 then WAIT_GE ready[1], 2 then LOAD_U32 whole, 1
#! tree-fences: root: pack WAIT_RELAXED ready[0], 2 then WAIT_RELAXED ready[1], 2 then FENCE_ACQUIRE then MEMCPY half, whole, 1 then SIGNAL done, 1

    expect half == 3, 7
#! tree-flat: expect whole == 10
    expect whole == 3
#! tree-flat: expect half == 0, 0
end
