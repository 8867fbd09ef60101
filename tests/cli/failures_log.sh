#!/bin/sh
# record --failures-log keeps failures of many runs in a log of their own, and SIGUSR1 copies the log
# of a run that is under way.
set -eu
export LC_ALL=C
work=$(mktemp -d)
runner=
trap '[ -z "$runner" ] || kill "$runner" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"

fail() {
    echo "FAILED: $1"
    exit 1
}

for run in 1 2 3; do
    "$VRRL" record "$VRRL_SOURCE/examples/tenant-fault.mk" -o run-$run.vrrd \
        --failures-log failures.vrrl >/dev/null || fail "record $run"
    "$VRRL" dump --format csv --failures run-$run.vrrd/slots.vrrl | sed 1d | cut -d, -f2- >>expected
done
"$VRRL" dump --format csv failures.vrrl | sed 1d | cut -d, -f2- >found
cmp expected found || fail "the failures of three runs"
[ "$(wc -l <found)" = 6 ] || fail "two failures a run"
code=0
"$VRRL" record "$VRRL_SOURCE/examples/tenant-fault.mk" -o run-4.vrrd --failures-log . \
    >/dev/null 2>messages || code=$?
[ $code = 2 ] || fail "a folder as the log: exit $code"
grep -q 'Fix: ' messages || fail "no hint"
for left in run-4.vrrd*; do [ ! -e "$left" ] || fail "a refused run has left $left"; done

# Long enough for a signal to come in between.
{
    printf 'program "long"\n\nword counter\n\n'
    for _ in $(seq 4000); do
        printf 'epoch\n    STORE_U32 1, counter\nend\n'
    done
} >long.mk
"$VRRL" record long.mk -o long.vrrd >output 2>messages &
runner=$!
for _ in $(seq 500); do
    [ -e long.vrrd.partial/state-0.zst ] && break
    kill -0 $runner 2>/dev/null || break
    sleep 0.01
done
kill -USR1 $runner 2>/dev/null || :
wait $runner || fail "the run that was copied: $(cat messages)"
runner=
if ! [ -e long.vrrd.snapshot-1.vrrl ]; then
    [ ! -s messages ] || fail "no copy: $(cat messages)"
    echo "skipped: the run had ended before the signal came"
    exit 77
fi
grep -q '^vrrl: snapshot: long.vrrd.snapshot-1.vrrl, [0-9]* records$' messages || fail "what is said"
"$VRRL" verify long.vrrd.snapshot-1.vrrl >/dev/null || fail "the copy"
"$VRRL" dump --format csv long.vrrd.snapshot-1.vrrl >copied
count=$(($(wc -l <copied) - 1))
grep -q "^vrrl: snapshot: long.vrrd.snapshot-1.vrrl, $count records$" messages || fail "how many there are"
head -n "$(wc -l <copied)" <<FULL | cmp - copied || fail "the copy is not how the run began"
$("$VRRL" dump --format csv long.vrrd/slots.vrrl)
FULL
