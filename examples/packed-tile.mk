# A tile of real work in packed slots: wait for both inputs, compute, signal; all of it one claim.
# Waits lead, for a slot that is requeued starts again at its first operation. 32 words a slot make
# room for the operands. The values are small integers, so that f32 results are exact.
#
# What must happen: y = 3x + 1 and its copy, under every schedule.
# result: complete
# expectations: hold

program "packed tile"

slot_words 32
words x[4]
words y[4]
words copy[4]
word loaded
word cleared
word done
observe copy ulp 0

epoch
    tile: pack
        WAIT_GE loaded, 1
        WAIT_GE cleared, 1
        AXPY a=3.0, x=x, y=y, count=4
        MEMCPY from=y, to=copy, words=4
        SIGNAL done, 1
    end
    load: pack
        repeat 4 as i
            STORE_U32 0x3F800000, x[i]      # 1.0
        end
        SIGNAL loaded, 1
    end
    clear: pack
        repeat 4 as i
            STORE_U32 1.0, y[i]
        end
        SIGNAL cleared, 1
    end

    expect copy == 4.0, 4.0, 4.0, 4.0
    expect done == 1
end
