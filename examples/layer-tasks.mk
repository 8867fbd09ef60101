# One layer of a model as a task graph: a task says what it waits for, reads, writes and signals,
# and its slot does all four in that order. Its values are mixed, not computed: equal inputs give
# equal outputs, so a run that read too early differs. Segments are 64-bit values, two words each.
#
# What must happen: every run completes with the same `out`, whatever the schedule.
# result: complete
# expectations: hold

program "one layer"

const TILES = 4
words x[8] of 2
words normed[8] of 2
words hidden[TILES] of 2
words out[1] of 2
word norm_done
word tiles_done
init x random 0 to 0xFFFFFFFF seed 3
observe hidden
observe out

epoch
    task norm
        reads x
        writes normed
        signals norm_done += 1
    end
    repeat TILES as t
        task proj[t]
            waits norm_done >= 1
            reads normed[2 * t : 2 * t + 2], x[t]
            writes hidden[t]
            signals tiles_done += 1
        end
    end
    task reduce
        waits tiles_done >= TILES
        reads hidden
        updates out
    end

    expect tiles_done == TILES
end
