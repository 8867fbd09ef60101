# A worker that goes to sleep says so, looks once more for work, and sleeps until it is woken; whoever
# brings work wakes it if it is asleep. Each writes one word and reads the other's.
#
#: planted sleeper-without-fence tso deadlock: the last look may come before the word is out
#: planted waker-without-fence tso deadlock: the waker may see nobody asleep
#: planted wakeup-lost sc deadlock: it looks for work before it says that it sleeps
#: correct wake-always: the waker signals whether anybody sleeps or not
#: correct wakeup-by-exchange: an exchange instead of the store, and the fence

workers serial 2
word work
word asleep
word wake
word need                       # 1: it must be woken
init need = 1
observe work
observe wake order-only
observe need order-only

epoch
    queue 0
        bring: pack STORE_U32 1, work then FENCE_SEQ_CST then IF_EQ asleep, 1 then SIGNAL wake, 1
#! waker-without-fence: bring: pack STORE_U32 1, work then IF_EQ asleep, 1 then SIGNAL wake, 1
#! wake-always: bring: pack STORE_U32 1, work then SIGNAL wake, 1
#! wakeup-by-exchange: bring: pack STORE_RELEASE 1, work then FENCE_SEQ_CST then IF_EQ asleep, 1 then SIGNAL wake, 2
    end
    queue 1
        doze: pack STORE_U32 1, asleep then FENCE_SEQ_CST then IF_EQ work, 1 then STORE_U32 0, need
#! sleeper-without-fence: doze: pack STORE_U32 1, asleep then IF_EQ work, 1 then STORE_U32 0, need
#! wakeup-lost: look: pack IF_EQ work, 1 then STORE_U32 0, need
#! wakeup-lost: doze: pack FENCE_SEQ_CST then STORE_U32 1, asleep
        sleep: WAIT_WORD wake, need, 0
    end
end
