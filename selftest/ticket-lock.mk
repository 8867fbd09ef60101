# Each queue draws a ticket, waits until it is served, and increments by a load and a store.
#
#: planted ticket-not-atomic sc value: the ticket is drawn by a load and an add
#: planted ticket-unlock-relaxed view value: the next is served by a relaxed add
#: planted ticket-unlock-early sc value: the next is served before the store
#: planted ticket-off-by-one sc value: two tickets are served at a time
#: planted mutant-ticket-torn sc value FETCH_ADD.add.tear: the ticket is drawn by a load and a store
#: planted mutant-turn-relaxed view value WAIT_WORD.load.relax: the wait for the turn orders nothing
#: correct ticket-three: three queues
#: correct ticket-fence: a fence and a relaxed add serve the next

const N = 2
#! ticket-three: const N = 3
slot_words 32
workers serial N
word next
word serving
#! ticket-off-by-one: word serving
#! ticket-off-by-one: init serving = 1
word count
words mine[N]
words tmp[N]
word zero
observe count

epoch
    repeat N as w
        queue w
            draw[w]: FETCH_ADD 1, next, mine[w]
#! ticket-not-atomic: draw[w]: pack LOAD_AT next, 1, zero, mine[w] then ATOMIC_ADD 1, next
            enter[w]: pack
                WAIT_WORD serving, mine[w], 0
                MEMCPY count, tmp[w], 1
                ATOMIC_ADD 1, tmp[w]
                MEMCPY tmp[w], count, 1
#! ticket-unlock-early: SIGNAL serving, 1
                SIGNAL serving, 1
#! ticket-unlock-relaxed: ATOMIC_ADD 1, serving
#! ticket-unlock-early: MEMCPY tmp[w], count, 1
#! ticket-fence: FENCE_RELEASE
#! ticket-fence: ATOMIC_ADD 1, serving
            end
        end
    end

    expect count == N
end
