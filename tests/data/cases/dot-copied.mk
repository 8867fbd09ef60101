program "a sum of floats with a tolerance, and an exact copy of it"
words x[2]
words y[2]
word sum
word out
init x = 0x45800000, 0x3f800000
init y = 0xc5800000, 0x3f800000
init sum = 0x4b800000
observe sum relrmse 1.0
observe out
epoch
    a: DOT x[0], y[0], sum, 1
    b: DOT x[1], y[1], sum, 1
end
epoch
    c: MEMCPY sum, out, 1
end
