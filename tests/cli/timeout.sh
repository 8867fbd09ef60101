#!/bin/sh
# --timeout ends an epoch on each backend, inside of a body, too: it hangs, exit code 3. Without the limit
# the scheduled backend is at this for several times as long.
set -eu
. "$VRRL_SOURCE/tests/cli/lib/run.sh"
. "$VRRL_SOURCE/tests/cli/lib/time.sh"
cd "$work"

cat >copies.mk <<'END'
words a[60000]
epoch
    repeat 50 as i
        MEMCPY a, a[30000], 30000
    end
end
END
cat >chain.mk <<'END'
word f
epoch
    repeat 60000 as i
        pack WAIT_GE f, 59999 - i then SIGNAL f, 1
    end
end
END

# hangs PROGRAM COMMAND ...: ends with 3, and says why
hangs() {
    use_ms; before=$used status=0
    timeout 600 "$VRRL" "$@" >out 2>&1 || status=$?
    [ "$status" -eq 3 ] || fail "$*: exit $status"
    grep -q 'HANG' out || fail "$*: no hang is said"
    within 20000 "$*"
}

hangs record copies.mk -o copies.vrrd --backend scheduled --timeout 0.1
hangs record chain.mk -o chain.vrrd --backend scheduled --timeout 0.02
printf 'word x\nepoch\n    MEMCPY x, x, 1\nend\n' >short.mk
"$VRRL" record short.mk -o short.vrrd --backend scheduled --timeout 0.5 >out 2>&1 || fail "a short one"
# Of a finished recording that another backend made, run again by the scheduled one.
"$VRRL" record copies.mk -o made.vrrd --backend reference --timeout 600 >out 2>&1 || fail "the reference"
hangs replay made.vrrd --backend scheduled --timeout 0.1
