# Message passing: the smallest thing that a megakernel does. One slot writes data and raises a
# flag; another waits for the flag and reads. The wait and the read share a slot, for a slot that
# only waits holds nothing back.
#
# What must happen: under every schedule the reader sees 42.
# result: complete
# expectations: hold

program "message passing"

word data
word flag
word seen in observable

epoch
    writer: pack STORE_U32 42, data then SIGNAL flag, 1
    reader: pack WAIT_GE flag, 1 then LOAD_U32 data, seen

    expect seen == 42
end
