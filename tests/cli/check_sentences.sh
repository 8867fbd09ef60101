#!/bin/sh
# The text of vrrl check, whole, of the smallest program that makes it say each thing: what is left out of it,
# has another number, or is said of another, shows. Times and schedule strings are left out.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
expected="$VRRL_SOURCE/tests/cli/check_sentences.expected"
cd "$work"

# Whatever goes wrong is the exit code that is shown.
check() {
    echo "\$ vrrl check $*"
    status=0
    "$VRRL" check "$@" >out 2>&1 || status=$?
    sed -E 's/, [0-9.e+-]+ ms$/, T ms/; s/--schedule v1:[^ ]*/--schedule S/' out
    echo "exit $status"
}

program() {
    cat >"$1.mk"
    check "$1.mk"
}

main() {
    for name in cycle-1 over-wait-1 drop-wait-1 overlap-1 partial-wait-1; do
        cp "$VRRL_SOURCE/tests/data/programs/toy-2l.$name.json" "$name.json"
        check "$name.json"
    done
    sed 's/"est_bytes"/"est_byte"/g; s/L0.gate_proj\[t[12]]/L0.gate_proj[t0]/g' \
        "$VRRL_SOURCE/tests/data/programs/toy-2l.json" >misspelt.json
    check misspelt.json
    cp "$VRRL_SOURCE/tests/data/cases/tile-nobody-writes.json" .
    check tile-nobody-writes.json
    for name in residency swapped-queue; do
        cp "$VRRL_SOURCE/examples/$name.mk" .
        check "$name.mk"
    done
    cp "$VRRL_SOURCE/tests/data/repairs/barrier-reset-twice.mk" .
    check barrier-reset-twice.mk
    program equal <<'END'
word x
observe x
epoch
    a: STORE_U32 1, x
    b: STORE_U32 1, x
    c: STORE_U32 1, x
end
END
    program two-epochs <<'END'
words x[2]
epoch
    a: STORE_U32 1, x[0]
    b: STORE_U32 2, x[0]
end
epoch
    c: STORE_U32 3, x[0]
    d: STORE_U32 1, x[1]
    e: STORE_U32 2, x[1]
end
END
    program two-races <<'END'
words x[2]
words y[2]
observe x
observe y
epoch
    a: STORE_U32 1, x[0]
    b: STORE_U32 2, x[0]
    c: STORE_U32 1, x[1]
    d: MEMCPY x[1], y[0], 1
end
END
    program left-out <<'END'
word go
word data
init go = 1
epoch
    down: EXCHANGE 0, go, data
    up: STORE_RELEASE 1, go
    repeat 70 as i
        r[i]: WAIT_GE go, 1
    end
end
END
    program stuck <<'END'
word go
epoch
    up: STORE_U32 1, go
    down: STORE_U32 0, go
    repeat 70 as i
        r[i]: WAIT_GE go, 1
    end
end
epoch
    n: NOP
end
END
    program too-many <<'END'
word x
words seen[8200] in observable
epoch
    repeat 8200 as i
        r[i]: EXCHANGE 1, x, seen[i]
    end
end
END
    program scratch <<'END'
words s[3]
word o in observable
observe s scratch
epoch
    a: STORE_U32 1, s[0]
end
epoch
    b: pack LOAD_U32 s[0], o then LOAD_U32 s[1], o then LOAD_U32 s[2], o
end
END
    program ends <<'END'
word c
epoch
    w: WAIT_GE c, 1
end
epoch
    n: NOP
end
END
    # Of three pairs that slots leave open some executions show two: each pair is told once, with its repair.
    cat >two-locks.mk <<'END'
words lock[2]
word d in observable
init lock[0] = 1
init lock[1] = 1
epoch
    pack TAKE lock[0] then STORE_U32 1, d then SIGNAL lock[0], 1
    pack TAKE lock[0] then STORE_U32 2, d then SIGNAL lock[0], 1
    pack TAKE lock[1] then STORE_U32 3, d then SIGNAL lock[1], 1
end
END
    check --states 20 two-locks.mk
    # So it is told of one run, of which no repair is.
    cat >two-queues.mk <<'END'
workers serial 2
words d[2]
word x
word k
epoch
    a: ATOMIC_ADD 1, x on 0
    b: pack LOAD_ACQUIRE x, k then STORE_U32 2, d[0] on 0
    c: STORE_U32 3, d[0] on 1
end
END
    "$VRRL" record two-queues.mk -b reference -o two-queues.vrrd >out
    check --as-run two-queues.vrrd
    check --as-run --json two-queues.vrrd >json
    grep -o '"repair":[^,]*\|"told":[0-9]*' json
    # Beside a pair that slots tell of, one that they do not: the slot signals before its last access.
    cat >early-signal.mk <<'END'
words lock[2]
word d in observable
word f
word e
words r[1] in observable
init lock[0] = 1
init lock[1] = 1
epoch
    pack TAKE lock[0] then STORE_U32 1, d then SIGNAL lock[0], 1
    pack TAKE lock[1] then STORE_U32 3, d then SIGNAL lock[1], 1
    pack SIGNAL f, 1 then STORE_U32 1, e
    pack WAIT_GE f, 1 then LOAD_U32 e, r
    expect f == 1
end
END
    check --states 2 early-signal.mk
    # With its repair a program of many states: whether that is safe is not known.
    cat >four-takers.mk <<'END'
word lock
word d
word e
init lock = 1
epoch
    repeat 4 as i
        pack TAKE lock then ATOMIC_ADD 1, d then SIGNAL lock, 1
    end
    a: STORE_U32 1, e
    b: STORE_U32 2, e
end
END
    check --states 10 four-takers.mk
    # One slot waits for what comes later in the file: its order is none.
    program out-of-order <<'END'
word c
words x[2]
word y in observable
epoch
    w: WAIT_GE c, 1
    a: STORE_U32 1, x[0]
    b: STORE_U32 2, x[0]
    r: LOAD_U32 x[0], y
    s: SIGNAL c, 1
end
END
    # Fences over two ring slots, and over the host's own.
    program host-fence <<'END'
word c
epoch
    w: WAIT_GE c, 1
    f: pack BATCH_FENCE 1, 2, 0
    g: pack BATCH_FENCE 3, 1, 0
end
END
    # Once a has what it lacks, the condition does not hold any more, and the flag is down.
    program condition-lost <<'END'
words m[2]
word r
word f
words c[2]
init m[1] = 1
init f = 2
epoch
    s: pack
        TRY_SWAP m[0], c[0], m[1], r
        STORE_U32 1, f
    end
    a: pack
        WAIT_GE c[1], 1
        IF_EQ m[0], 0
        SIGNAL c[0], 1
    end
    b: pack
        WAIT_GE c[0], 1
        WAIT_GE f, 2
    end
end
END
    program not-covered <<'END'
word a
word b
words x[2]
word sum
init x = 0x45800000, 0x3f800000
init sum = 0x4b800000
observe sum relrmse 1.0
epoch
    DOT x[0], x[0], sum, 1
    DOT x[1], x[1], sum, 1
    STORE_U32 1, a
    STORE_U32 1, b
    expect a == 1
    expect b == 1
end
END
    # A command that is too long for a line.
    long=$(printf '%0200d/%0200d/%0200d/%0200d/%0200d' 1 2 3 4 5)
    mkdir -p "$long"
    cp two-queues.mk "$long/x.mk"
    check "$long/x.mk" | sed "s|$long|LONG|"
}

main >output
[ -z "${VRRL_REFRESH:-}" ] || cp output "$expected"
diff -u "$expected" output
