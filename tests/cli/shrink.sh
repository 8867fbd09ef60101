#!/bin/sh
# vrrl shrink: what it leaves fails again, by its string, its recording and its program file.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
graphs=$VRRL_SOURCE/tests/data/programs
cd "$work"

fail() {
    echo "shrink: $*" >&2
    exit 1
}
# status WANTED COMMAND...
status() {
    wanted=$1
    shift
    got=0
    "$@" >out 2>err || got=$?
    [ "$got" -eq "$wanted" ] || { cat out err; fail "exit $got, expected $wanted: $*"; }
}

status 1 "$VRRL" shrink "$graphs/toy-2l.drop-wait-1.json" -o min.vrrd
grep -q '^SHRUNK  value at L0.gate_proj\[t1\]' out || fail "another failure"
grep -q 'slots .* 66 -> 2$' out || fail "not two tasks"
grep -q '1-minimal' out || fail "no claim"
grep -q '^    task .L0.gate_proj\[t1\].$' min.mk || fail "not a task by its name"

# The recording differs from the reference's run at that very slot, and says why.
status 1 "$VRRL" replay min.vrrd --backend reference
grep -q '^DIVERGED  value   epoch 0   L0.gate_proj\[t1\]' out || fail "replay: another divergence"
grep -q 'why: L0.gate_proj\[t1\] reads L0.mn' out || fail "replay: no reason"
# The program file is the recorded program: nothing is left to shrink.
status 1 "$VRRL" shrink min.mk
grep -q 'slots  *2 -> 2$' out || fail "min.mk shrinks again"

# A string is for its program; what is there already is not replaced; nothing is found where nothing is.
string=$(sed -n 's/.*--schedule \(v1:[^ ]*\).*/\1/p' out)
status 1 "$VRRL" shrink min.mk --schedule "$string" --json
grep -q '"minimal":true' out || fail "json"
status 2 "$VRRL" shrink "$graphs/toy-2l.drop-wait-1.json" --schedule "$string"
status 2 "$VRRL" shrink min.mk -o min.vrrd
grep -q 'is there already' err || fail "overwrites"
ln -s nothing dangling.vrrd
status 2 "$VRRL" shrink min.mk -o dangling.vrrd
grep -q 'dangling.vrrd is there already' err || fail "follows a link"
status 0 "$VRRL" shrink "$VRRL_SOURCE/examples/message-passing.mk" --schedules 20
grep -q '^NOTHING TO SHRINK  no failure in [0-9]* schedules$' out || fail "finds what is not there"
status 125 "$VRRL" shrink "$VRRL_SOURCE/tests/data/cases/many.mk"
grep -q '^NOT KNOWN  no failure in [0-9]* schedules; not all was run: ' out || fail "a model that was not run"

# A deadlock.
status 3 "$VRRL" shrink "$VRRL_SOURCE/examples/residency.mk" -o stuck.vrrd
status 3 "$VRRL" replay stuck.vrrd --backend reference
grep -q 'never gets on: only 2 of 3 workers are resident' out || fail "another deadlock"

# A recording, whose program lies in another order than a file's.
"$VRRL" record "$VRRL_SOURCE/examples/missing-wait.mk" -o whole.vrrd >out 2>&1 || true
status 1 "$VRRL" shrink whole.vrrd
grep -q 'left: writer, reader\[' out || fail "not the two slots of a recording"

# The command that is printed works as it stands, whatever the path is.
mkdir -- "-a b" && cp -R whole.vrrd "./-a b/it's \$(1).vrrd"
status 1 "$VRRL" shrink -o "-a b/it's less.vrrd" -- "-a b/it's \$(1).vrrd"
again=$(sed -n 's/^  again: vrrl //p' out)
status 1 eval '"$VRRL"' "$again"
"$VRRL" explore -- "-a b/it's less.mk" >found || true
status 1 eval '"$VRRL"' "$(sed -n '/ vrrl replay/{s/^ *vrrl //p;q}' found)"

# A failure that needs weak memory goes on needing it: leaving out the wait would be another bug.
cat >mailbox.mk <<'END'
word letter
word flag
word other
word seen in observable
epoch
    send: pack STORE_U32 42, letter then ATOMIC_ADD 1, flag
    more: STORE_U32 7, other
    take: pack WAIT_GE flag, 1 then LOAD_U32 letter, seen
end
END
status 1 "$VRRL" shrink mailbox.mk -o less.vrrd
grep -q '^SHRUNK  value at take   2 workers, view$' out || fail "not the mailbox's failure"
grep -q 'slots  *3 -> 2$' out || fail "not two slots of the mailbox"
status 0 "$VRRL" explore less.mk --model sc,tso --schedules 500

# A program that no host publishes does not fail: it says why it cannot run.
printf 'tenant a quota 1\nepoch\n NOP tenant a\n NOP tenant a\nend\n' >refused.mk
status 2 "$VRRL" shrink refused.mk
grep -q 'its quota is 1' err || fail "no reason why it cannot run"

# Where nothing can be written is said before the hunt; a schedule that is wrong is not even looked at.
status 2 "$VRRL" shrink mailbox.mk -o nowhere/less.vrrd --schedule v1:wrong
grep -q 'write into nowhere: No such file' err || fail "shrinks before it looks where to write"
if [ -w /dev/full ]; then
    got=0
    "$VRRL" shrink mailbox.mk >/dev/full 2>err || got=$?
    [ "$got" -eq 2 ] && grep -q '^vrrl: write to the standard output' err || fail "lost output"
fi

# The recording says which schedule made it.
status 1 "$VRRL" shrink mailbox.mk -o again.vrrd
string=$(sed -n 's/^  again: .* --schedule //p' out)
status 1 "$VRRL" replay again.vrrd --backend reference
grep -q "again.vrrd: scheduled, 2 workers, schedule $string\$" out || fail "not by its schedule"
