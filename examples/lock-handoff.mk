# A ticket handed on by compare-and-swap: worker i may enter when the token is i, and passes i + 1
# on. The second word is a race by intention: whoever comes first takes the lock, so its owner is
# any of the three, and the region is compared by order alone.
#
# What must happen: the token ends at 3, the three critical sections have counted to 3.
# result: complete
# expectations: hold

program "lock and handoff"

const WORKERS = 3
word token
word count
word owner
observe token
observe owner order-only

epoch
    repeat WORKERS as i
        enter[i]: pack
            WAIT_GE token, i
            ATOMIC_ADD 1, count
            COMPARE_SWAP token, i, i + 1
        end
        lock[i]: COMPARE_SWAP owner, expected=0, desired=i + 1
    end

    expect token == WORKERS
    expect count == WORKERS
    expect owner any of 1, 2, 3
end
