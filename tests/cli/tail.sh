#!/bin/sh
# vrrl tail: the newest records as dump prints them, what a writer adds, laps, and how it ends.
set -eu
export LC_ALL=C
work=$(mktemp -d)
follower=
trap '[ -z "$follower" ] || kill "$follower" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
data=$VRRL_SOURCE/tests/data/vectors

fail() {
    echo "FAILED: $1"
    shift
    for file; do sed "s|^|$file: |" "$file"; done
    exit 1
}

# Waits until the command says yes: 10 s at most.
until_true() {
    for _ in $(seq 200); do
        "$@" && return
        sleep 0.05
    done
    fail "still not: $*"
}

# The newest N are the last lines of a dump; `all` is the whole of it.
for log in "$data"/*.vrrl; do
    "$VRRL" dump --format csv "$log" >dumped 2>/dev/null || continue
    for n in 0 1 3 all; do
        "$VRRL" tail -n $n --format csv "$log" >tailed
        count=$n
        [ $n != all ] || count=$(($(wc -l <dumped) - 1))
        { head -n 1 dumped; sed 1d dumped | tail -n "$count"; } >expected
        diff expected tailed >difference || fail "tail -n $n $log" difference
    done
    "$VRRL" dump --format csv --failures "$log" | sed 1d | tail -n 2 >expected
    "$VRRL" tail -n 2 --format csv --failures "$log" | sed 1d >tailed
    diff expected tailed >difference || fail "tail -n 2 --failures $log" difference
done

# A log of eight records and its later states; `write FROM` makes it what the file FROM is, while the
# follower sleeps, as it is not written as a writer would.
rows() { # FIRST COUNT
    echo "index,timestamp_ns,slot_idx,tenant_id,opcode,arg0,arg1,arg2,arg3,epoch,slot_status,failure_class,backend_error_code,output_digest"
    awk -v first="$1" -v count="$2" 'BEGIN { for (i = first; i < first + count; i++)
        printf "%d,%d,%d,1,0,%d,0,0,0,%d,,,,\n", i, 1000 + i, i % 4, i, i / 4 }'
}
write() {
    kill -STOP "$follower"
    dd if="$1" of=live.vrrl bs=4096 conv=notrunc 2>/dev/null
    kill -CONT "$follower"
}
for count in 0 2 5 10 40; do
    rows 0 $count >rows.csv
    "$VRRL" import --capacity 8 rows.csv at-$count.vrrl >/dev/null
done
cp at-2.vrrl live.vrrl

"$VRRL" tail -f -n 1 --format csv live.vrrl >followed 2>messages &
follower=$!
until_true grep -q '^1,1001' followed
write at-5.vrrl
until_true grep -q '^4,1004' followed
write at-10.vrrl
until_true grep -q '^1,1009' followed
# At rest before the tenth; thirty more: 22 of them are gone, and three are given up.
write at-40.vrrl
until_true grep -q '^7,1039' followed
kill -INT $follower 2>/dev/null || fail "it ended too early" messages
wait $follower || fail "interrupted, it exits with $?" messages
follower=
{ rows 0 10 | sed '2d'; rows 35 5 | sed 1d; } | awk -F, -v OFS=, 'NR > 1 { $1 %= 8 } 1' >expected
diff expected followed >difference || fail "what was followed" difference
lost=$(sed -n 's/vrrl tail: lapped, at least \([0-9]*\) records\{0,1\} lost/\1/p' messages)
[ "${lost:-26}" -le 25 ] || fail "the lap" messages

# A lap in the other formats; filters while following.
cp at-2.vrrl live.vrrl
"$VRRL" tail -f -n 0 --json --epochs 9- live.vrrl >followed &
follower=$!
sleep 0.3
write at-40.vrrl
until_true grep -q '"epoch":9' followed
# 35 is where it goes on, of which two were there: 33 are lost, which is one and whole laps.
grep -q '^{"lapped":true,"lost_at_least":1}$' followed || fail "the lap as JSON" followed
! grep -v lapped followed | grep -v '"epoch":9' || fail "the filter" followed
kill -TERM $follower
wait $follower || fail "terminated, it exits with $?"
follower=

# It ends when nobody reads on, also while nothing comes; and when the log is deleted.
cp at-5.vrrl live.vrrl
mkfifo pipe
"$VRRL" tail -f live.vrrl >pipe 2>messages &
follower=$!
head -n 2 pipe >/dev/null
wait $follower || fail "nobody reads on: exit $?" messages
"$VRRL" tail -f live.vrrl >/dev/null 2>messages &
follower=$!
sleep 0.2
rm live.vrrl
code=0
wait $follower || code=$?
follower=
[ $code = 2 ] || fail "deleted: exit $code" messages
grep -q 'deleted or replaced' messages || fail "deleted" messages

# Errors say what is wrong.
for bad in "tail" "tail missing" "tail ." "tail -n x at-2.vrrl" "tail --since yesterday at-2.vrrl"; do
    code=0
    # shellcheck disable=SC2086  # the words of a command line
    "$VRRL" $bad >/dev/null 2>messages || code=$?
    [ $code = 2 ] || fail "vrrl $bad: exit $code" messages
    grep -q 'Fix: ' messages || fail "vrrl $bad" messages
done

# Times: both ends included, in every form.
stamps() { "$VRRL" dump --format csv "$@" at-10.vrrl | sed 1d | cut -d, -f2 | tr '\n' ' '; }
[ "$(stamps --since 1005 --until 1007)" = "1005 1006 1007 " ] || fail "times in ns"
[ "$(stamps --since 1970-01-01T00:00:00.000001008Z)" = "1008 1009 " ] || fail "a time as text"
[ "$(stamps --until '1970-01-01 00:00:00.000001003')" = "1002 1003 " ] || fail "until"
[ -z "$(stamps --since 1970-01-02)" ] || fail "a day"
