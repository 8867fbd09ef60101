# A message that goes through a third slot, which has nothing to do with the data.
#
#: planted relay-wait-relaxed view value: the one between waits by a relaxed load
#: planted relay-signal-relaxed view value: it signals by a relaxed add
#: planted relay-too-early sc value: it signals without waiting
#: correct relay-by-fences: fences in the one between
#: correct relay-by-values: what it has read it passes on
#: correct relay-twice: two in between

word data
word first
word second
word copy
word seen in observable
observe data

epoch
    source: pack STORE_U32 42, data then SIGNAL first, 1
    relay: pack WAIT_GE first, 1 then SIGNAL second, 1
#! relay-wait-relaxed: relay: pack WAIT_RELAXED first, 1 then SIGNAL second, 1
#! relay-signal-relaxed: relay: pack WAIT_GE first, 1 then ATOMIC_ADD 1, second
#! relay-too-early: relay: SIGNAL second, 1
#! relay-twice: relay: pack WAIT_GE first, 1 then SIGNAL copy, 1
#! relay-twice: another: pack WAIT_GE copy, 1 then SIGNAL second, 1
#! relay-by-fences: relay: pack WAIT_RELAXED first, 1 then FENCE_ACQUIRE then FENCE_RELEASE then ATOMIC_ADD 1, second
#! relay-by-values: relay: pack WAIT_GE first, 1 then MEMCPY data, copy, 1 then SIGNAL second, 1
    sink: pack WAIT_GE second, 1 then LOAD_U32 data, seen
#! relay-by-values: sink: pack WAIT_GE second, 1 then LOAD_U32 copy, seen

    expect seen == 42
end
