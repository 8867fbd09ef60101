# A sequence lock with a fence on neither side: the writer's words may be seen before the sequence is odd,
# and the reader's words may be read behind its second look. H.-J. Boehm, "Can seqlocks get along with
# programming language memory models?", MSPC 2012: a release fence in the writer and an acquire fence in the
# reader; one without the other does nothing.
# repair: FENCE_RELEASE before the write of d and FENCE_ACQUIRE behind the read of d
slot_words 40
word seq
words d[2]
words r[2]
words out[2]
init seq = 2
init d = 1, 1
init out = 1, 1
observe out order-only
epoch
    write: pack STORE_U32 3, seq then STORE_U32 2, d[0] then STORE_U32 2, d[1] then STORE_RELEASE 4, seq
    read: pack IF_EQ seq, 2 then MEMCPY d, r, 2 then IF_EQ seq, 2 then MEMCPY r, out, 2
    expect out == 1, 1
end
