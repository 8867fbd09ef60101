#!/bin/sh
# vrrl snapshot: a copy of a log at rest holds what the log does; nothing is replaced; errors.
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
data=$VRRL_SOURCE/tests/data/vectors

fail() {
    echo "FAILED: $1"
    exit 1
}

for log in "$data"/*.vrrl; do
    copy=$(basename "$log")
    if ! "$VRRL" dump --format csv "$log" >dumped 2>messages; then
        ! "$VRRL" snapshot "$log" -o "$copy" 2>messages || fail "a copy of the damaged $log"
        grep -q 'Fix: ' messages || fail "no hint for $log"
        [ ! -e "$copy" ] || fail "half a copy of $log"
        continue
    fi
    "$VRRL" snapshot "$log" -o "$copy" >output || fail "snapshot $log"
    grep -q "^$copy: $(($(wc -l <dumped) - 1)) records\\{0,1\\} of " output || fail "the count of $log"
    "$VRRL" dump --format csv "$copy" | diff dumped - || fail "the copy of $log"
    "$VRRL" verify "$copy" >/dev/null || fail "verify the copy of $log"
    ! "$VRRL" snapshot "$log" -o "$copy" 2>messages || fail "a copy was replaced"
    grep -q 'Fix: ' messages || fail "no hint for a name that is taken"
done
"$VRRL" snapshot "$data/wrapped.vrrl" -o copy.vrrl --json | grep -qF \
    '"result":{"log":"copy.vrrl","records":5,"capacity":5,"left_out":0}' || fail "JSON"
# The only record of a log, whose writer was killed while it replaced that: it is left out, and that is said.
rows() {
    echo "index,timestamp_ns,slot_idx,tenant_id,opcode,arg0,arg1,arg2,arg3,epoch,slot_status,failure_class,backend_error_code,output_digest"
    echo "0,1000,0,1,0,0,0,0,0,0,,,,"
}
rows >one.csv
"$VRRL" import --capacity 1 one.csv one.vrrl >/dev/null
printf '\0\0\0\0' | dd of=one.vrrl bs=1 seek=32 conv=notrunc 2>/dev/null
"$VRRL" snapshot one.vrrl -o one-copy.vrrl >output
grep -q '^one-copy.vrrl: 0 records of .*; the oldest 1 was being replaced and is left out' output || fail "what was replaced"
"$VRRL" dump --epochs 0- one.vrrl >output 2>messages
grep -q '^vrrl dump: one.vrrl: the oldest 1 record was being replaced and is left out$' messages || fail "what was replaced"

for bad in "missing -o x" ". -o x" "wrapped.vrrl"; do
    code=0
    # shellcheck disable=SC2086  # the words of a command line
    "$VRRL" snapshot $bad >/dev/null 2>messages || code=$?
    [ $code = 2 ] || fail "snapshot $bad: exit $code"
done
