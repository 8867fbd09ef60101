# Two locks, taken by two queues: in the same order, or one waits for the other for ever.
#
#: planted lock-order-swapped sc deadlock: the second queue takes them in the other order
#: correct lock-order-apart: the second queue gives one back before it takes the other

workers serial 2
word a
word b
word count
init a = 1
init b = 1
observe count

epoch
    queue 0
        TAKE a
        TAKE b
        pack ATOMIC_ADD 1, count then SIGNAL b, 1 then SIGNAL a, 1
    end
    queue 1
        TAKE a
#! lock-order-swapped: TAKE b
#! lock-order-apart: pack TAKE b then SIGNAL b, 1
        TAKE b
#! lock-order-swapped: TAKE a
#! lock-order-apart: TAKE a
        pack ATOMIC_ADD 1, count then SIGNAL b, 1 then SIGNAL a, 1
#! lock-order-apart: pack ATOMIC_ADD 1, count then SIGNAL a, 1
    end

    expect count == 2
end
