# Whoever comes first makes a value, and all others wait until it is made.
#
#: planted once-too-early sc value: it says so before it is made
#: planted once-relaxed view value: it says so by a relaxed store
#: planted once-twice sc value: the first two both come first
#: correct once-exchange: an exchange decides who is first
#: correct once-three: three of them

slot_words 32
const N = 2
#! once-three: const N = 3
word begun
word ready
word value
word made                       # how often
words old[N]
words constant[2]
words got[N] in observable
init constant = 0, 1
observe made

epoch
    repeat N as i
        make[i]: pack
            TRY_SWAP begun, constant[0], constant[1], old[i]
#! once-exchange: EXCHANGE 1, begun, old[i]
#! once-twice: LOAD_AT begun, 1, constant[0], old[i]
#! once-twice: STORE_U32 1, begun
            IF_EQ old[i], 0
            ATOMIC_ADD 1, made
            STORE_U32 7, value
#! once-too-early: STORE_RELEASE 1, ready
            STORE_RELEASE 1, ready
#! once-too-early: STORE_U32 7, value
#! once-relaxed: STORE_U32 1, ready
        end
        use[i]: pack WAIT_GE ready, 1 then LOAD_U32 value, i
    end

    expect made == 1
    repeat N as i
        expect got[i] == 7
    end
end
