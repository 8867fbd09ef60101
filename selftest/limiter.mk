# Slots that count who is inside, and keep a log of bursts: whoever finds two others inside writes an
# entry. The log has room for all of them.
#
#: planted burst-log-short sc value: room for two in three; more are bursts only where three slots, neither more nor fewer, are under way nearly all the time
#: planted burst-log-short-of-four sc value: whoever finds three others writes an entry, and there is room for half of them
#: correct burst-of-four: whoever finds three others inside writes an entry

const QUEUES = 6
const EACH = 2
const SLOTS = QUEUES * EACH
const WORK = 48
slot_words 32
workers serial QUEUES
word inside
words seen[SLOTS]
words entry[SLOTS]
words given[WORK]
words work[SLOTS] of WORK
word one
init one = 1
word bursts
words log[SLOTS]
#! burst-log-short: words log[SLOTS * 2 / 3]
#! burst-log-short-of-four: words log[SLOTS / 2]
words guard[SLOTS]
observe guard

epoch
    repeat QUEUES as q
        repeat EACH as i
            enter[q][i]: pack on q
                FETCH_ADD 1, inside, seen[q * EACH + i]
                MEMCPY given, work[q * EACH + i], WORK
                ATOMIC_ADD -1, inside
                IF_EQ seen[q * EACH + i], 2
#! burst-of-four: IF_EQ seen[q * EACH + i], 3
#! burst-log-short-of-four: IF_EQ seen[q * EACH + i], 3
                FETCH_ADD 1, bursts, entry[q * EACH + i]
                STORE_AT log, SLOTS, entry[q * EACH + i], one
            end
        end
    end
end
