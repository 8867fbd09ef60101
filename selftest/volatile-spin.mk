# What a kernel does that knows no acquire and release: a volatile spin and a relaxed add, each with a
# fence on the right side.
#
#: planted spin-without-fence view value: no fence behind the spin
#: planted add-without-fence view value: no fence before the add
#: planted fence-behind-add view value: the writer's fence stands behind the add
#: planted fence-before-data view value: the writer's fence stands before the data
#: planted fence-kinds-swapped view value: an acquire fence in the writer, a release fence in the reader
#: planted mutant-release-fence-omitted view value FENCE_RELEASE.fence.omit: the release fence is left out
#: planted mutant-acquire-fence-omitted view value FENCE_ACQUIRE.fence.omit: the acquire fence is left out
#: correct spin-seq-cst: the strongest fences
#: correct spin-half: a fence in the writer, an acquire load in the reader
#: correct spin-other-half: a release add in the writer, a fence in the reader
#: correct spin-fences-twice: more fences than it takes

word data
word flag
word seen in observable
observe data

epoch
    writer: pack STORE_U32 42, data then FENCE_RELEASE then ATOMIC_ADD 1, flag
#! add-without-fence: writer: pack STORE_U32 42, data then ATOMIC_ADD 1, flag
#! fence-behind-add:  writer: pack STORE_U32 42, data then ATOMIC_ADD 1, flag then FENCE_RELEASE
#! fence-before-data: writer: pack FENCE_RELEASE then STORE_U32 42, data then ATOMIC_ADD 1, flag
#! fence-kinds-swapped: writer: pack STORE_U32 42, data then FENCE_ACQUIRE then ATOMIC_ADD 1, flag
#! spin-seq-cst:      writer: pack STORE_U32 42, data then FENCE_SEQ_CST then ATOMIC_ADD 1, flag
#! spin-other-half:   writer: pack STORE_U32 42, data then SIGNAL flag, 1
#! spin-fences-twice: writer: pack FENCE_SEQ_CST then STORE_U32 42, data then FENCE_RELEASE then ATOMIC_ADD 1, flag
    reader: pack WAIT_RELAXED flag, 1 then FENCE_ACQUIRE then LOAD_U32 data, seen
#! spin-without-fence: reader: pack WAIT_RELAXED flag, 1 then LOAD_U32 data, seen
#! fence-kinds-swapped: reader: pack WAIT_RELAXED flag, 1 then FENCE_RELEASE then LOAD_U32 data, seen
#! spin-seq-cst:      reader: pack WAIT_RELAXED flag, 1 then FENCE_SEQ_CST then LOAD_U32 data, seen
#! spin-half:         reader: pack WAIT_GE flag, 1 then LOAD_U32 data, seen

    expect seen == 42
end
