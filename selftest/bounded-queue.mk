# Producers put items into a ring with fewer places than items, and a consumer empties it. A ticket says
# whose place it is; `ready` counts items that are there, in order of tickets, and `room` tickets that
# have a place.
#
#: planted queue-overrun sc value: nobody looks whether the ring is full
#: planted queue-room-off-by-one sc value: one ticket too many has a place
#: planted queue-published-out-of-order sc value: an item is published though one before it is not there
#: planted queue-ticket-torn sc value: the ticket is drawn by a load and an add
#: planted queue-publish-relaxed view value: the item is published by a relaxed add
#: planted queue-pop-relaxed view value: the consumer waits by a relaxed load
#: planted queue-room-early sc value: the consumer gives the place back before it has read it
#: planted queue-room-relaxed view value: it gives it back by a relaxed add
#: planted queue-never-drained sc deadlock: it does not give places back, and the queue stays full
#: correct queue-wide: as many places as items
#: correct queue-of-one: a single place
#: correct queue-by-fences: fences and relaxed accesses
#: correct queue-wide-by-far: more places than items

const PRODUCERS = 3
const PLACES = 2
#! queue-wide: const PLACES = 3
#! queue-of-one: const PLACES = 1
#! queue-wide-by-far: const PLACES = 5
slot_words 32
workers serial PRODUCERS + 1
word drawn                      # tickets
word ready                      # items that are there
word room                       # tickets that may be used
words ring[PLACES]
words ticket[PRODUCERS]
words item[PRODUCERS]
words taken[PRODUCERS + 1]      # taken[i]: how often item i was taken
words got[PRODUCERS]
words place[PRODUCERS]          # the consumer's position
word one
word zero
init room = PLACES
#! queue-room-off-by-one: init room = PLACES + 1
init item = 1, 2, 3
init place = 0, 1, 2
init one = 1
observe taken

epoch
    repeat PRODUCERS as p
        queue p
            draw[p]: FETCH_ADD 1, drawn, ticket[p]
#! queue-ticket-torn: draw[p]: pack LOAD_AT drawn, 1, zero, ticket[p] then ATOMIC_ADD 1, drawn
            put[p]: pack
                WAIT_WORD room, ticket[p], 1
#! queue-overrun: WAIT_WORD room, zero, 1
                STORE_AT ring, PLACES, ticket[p], item[p]
            end
            publish[p]: pack WAIT_WORD ready, ticket[p], 0 then SIGNAL ready, 1
#! queue-published-out-of-order: publish[p]: pack WAIT_WORD ready, zero, 0 then SIGNAL ready, 1
#! queue-publish-relaxed: publish[p]: pack WAIT_WORD ready, ticket[p], 0 then ATOMIC_ADD 1, ready
#! queue-by-fences: publish[p]: pack WAIT_WORD ready, ticket[p], 0 then FENCE_RELEASE then ATOMIC_ADD 1, ready
        end
    end
    queue PRODUCERS
        repeat PRODUCERS as i
            take[i]: pack
                WAIT_GE ready, i + 1
#! queue-pop-relaxed: WAIT_RELAXED ready, i + 1
#! queue-by-fences: WAIT_RELAXED ready, i + 1
#! queue-by-fences: FENCE_ACQUIRE
#! queue-room-early: WAIT_GE ready, i + 1
#! queue-room-early: SIGNAL room, 1
                LOAD_AT ring, PLACES, place[i], got[i]
                SIGNAL room, 1
#! queue-room-early:
#! queue-never-drained:
#! queue-room-relaxed: ATOMIC_ADD 1, room
#! queue-by-fences: FENCE_RELEASE
#! queue-by-fences: ATOMIC_ADD 1, room
            end
            mark[i]: STORE_AT taken, PRODUCERS + 1, got[i], one
        end
    end

    expect taken == 0, 1, 1, 1
end
