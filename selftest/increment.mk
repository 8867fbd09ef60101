# Three slots increment one word.
#
#: planted increment-torn sc value: one of them by a load and a store
#: planted mutant-add-torn sc value ATOMIC_ADD.add.tear: ATOMIC_ADD loads and then stores
#: correct increment-by-ticket: each by an add that returns
#: correct increment-in-turn: by a load and a store, each in its turn

slot_words 24
word count
words tmp[3]
word zero
observe count

epoch
    repeat 2 as i
        add[i]: ATOMIC_ADD 1, count
#! increment-by-ticket: add[i]: FETCH_ADD 1, count, tmp[i]
    end
    last: ATOMIC_ADD 1, count
#! increment-in-turn: last: pack WAIT_GE count, 2 then LOAD_AT count, 1, zero, tmp[2] then ATOMIC_ADD 1, tmp[2] then STORE_AT count, 1, zero, tmp[2]
#! increment-torn: last: pack LOAD_AT count, 1, zero, tmp[2] then ATOMIC_ADD 1, tmp[2] then STORE_AT count, 1, zero, tmp[2]

    expect count == 3
end
