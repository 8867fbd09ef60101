# How slots are claimed, as a program: two workers look at the same jobs, and each is run once.
#
#: planted claim-without-swap sc value: a worker looks at the status and then writes it
#: planted claim-not-checked sc value: it does not look whether its swap took place
#: planted mutant-swap-torn sc value TRY_SWAP.cas.tear: the compare-and-swap loads, compares, and stores
#: correct claim-by-ticket: a counter deals the jobs out
#: correct claim-three-jobs: more jobs

slot_words 32
workers serial 2
const JOBS = 2
#! claim-three-jobs: const JOBS = 3
words status[JOBS]
words ran[JOBS]
words mine[2 * JOBS]
word drawn
word one
word two
init status = 1, 1
#! claim-three-jobs: init status fill 1
init one = 1
init two = 2
observe ran

epoch
    repeat 2 as w
        queue w
            repeat JOBS as j
                claim[w][j]: pack
                    TRY_SWAP status[j], one, two, mine[JOBS * w + j]
#! claim-without-swap: IF_EQ status[j], 1
#! claim-without-swap: STORE_U32 2, status[j]
#! claim-by-ticket: FETCH_ADD 1, drawn, mine[JOBS * w + j]
#! claim-not-checked: TRY_SWAP status[j], one, two, mine[JOBS * w + j]
                    IF_EQ mine[JOBS * w + j], 1
#! claim-without-swap:
#! claim-not-checked: NOP
#! claim-by-ticket: STORE_AT ran, JOBS, mine[JOBS * w + j], one
#! claim-by-ticket: IF_EQ mine[JOBS * w + j], JOBS * JOBS
                    ATOMIC_ADD 1, ran[j]
                end
            end
        end
    end

    expect ran == 1, 1
end
