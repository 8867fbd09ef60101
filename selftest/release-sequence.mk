# A counter raised by release, and raised again by somebody who has nothing to publish: an atomic add
# keeps what the release gave, a plain store breaks it.
#
#: planted release-broken view value: the second raises the counter by a plain store
#: correct release-kept-exchange: it raises it by an exchange
#: correct release-again: it has acquired, and stores with release
#: correct release-kept-twice: two relaxed adds

word data
word flag
word old
word seen in observable
observe data

epoch
    first: pack STORE_U32 42, data then SIGNAL flag, 1
    second: pack WAIT_RELAXED flag, 1 then ATOMIC_ADD 1, flag
#! release-broken: second: pack WAIT_RELAXED flag, 1 then STORE_U32 2, flag
#! release-kept-twice: second: pack WAIT_RELAXED flag, 1 then ATOMIC_ADD 1, flag then ATOMIC_ADD 1, flag
#! release-kept-exchange: second: pack WAIT_RELAXED flag, 1 then EXCHANGE 2, flag, old
#! release-again: second: pack WAIT_GE flag, 1 then STORE_RELEASE 2, flag
    reader: pack WAIT_GE flag, 2 then LOAD_U32 data, seen
#! release-kept-twice: reader: pack WAIT_GE flag, 3 then LOAD_U32 data, seen

    expect seen == 42
end
