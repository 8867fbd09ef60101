# A dot product in tiles: each adds its share to one f32 word, atomically. Float addition is not
# associative, so the last bits depend on the order, in correct runs too. The region says how far
# two runs may lie apart; the inputs are seeded, so that all runs have the same.
#
# What must happen: every run completes; sums differ by rounding alone and count as equal.
# result: complete
# expectations: hold

program "dot product, accumulated atomically"

const TILES = 8
const TILE = 32
words x[TILES * TILE]
words y[TILES * TILE]
word sum
word done
init x random -1.0 to 1.0 seed 7
init y random -1.0 to 1.0 seed 8
observe sum relrmse 1e-5

epoch
    repeat TILES as t
        tile[t]: pack
            DOT x[t * TILE], y[t * TILE], sum, TILE
            SIGNAL done, 1
        end
    end

    expect done == TILES
end
