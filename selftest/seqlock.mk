# A writer makes the sequence odd, writes both words, and makes it even again; a reader that sees the
# same even number before and after has read both of one generation.
#
#: planted seqlock-no-recheck sc value: the reader looks at the number once
#: planted seqlock-no-odd sc value: the writer does not make it odd
#: planted seqlock-writer-fence view value: no fence behind the odd store
#: planted seqlock-reader-fence view value: no fence before the second look
#: planted seqlock-first-look view value: nothing orders the words behind the first look
#: planted seqlock-relaxed-end view value: the writer ends by a relaxed store
#: correct seqlock-two-readers: two readers
#: correct seqlock-seq-cst: seq_cst fences throughout

slot_words 40
word seq
words d[2]
words r[2]
words s[2]
words t[2]
words out[2] in observable
words out2[2] in observable
observe d
init seq = 2
init d = 1, 1

epoch
    prologue
        STORE_U32 1, out[0]
        STORE_U32 1, out[1]
        STORE_U32 1, out2[0]
        STORE_U32 1, out2[1]
    end
    write: pack
        STORE_U32 3, seq
#! seqlock-no-odd:
        FENCE_RELEASE
#! seqlock-seq-cst: FENCE_SEQ_CST
#! seqlock-writer-fence:
        STORE_U32 2, d[0]
        STORE_U32 2, d[1]
        STORE_RELEASE 4, seq
#! seqlock-relaxed-end: STORE_U32 4, seq
    end
    read: pack
        IF_EQ seq, 2
        FENCE_ACQUIRE
        MEMCPY d, r, 2
        FENCE_ACQUIRE
#! seqlock-reader-fence:
        IF_EQ seq, 2
#! seqlock-no-recheck:
        MEMCPY r, out, 2
    end
    late: pack
        IF_EQ seq, 4
        FENCE_ACQUIRE
#! seqlock-first-look:
        MEMCPY d, s, 2
        FENCE_ACQUIRE
        IF_EQ seq, 4
        STORE_U32 0, out2[0]
        IF_EQ s[0], 2
        IF_EQ s[1], 2
        STORE_U32 1, out2[0]
    end
#! seqlock-two-readers: end
#! seqlock-two-readers: again: pack
#! seqlock-two-readers: IF_EQ seq, 2
#! seqlock-two-readers: FENCE_SEQ_CST
#! seqlock-two-readers: MEMCPY d, t, 2
#! seqlock-two-readers: FENCE_SEQ_CST
#! seqlock-two-readers: IF_EQ seq, 2
#! seqlock-two-readers: MEMCPY t, out, 2
#! seqlock-two-readers: end

    expect out == 1, 1
    expect out2 == 1, 1
end
