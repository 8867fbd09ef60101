# A failed try of a lock writes who owns it all the same, and the real owner no longer knows its lock. Apache
# NuttX, issue 19808: "a failed spin_trylock_notrace() can overwrite the ticket lock's owner counter". Only
# who got the lock writes it.
# repair: goes on behind operation 1 only if got == 0
slot_words 32
word lock
word owner
word got
words constant[2]
word freed
init lock = 1
init owner = 1
init constant = 0, 1
observe freed
epoch
    free: pack IF_EQ owner, 1 then STORE_U32 1, freed then STORE_RELEASE 0, lock
    try: pack TRY_SWAP lock, constant[0], constant[1], got then STORE_U32 2, owner
    expect freed == 1
end
