# Two slots that both say that they want to enter, and enter if the other has not said so: at most one
# may. It takes a seq_cst fence in both between the store and the load.
#
#: planted dekker-without-fences tso value: no fences
#: planted dekker-one-fence tso value: a fence in one of them
#: planted dekker-weak-fences tso value: release and acquire fences, which order no store before a load
#: planted dekker-exchange view value: exchanges instead of fences: enough on x86, not in general
#: planted dekker-look-first sc value: it looks before it says
#: planted mutant-seq-cst-omitted tso value FENCE_SEQ_CST.fence.omit: the fence is left out
#: correct dekker-three: three of them
#: correct dekker-both-ways: seq_cst fences and exchanges

word a
word b
word old
word other
word inside
observe inside order-only

epoch
    left: pack STORE_U32 1, a then FENCE_SEQ_CST then IF_EQ b, 0 then ATOMIC_ADD 1, inside
#! dekker-without-fences: left: pack STORE_U32 1, a then IF_EQ b, 0 then ATOMIC_ADD 1, inside
#! dekker-weak-fences: left: pack STORE_U32 1, a then FENCE_RELEASE then FENCE_ACQUIRE then IF_EQ b, 0 then ATOMIC_ADD 1, inside
#! dekker-exchange: left: pack EXCHANGE 1, a, old then IF_EQ b, 0 then ATOMIC_ADD 1, inside
#! dekker-look-first: left: pack IF_EQ b, 0 then FENCE_SEQ_CST then STORE_U32 1, a then ATOMIC_ADD 1, inside
#! dekker-both-ways: left: pack EXCHANGE 1, a, old then FENCE_SEQ_CST then IF_EQ b, 0 then ATOMIC_ADD 1, inside
    right: pack STORE_U32 1, b then FENCE_SEQ_CST then IF_EQ a, 0 then ATOMIC_ADD 1, inside
#! dekker-without-fences: right: pack STORE_U32 1, b then IF_EQ a, 0 then ATOMIC_ADD 1, inside
#! dekker-one-fence: right: pack STORE_U32 1, b then IF_EQ a, 0 then ATOMIC_ADD 1, inside
#! dekker-weak-fences: right: pack STORE_U32 1, b then FENCE_RELEASE then FENCE_ACQUIRE then IF_EQ a, 0 then ATOMIC_ADD 1, inside
#! dekker-exchange: right: pack EXCHANGE 1, b, other then IF_EQ a, 0 then ATOMIC_ADD 1, inside
#! dekker-look-first: right: pack IF_EQ a, 0 then FENCE_SEQ_CST then STORE_U32 1, b then ATOMIC_ADD 1, inside
#! dekker-three: right: pack STORE_U32 1, b then FENCE_SEQ_CST then IF_EQ a, 0 then ATOMIC_ADD 1, inside
#! dekker-three: third: pack STORE_U32 1, other then FENCE_SEQ_CST then IF_EQ a, 0 then IF_EQ b, 0

    expect inside any of 0, 1
end
