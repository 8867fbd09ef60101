# A ring whose head and tail are read without an order: the tail may be older than the head, and the ring
# seems to hold less than nothing. OpenDataPlane, pull request 636: "missing acquire mem ordering allowed
# tail index read to happen so much before head index read, that the tail index had a smaller value".
# The head is loaded with acquire.
# repair: FENCE_ACQUIRE behind every read of head
word head
word tail
word bad
observe bad
epoch
    put: STORE_RELEASE 1, tail
    take: pack WAIT_GE tail, 1 then COMPARE_SWAP head, 0, 1
    look: pack IF_EQ head, 1 then IF_EQ tail, 0 then STORE_U32 1, bad
    expect bad == 0
end
