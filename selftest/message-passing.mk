# One slot writes a word and raises a flag; another waits for the flag and reads.
#
#: planted dropped-wait sc value: the reader does not wait
#: planted dropped-release view value: the flag is raised by a relaxed add
#: planted dropped-acquire view value: the reader waits by a relaxed load
#: planted flag-before-data sc value: the flag is raised before the word is written
#: planted lost-signal sc deadlock: nobody raises the flag
#: planted mutant-signal-relaxed view value SIGNAL.add.relax: the add of SIGNAL orders nothing
#: planted mutant-wait-relaxed view value WAIT_GE.load.relax: the load of WAIT_GE orders nothing
#: planted mutant-signal-omitted sc deadlock SIGNAL.add.omit: SIGNAL does nothing
#: planted mutant-effects-first sc value effects.first: a slot has its effects before it asks whether it is ready
#: correct message-by-store: a release store raises the flag
#: correct message-by-exchange: an exchange raises the flag
#: correct message-two-words: two words behind one flag
#: correct message-pool-of-readers: a second reader
#: correct message-acquire-load: a relaxed wait, and an acquire load of the flag behind it

word data
word more
word flag
word old
word seen in observable
observe data

epoch
    writer: pack STORE_U32 42, data then SIGNAL flag, 1
#! dropped-release:  writer: pack STORE_U32 42, data then ATOMIC_ADD 1, flag
#! flag-before-data: writer: pack SIGNAL flag, 1 then STORE_U32 42, data
#! lost-signal:      writer: STORE_U32 42, data
#! message-by-store: writer: pack STORE_U32 42, data then STORE_RELEASE 1, flag
#! message-by-exchange: writer: pack STORE_U32 42, data then EXCHANGE 1, flag, old
#! message-two-words: writer: pack STORE_U32 41, more then STORE_U32 42, data then SIGNAL flag, 1
    reader: pack WAIT_GE flag, 1 then LOAD_U32 data, seen
#! dropped-wait:     reader: LOAD_U32 data, seen
#! dropped-acquire:  reader: pack WAIT_RELAXED flag, 1 then LOAD_U32 data, seen
#! message-two-words: reader: pack WAIT_GE flag, 1 then LOAD_U32 more, 1 then LOAD_U32 data, seen
#! message-pool-of-readers: reader: pack WAIT_GE flag, 1 then LOAD_U32 data, seen
#! message-pool-of-readers: second: pack WAIT_GE flag, 1 then LOAD_U32 data, 1
#! message-acquire-load: reader: pack WAIT_RELAXED flag, 1 then LOAD_ACQUIRE flag, old then LOAD_U32 data, seen

    expect seen == 42
end
