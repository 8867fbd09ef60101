# A lock around an increment that is a load and a store.
#
#: planted no-lock sc value: one slot takes no lock
#: planted unlock-relaxed view value: the lock is given back by a relaxed add
#: planted unlock-early sc value: it is given back before the store
#: planted lock-for-two sc value: two may hold it
#: planted lock-leaked sc deadlock: one slot keeps it
#: planted mutant-take-relaxed view value TAKE.cas.relax: taking the lock orders nothing
#: planted mutant-take-torn sc value TAKE.cas.tear: taking the lock is a load and then a store
#: planted mutant-take-fails sc livelock TAKE.cas.omit: no attempt to take the lock succeeds
#: correct lock-three: three slots
#: correct lock-fence: a fence and a relaxed add give it back
#: correct lock-unused: who finds it free gives it back at once

slot_words 32
word lock
word count
words tmp[3]
init lock = 1
#! lock-for-two: init lock = 2
observe count

epoch
    first: pack
        TAKE lock
        MEMCPY count, tmp[0], 1
        ATOMIC_ADD 1, tmp[0]
        MEMCPY tmp[0], count, 1
        SIGNAL lock, 1
#! lock-leaked: NOP
    end
#! lock-three: end
#! lock-three: third: pack
#! lock-three: TAKE lock
#! lock-three: MEMCPY count, tmp[2], 1
#! lock-three: MEMCPY tmp[2], count, 1
#! lock-three: SIGNAL lock, 1
#! lock-three: end
    second: pack
        TAKE lock
#! no-lock: FETCH_ADD 0, tmp[2], tmp[1]
        MEMCPY count, tmp[1], 1
        ATOMIC_ADD 1, tmp[1]
        MEMCPY tmp[1], count, 1
#! unlock-early: SIGNAL lock, 1
        SIGNAL lock, 1
#! unlock-relaxed: ATOMIC_ADD 1, lock
#! lock-fence: FENCE_RELEASE
#! lock-fence: ATOMIC_ADD 1, lock
#! lock-unused: SIGNAL lock, 1
#! lock-unused: end
#! lock-unused: idle: pack
#! lock-unused: TAKE lock
#! lock-unused: SIGNAL lock, 1
#! unlock-early: MEMCPY tmp[1], count, 1
    end

    expect count == 2
end
