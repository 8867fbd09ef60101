program "p"
words x[8]
epoch times 3
    STORE_U32 1, x[1]
end
