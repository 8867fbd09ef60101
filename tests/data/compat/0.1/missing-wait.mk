# A missing wait: four tiles read what one slot writes, and one of them forgot to wait for it. The
# odd one out is reader[2]: where it is claimed before the writer, it reads the old value.
#
# What must happen: every run completes; in some schedules seen[2] is 0.
# result: complete
# expectations: depend on the schedule

program "missing wait"

const READERS = 4
word data
word ready
words seen[READERS] in observable

epoch
    writer: pack STORE_U32 42, data then SIGNAL ready, 1
    repeat 2 as i
        reader[i]: pack WAIT_GE ready, 1 then LOAD_U32 data, seen[i]
    end
    reader[2]: LOAD_U32 data, seen[2]           # no wait
    reader[3]: pack WAIT_GE ready, 1 then LOAD_U32 data, seen[3]

    expect seen == 42, 42, 42, 42
end
