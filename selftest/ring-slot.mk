# The life of one ring slot over three laps, as a program: the host writes a payload and publishes it,
# a worker runs it and says that it is done, the host collects the result and uses the slot again.
#
#: planted publish-before-payload sc value: the status is written before the payload
#: planted publish-relaxed view value: it is published by a relaxed store
#: planted claim-relaxed view value: the worker waits by a relaxed load
#: planted done-before-result sc value: the worker says done before it writes the result
#: planted done-relaxed view value: it says done by a relaxed store
#: planted slot-used-again sc any: the host does not wait for the last lap
#: planted count-before-result sc any: the host trusts a count that is raised before the result
#: planted mutant-publish-relaxed view value STORE_RELEASE.store.relax: release stores order nothing
#: correct ring-slot-fences: fences and relaxed accesses
#: correct ring-slot-seq-cst: more fences in the host than it takes

const LAPS = 3
slot_words 32
workers serial 2
word status                     # 4 a lap: 1 published, 3 done
word payload
word result
word counted
words got[LAPS]
observe got

epoch
    queue 0
        repeat LAPS as lap
            publish[lap]: pack
                STORE_U32 10 + lap, payload
#! ring-slot-seq-cst: FENCE_SEQ_CST
#! ring-slot-seq-cst: STORE_U32 10 + lap, payload
#! ring-slot-seq-cst: FENCE_SEQ_CST
#! publish-before-payload: STORE_RELEASE 4 * lap + 1, status
                STORE_RELEASE 4 * lap + 1, status
#! publish-before-payload: STORE_U32 10 + lap, payload
#! publish-relaxed: STORE_U32 4 * lap + 1, status
#! ring-slot-fences: FENCE_RELEASE
#! ring-slot-fences: STORE_U32 4 * lap + 1, status
            end
            collect[lap]: pack
                WAIT_GE status, 4 * lap + 3
#! slot-used-again: WAIT_GE status, 1
#! count-before-result: WAIT_GE counted, lap + 1
                MEMCPY result, got[lap], 1
            end
        end
    end
    queue 1
        repeat LAPS as lap
            run[lap]: pack
                WAIT_GE status, 4 * lap + 1
#! claim-relaxed: WAIT_RELAXED status, 4 * lap + 1
#! ring-slot-fences: WAIT_RELAXED status, 4 * lap + 1
#! ring-slot-fences: FENCE_ACQUIRE
#! count-before-result: WAIT_GE status, 4 * lap + 1
#! count-before-result: SIGNAL counted, 1
#! done-before-result: WAIT_GE status, 4 * lap + 1
#! done-before-result: STORE_RELEASE 4 * lap + 3, status
                MEMCPY payload, result, 1
                STORE_RELEASE 4 * lap + 3, status
#! done-before-result:
#! done-relaxed: STORE_U32 4 * lap + 3, status
            end
        end
    end

    expect got == 10, 11, 12
end
