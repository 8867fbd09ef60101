# A stealer reads an item from a buffer that its owner swaps for a larger one meanwhile: what it read may be
# of a buffer that is used for something else by now. crossbeam, pull request 726 (CVE-2021-32810): "if the
# buffer has been swapped or the increment fails, we retry": it looks at the buffer again.
# repair: looks again at buf
word buf
words old[1]
words new[1]
words item[1]
word front
word got
words constant[2]
words out[1]
init old = 7
init constant = 0, 1
observe out order-only
slot_words 40
epoch
    own: pack
        MEMCPY old, new, 1
        STORE_RELEASE 1, buf
        FENCE_RELEASE
        STORE_U32 99, old
    end
    steal: pack
        IF_EQ buf, 0
        MEMCPY old, item, 1
        TRY_SWAP front, constant[0], constant[1], got
        IF_EQ got, 0
        MEMCPY item, out, 1
    end
    expect out any of 0, 7
end
