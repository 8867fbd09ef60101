# A fence over two slots of its batch, and what follows it in the same slot.
#
#: planted fence-too-short sc value: its range leaves one slot out
#: planted count-for-fence view value: it trusts DONE_COUNT, which orders nothing
#: planted count-before-status sc value: DONE_COUNT is full, and a STATUS is not yet DONE
#: planted mutant-fence-relaxed view value BATCH_FENCE.load.relax: the fence reads each STATUS relaxed
#: planted mutant-status-relaxed view value status.relax: the worker stores STATUS relaxed
#: planted mutant-status-early sc value status.early: the worker stores STATUS before the effects
#: correct fence-wide: a range that wraps around the ring
#: correct fence-after-count: the fence stands behind a wait for DONE_COUNT

ring 8
words x[2]
words out[2] in observable
word state in observable
observe x

epoch
    one: STORE_U32 1, x[0]
    two: STORE_U32 2, x[1]
    after: pack BATCH_FENCE 0, 2, 0 then MEMCPY x, out, 2
#! fence-too-short: after: pack BATCH_FENCE 0, 1, 0 then MEMCPY x, out, 2
#! count-for-fence: after: pack WAIT_GE DONE_COUNT, 2 then MEMCPY x, out, 2
#! count-before-status: after: pack WAIT_GE DONE_COUNT, 2 then BATCH_FENCE 0, 2, 0 then MEMCPY x, out, 2
#! count-before-status: status: pack WAIT_GE DONE_COUNT, 2 then FENCE_SEQ_CST then LOAD_U32 user - 128 + 16, state
#! fence-after-count: after: pack WAIT_GE DONE_COUNT, 2 then BATCH_FENCE 0, 2, 0 then MEMCPY x, out, 2
#! fence-wide: NOP
#! fence-wide: after: pack BATCH_FENCE 0, 2, 0 then MEMCPY x, out, 2

    expect out == 1, 2
#! count-before-status: expect state == 3
end
