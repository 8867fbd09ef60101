# A barrier whose counter each worker sets back when it is through: the later of them wipes an arrival at
# the next round. mori, pull request 494, and tilelang, pull request 2319, where the counter went "from 0 to
# num_blocks to 0" in each round: a counter, or a generation, that only grows.
# repair: nobody sets count back, and its waits grow from round to round
workers serial 2
word count
words done[2]
observe done
epoch
    repeat 2 as q
        queue q
            arrive[q]: SIGNAL count, 1
            wait[q]: WAIT_GE count, 2
            reset[q]: STORE_U32 0, count
            arrive2[q]: SIGNAL count, 1
            wait2[q]: WAIT_GE count, 2
            reset2[q]: STORE_U32 0, count
            done[q]: STORE_U32 1, done[q]
        end
    end
    expect done == 1, 1
end
