# Tasks of a graph: each waits, reads, writes, signals.
#
#: planted task-missing-wait sc value: one task does not wait for what it reads
#: planted task-partial-wait sc value: the last waits for all but one
#: planted task-wrong-counter sc value: one waits for another counter
#: planted task-wait-relaxed view value: a wait is relaxed
#: planted task-signal-relaxed view value: a signal is relaxed
#: planted task-overlap sc value: two tasks write one segment
#: planted mutant-task-wait-relaxed view value MIX.load.relax: the loads of a task order nothing
#: planted mutant-task-signal-relaxed view value MIX.add.relax: the adds of a task order nothing
#: correct task-chain: one after the other
#: correct task-more-waits: a wait that nothing needs
#: correct task-accumulates: tasks add to one segment

const TILES = 2
words x[4] of 2
words normed[4] of 2
words hidden[TILES] of 2
words out[1] of 2
word norm_done
word tiles_done
word started
init x random 0 to 0xFFFFFFFF seed 3
observe out

epoch
    task start
        signals started += 1
    end
    task norm
        reads x[0:2]
        writes normed[0:2]
        signals norm_done += 1
#! task-signal-relaxed: signals norm_done += 1 relaxed
    end
    task proj[0]
        waits norm_done >= 1
        reads normed[0], x[0]
        writes hidden[0]
#! task-accumulates: writes hidden[0]
#! task-accumulates: accumulates x[3]
        signals tiles_done += 1
    end
    task proj[1]
        waits norm_done >= 1
#! task-missing-wait:
#! task-wrong-counter: waits started >= 1
#! task-wait-relaxed: waits norm_done >= 1 relaxed
#! task-chain: waits tiles_done >= 1
#! task-more-waits: waits norm_done >= 1, started >= 1
        reads normed[1], x[1]
        writes hidden[1]
#! task-overlap: writes hidden[0:2]
#! task-accumulates: writes hidden[1]
#! task-accumulates: accumulates x[3]
        signals tiles_done += 1
    end
    task reduce
        waits tiles_done >= TILES
#! task-partial-wait: waits tiles_done >= TILES - 1
        reads hidden
        updates out
    end

    expect started == 1
end
