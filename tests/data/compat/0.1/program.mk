# What the recording of 0.1 ran: queues, waits, an atomic, two epochs, a prologue, floats and expectations.
program "compat"
workers serial 2
word flag
word total in observable
words a[4]
words b[4]
word sum
init a = 1.0, 2.0, 0.5, 4.0
init b = 3.0, 1.0, 2.0, 0.25
observe sum ulp 4

epoch
    writer: pack STORE_U32 42, total then SIGNAL flag, 1 on 0
    reader: pack WAIT_GE flag, 1 then ATOMIC_ADD 1, total on 1
    expect total == 43
end
epoch
    prologue
        STORE_U32 0, flag
    end
    dot: pack DOT a, b, sum, 4 then SIGNAL flag, 1 on 1
    after: pack WAIT_GE flag, 1 then ATOMIC_ADD 1, total on 0
    expect total == 44
end
