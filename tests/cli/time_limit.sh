#!/bin/sh
# --time ends explore, explain and shrink, inside of one run, too: after a second, in which they cannot have used more
# of a processor, and a second or two to read and to tell. Without the limit each of these takes minutes.
set -eu
. "$VRRL_SOURCE/tests/cli/lib/run.sh"
. "$VRRL_SOURCE/tests/cli/lib/time.sh"
cd "$work"

printf 'words a[1000001]\nepoch\n MEMCPY a[0], a[1], 1000000\nend\n' >copy.mk
printf 'word f\nepoch\n repeat 30000 as i\n  pack WAIT_GE f, 29999 - i then SIGNAL f, 1\n end\nend\n' >chain.mk
printf 'words a[1000000]\nwords s[1000]\nepoch\n repeat 1000 as i\n  DOT a, a, s[i], 1000000\n end\nend\n' >floats.mk
printf 'words a[30000]\nwords s[4000]\nepoch\n repeat 4000 as i\n  DOT a, a, s[i], 30000\n end\nend\n' >dots.mk
printf 'word x\nepoch times 16000\n ATOMIC_ADD 1, x\nend\n' >epochs.mk

# Many epochs behind one that is large: each of them is short, and the ring is not.
printf 'word f\nepoch\n repeat 60000 as i\n  pack WAIT_GE f, i then SIGNAL f, 1\n end\nend\nepoch times 3000\n repeat 1000 as i\n  ATOMIC_ADD 1, f\n end\nend\n' >endless.mk

# A race behind a chain of 1,000: explain has many schedules to try each repair in.
cat >race.mk <<'END'
words f[1001]
words d[1001]
word seen
init f[0] = 1
epoch
    repeat 999 as i
        c[i]: pack WAIT_GE f[i], 1 then MEMCPY d[i], d[i + 1], 1 then ATOMIC_ADD 1, d[i + 1] then SIGNAL f[i + 1], 1
    end
    r: pack WAIT_GE f[500], 1 then MEMCPY d[999], seen, 1
end
END

# ends COMMAND ...: knows nothing, or nothing to tell, and says so in time.
ends() {
    use_ms; before=$used status=0
    "$VRRL" "$@" --time 1 >out 2>&1 || status=$?
    within ${most:-3000} "$*"
    [ $status -eq 125 ] || [ $status -eq 0 ] || [ $status -eq 2 ] || fail "$*: exit $status"
}
for program in copy chain floats epochs endless; do
    ends explore $program.mk
    ends explain $program.mk
    ends shrink $program.mk -o $program.vrrd
    rm -rf $program.vrrd
done
use_ms; before=$used
"$VRRL" explain race.mk --time 1 >out 2>&1 || [ $? -eq 1 ] || fail "race.mk"
within 3000 "explain race.mk"
ends explore floats.mk --grain slot
ends explore chain.mk --strategy exhaustive
most=5000 # of two processes
ends explore chain.mk --jobs 2

# record keeps what had ended.
cuts() {
    use_ms; before=$used status=0
    "$VRRL" record "$@" --time 1 >out 2>&1 || status=$?
    within 3000 "record $*"
    [ $status -eq 125 ] || fail "record $*: exit $status"
}
cuts dots.mk -o none.vrrd --backend scheduled
grep -q '^NOT RECORDED  --time was over before the first epoch had ended' out || fail "none.vrrd"
[ ! -e none.vrrd ] || fail "none.vrrd is there"
[ ! -e none.vrrd.partial ] || fail "none.vrrd.partial is there"
cuts dots.mk -o none.vrrd --backend scheduled --json
grep -q '"exit":125,"result":{"recording":null.*"cut":true,"epochs":0,' out || fail "none.vrrd"
# Inside of the second epoch: the first is there, and runs again.
sed 's/^epoch/word x\nepoch\n ATOMIC_ADD 1, x\nend\nepoch/' dots.mk >second.mk
cuts second.mk -o second.vrrd --backend scheduled
grep -q '^  CUT SHORT  --time was over: 1 of 2 epochs had ended, and no more is recorded' out || fail "second.vrrd"
"$VRRL" replay second.vrrd --backend reference >out 2>&1 || fail "second.vrrd: its replay"
grep -q '1 epoch' out || fail "second.vrrd: its replay has no epoch"
# Between two epochs: what is there is finished.
for backend in reference threads; do
    sed 's/16000/65536/' epochs.mk >many.mk
    for seconds in 0.1 0.15 0.2 0.3 0.4 0.6 0.8 1.2 1.6 2.4; do # whatever it takes to read it
        rm -rf many.vrrd
        "$VRRL" record many.mk -o many.vrrd --backend $backend --time $seconds >out 2>&1 || :
        ! grep -q '^NOT RECORDED' out || continue
        break
    done
    grep -q '^  CUT SHORT  ' out || fail "$backend: many.vrrd"
    "$VRRL" replay many.vrrd --backend reference >out 2>&1 || fail "$backend: its replay"
    rm -rf many.vrrd
done
echo "explore, explain and shrink end in time"
