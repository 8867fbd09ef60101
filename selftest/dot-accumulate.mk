# Two tiles add their share to one f32 word; the values are small integers, so that no sum rounds.
#
#: planted mutant-dot-torn sc value DOT.cas.tear: the sum is added by a load and a store
#: correct dot-tolerance: values that do round, and a tolerance
#: correct dot-three: a third that adds nothing

const TILE = 2
words x[4]
words y[4]
word sum
word done
word total in observable
init x = 1.0, 2.0, 3.0, 4.0
#! dot-tolerance: init x = 0.1, 0.2, 0.3, 0.4
init y fill 1.0
observe done
#! dot-tolerance: observe sum relrmse 1e-5

epoch
    repeat 2 as t
#! dot-three: third: pack DOT user, user, sum, 0 then SIGNAL done, 1
#! dot-three: repeat 2 as t
        tile[t]: pack DOT x[t * TILE], y[t * TILE], sum, TILE then SIGNAL done, 1
    end
    last: pack WAIT_GE done, 2 then LOAD_U32 sum, total
#! dot-three: last: pack WAIT_GE done, 3 then LOAD_U32 sum, total
#! dot-tolerance: NOP

    expect total == 10.0
#! dot-tolerance: expect done == 2
end
