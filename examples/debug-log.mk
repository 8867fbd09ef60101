# The debug log: PRINTF appends a record of a format id and three words. Records of different slots
# come in any order, so runs are compared by what the log holds, not by its order. Without a
# `debug_log` line it has room for exactly the records that the program writes.
#
# What must happen: every run completes, with the same twelve records in some order.
# result: complete
# expectations: hold

program "debug log"

const TRACE = 1
word done

epoch times 3
    repeat 4 as t
        trace[t]: PRINTF format=TRACE, a=t, b=t * t, c=0xC0FFEE
    end
    last: SIGNAL done, 1

    expect METRICS[8] any of 4, 8, 12           # slots of class PRINTF so far
end
