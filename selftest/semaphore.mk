# A semaphore: each slot takes a place and gives it back, and counts who is inside meanwhile. Nobody
# meets as many as there are places.
#
#: planted semaphore-not-taken sc value: one slot goes in without taking a place
#: correct semaphore-two: two places and three slots
#: correct semaphore-three: as many places as slots

slot_words 32
word places
word inside
words seen[3]
word most
init places = 1
#! semaphore-two: init places = 2
#! semaphore-three: init places = 3
observe places

epoch
    repeat 2 as i
        use[i]: pack
            TAKE places
            FETCH_ADD 1, inside, seen[i]
            ATOMIC_ADD -1, inside
            SIGNAL places, 1
            IF_EQ seen[i], 1
#! semaphore-two: IF_EQ seen[i], 2
#! semaphore-three: IF_EQ seen[i], 3
            ATOMIC_ADD 1, most
        end
    end
    third: pack
        TAKE places
#! semaphore-not-taken: FETCH_ADD 1, places, seen[2]
#! semaphore-not-taken: ATOMIC_ADD -1, places
        FETCH_ADD 1, inside, seen[2]
        ATOMIC_ADD -1, inside
        SIGNAL places, 1
#! semaphore-not-taken: SIGNAL places, 0
        IF_EQ seen[2], 1
#! semaphore-two: IF_EQ seen[2], 2
#! semaphore-three: IF_EQ seen[2], 3
        ATOMIC_ADD 1, most
    end

    expect most == 0
end
