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
}

main >output
[ -z "${VRRL_REFRESH:-}" ] || cp output "$expected"
diff -u "$expected" output
