program "a sum of floats that is compared exactly"
words x[2]
words y[2]
word sum
init x = 0x45800000, 0x3f800000
init y = 0xc5800000, 0x3f800000
init sum = 0x4b800000
observe sum
epoch
    a: DOT x[0], y[0], sum, 1
    b: DOT x[1], y[1], sum, 1
end
