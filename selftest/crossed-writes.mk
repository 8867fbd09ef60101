# Two slots that write two words in opposite orders: whoever writes a word last must not be first in
# both. Without fences, stores may come in any order. (Plain ones would be a data race.)
#
#: planted crossed-writes-relaxed view value: no fences
#: planted crossed-writes-release view value: release stores
#: correct crossed-writes-waiting: the second waits for the first

word x
word y
word done
word crossed
observe done
observe crossed

epoch
    one: pack STORE_RELEASE 1, x then FENCE_SEQ_CST then STORE_RELEASE 2, y then SIGNAL done, 1
#! crossed-writes-relaxed: one: pack STORE_U32 1, x then STORE_U32 2, y then SIGNAL done, 1
#! crossed-writes-release: one: pack STORE_U32 1, x then STORE_RELEASE 2, y then SIGNAL done, 1
    two: pack STORE_RELEASE 1, y then FENCE_SEQ_CST then STORE_RELEASE 2, x then SIGNAL done, 1
#! crossed-writes-waiting: two: pack WAIT_GE done, 1 then STORE_U32 1, y then STORE_U32 2, x then SIGNAL done, 1
#! crossed-writes-relaxed: two: pack STORE_U32 1, y then STORE_U32 2, x then SIGNAL done, 1
#! crossed-writes-release: two: pack STORE_U32 1, y then STORE_RELEASE 2, x then SIGNAL done, 1
    look: pack WAIT_GE done, 2 then IF_EQ x, 1 then IF_EQ y, 1 then ATOMIC_ADD 1, crossed

    expect crossed == 0
end
