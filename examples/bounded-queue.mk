# A queue that several workers push to, with room for two items, and one worker that empties it. A
# producer draws a ticket, waits until its place in the ring is free, puts its item there, and
# publishes in order of tickets: `ready` counts items that may be read. The consumer gives places
# back: `room` is the first ticket that has none.
#
# Which item has which ticket depends on the schedule, and so may `ticket` and `ring`; the sum of all
# items does not.
#
# What must happen: every run completes, and each item is taken once.
# result: complete
# expectations: hold

program "bounded queue"

const PRODUCERS = 3
const PLACES = 2
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
init room = PLACES
init item = 1, 2, 3
init place = 0, 1, 2
init one = 1
observe taken
observe ready

epoch
    repeat PRODUCERS as p
        queue p
            draw[p]: FETCH_ADD 1, drawn, ticket[p]
            put[p]: pack
                WAIT_WORD room, ticket[p], 1
                STORE_AT ring, PLACES, ticket[p], item[p]
            end
            publish[p]: pack WAIT_WORD ready, ticket[p], 0 then SIGNAL ready, 1
        end
    end
    queue PRODUCERS
        repeat PRODUCERS as i
            take[i]: pack
                WAIT_GE ready, i + 1
                LOAD_AT ring, PLACES, place[i], got[i]
                SIGNAL room, 1
            end
            mark[i]: STORE_AT taken, PRODUCERS + 1, got[i], one
        end
    end

    expect taken == 0, 1, 1, 1
    expect ready == PRODUCERS
end
