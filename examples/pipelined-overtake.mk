# Pipelined workers keep several slots of their queue in flight: the order of a queue starts slots
# in order and does not end them in order. `use` stands right behind `make` in the same queue and
# does not wait for it. `workers serial 1` would make it right.
#
# What must happen: every run completes; with two in flight some schedules read 0.
# result: complete
# expectations: depend on the schedule

program "pipelined queue"

workers pipelined 1 depth 2
word data
word seen in observable

epoch
    make: STORE_U32 5, data on 0
    use:  LOAD_U32 data, seen on 0

    expect seen == 5
end
