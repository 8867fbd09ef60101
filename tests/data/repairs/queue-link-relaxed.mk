# A producer puts its node at the tail of a queue by a relaxed exchange; the next one links its own behind
# that, in a word that the first has just cleared: the clearing may land on the link. ponyc, pull request
# 5245: an acq_rel exchange, so that happens-before is there directly; open-mpi, pull request 13901. The
# machine's EXCHANGE is acquire and release, so that a relaxed FETCH_ADD, of which each producer gets its
# place, stands for the relaxed one; fences on its two sides make it acq_rel.
# repair: FENCE_RELEASE before every write of tail (2 places) and FENCE_ACQUIRE behind every read of tail
word tail
words next[3]
words place[2]
observe next
epoch
    push[0]: pack STORE_U32 0, next[1] then FETCH_ADD 1, tail, place[0]
    push[1]: pack WAIT_RELAXED tail, 1 then FETCH_ADD 1, tail, place[1] then STORE_U32 2, next[1]
    expect next[1] == 2
end
