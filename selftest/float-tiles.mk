# Tiles of f32 work, each behind a wait for its inputs: y = 2x + 1, then what comes behind it.
#
#: correct float-matvec: a product with a matrix behind it
#: correct float-rmsnorm: a norm behind it
#: correct float-softmax: a softmax behind it

slot_words 24
words x[2]
words y[2]
words matrix[4]
words z[2]
word done
init x = 1.0, 2.0
init y fill 1.0
init matrix = 1.0, 0.0, 0.0, 1.0
observe z

epoch
    repeat 2 as t
        tile[t]: pack AXPY 2.0, x[t], y[t], 1 then SIGNAL done, 1
    end
    behind: pack WAIT_GE done, 2 then MEMCPY y, z, 2
#! float-matvec: behind: pack WAIT_GE done, 2 then MATVEC matrix, y, z, 2, 2, 2, 0
#! float-rmsnorm: behind: pack WAIT_GE done, 2 then RMSNORM y, x, z, 2, 1e-5
#! float-softmax: behind: pack WAIT_GE done, 2 then SOFTMAX y, z, 2

    expect done == 2
end
