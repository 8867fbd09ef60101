# A double-ended queue with two items: its owner takes from one end, a thief from the other. Before the
# owner takes the last but one without a swap, it must see how far the thief is, and the thief how far
# the owner.
#
#: planted steal-owner-fence tso value: no fence in the owner
#: planted steal-thief-fence view value: no fence in the thief
#: correct steal-one: the thief takes one item only

slot_words 32
workers serial 2
word top
word bottom
words old[2]
words constant[3]
word taken                      # how often the second item was taken
init bottom = 2
init constant = 0, 1, 2
observe taken order-only

epoch
    queue 0
        own: pack STORE_U32 1, bottom then FENCE_SEQ_CST then IF_EQ top, 0 then ATOMIC_ADD 1, taken
#! steal-owner-fence: own: pack STORE_U32 1, bottom then IF_EQ top, 0 then ATOMIC_ADD 1, taken
    end
    queue 1
        steal[0]: TRY_SWAP top, constant[0], constant[1], old[0]
        steal[1]: pack
            FENCE_SEQ_CST
#! steal-thief-fence:
            IF_EQ bottom, 2
#! steal-one: IF_EQ bottom, 3
            TRY_SWAP top, constant[1], constant[2], old[1]
            IF_EQ old[1], 1
            ATOMIC_ADD 1, taken
        end
    end

    expect taken any of 0, 1
end
