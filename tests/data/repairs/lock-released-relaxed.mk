# A lock that is given back by a relaxed operation, in a function that everybody calls: what its holder wrote
# need not be seen by the next. The operation becomes a release, in all that call it.
# repair: every ATOMIC_ADD of lock becomes SIGNAL (3 places)
slot_words 40
word lock
word count
words tmp[3]
init lock = 1
observe count
epoch
    repeat 3 as i
        use[i]: pack
            TAKE lock
            MEMCPY count, tmp[i], 1
            ATOMIC_ADD 1, tmp[i]
            MEMCPY tmp[i], count, 1
            ATOMIC_ADD 1, lock
        end
    end
    expect count == 3
end
