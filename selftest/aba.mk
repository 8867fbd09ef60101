# A stack of nodes 1 -> 2, whose head is popped by compare-and-swap: one worker reads head and next,
# another pops both nodes and pushes the first again meanwhile. With a tag in the head (here 4 more for
# each push) the first worker's swap fails; without, it hands out node 2 a second time.
#
#: planted aba-untagged sc value: the head has no tag
#: correct aba-nobody-pushes: nothing is pushed again

slot_words 48
workers serial 2
word head
words next[4]                   # by node; 0: none
words constant[4]
words tagged[1]
words h[4]
words n[4]
words old[4]
word second                     # how often node 2 was taken
init head = 1
init next = 0, 2, 0, 0
init constant = 0, 1, 2, 3
init tagged = 5
#! aba-untagged: init tagged = 1
observe second order-only

epoch
    queue 0
        pop: pack
            LOAD_AT head, 1, constant[0], h[0]
            IF_EQ h[0], 1
            LOAD_AT next, 4, h[0], n[0]
            TRY_SWAP head, h[0], n[0], old[0]
        end
        pop_again: pack
            LOAD_AT head, 1, constant[0], h[1]
            IF_EQ h[1], 2
            TRY_SWAP head, h[1], constant[0], old[1]
            IF_EQ old[1], 2
            ATOMIC_ADD 1, second
        end
    end
    queue 1
        take_first: TRY_SWAP head, constant[1], constant[2], old[2]
        take_second: pack
            IF_EQ old[2], 1
            TRY_SWAP head, constant[2], constant[0], old[3]
            IF_EQ old[3], 2
            ATOMIC_ADD 1, second
            STORE_U32 0, next[1]
            TRY_SWAP head, constant[0], tagged[0], h[2]
#! aba-nobody-pushes:
        end
    end

    expect second any of 0, 1
end
