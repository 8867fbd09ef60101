#!/bin/sh
# vrrl merge and dump of a folder, against sort(1): by timestamp, then file, then order in the file.
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
header="index,timestamp_ns,slot_idx,tenant_id,opcode,arg0,arg1,arg2,arg3,epoch,slot_status,failure_class,backend_error_code,output_digest"

fail() {
    echo "FAILED: $1"
    exit 1
}

# One log a producer, with timestamps that often tie; the third goes back and forth. Tenants tell the
# producers, arg0 counts their records.
mkdir logs
for producer in 1 2 3 4; do
    awk -v p=$producer -v header="$header" 'BEGIN {
        print header
        seed = p * 77
        for (i = 0; i < 200; i++) {
            seed = (seed * 1103515245 + 12345) % 2147483648
            time = p == 3 ? 5000 + seed % 400 : 5000 + 2 * i + seed % 3
            printf "%d,%d,%d,%d,0,%d,0,0,0,%d,,,,\n", i, time, i % 64, p, i, i / 10
        }
    }' >rows.csv
    capacity=200
    [ $producer != 2 ] || capacity=150 # has wrapped: the oldest 50 are gone
    "$VRRL" import --capacity $capacity rows.csv logs/producer-$producer.vrrl >/dev/null
    "$VRRL" dump --format csv logs/producer-$producer.vrrl | sed 1d >>all.csv
done
sort -s -t, -k2,2n -k4,4n -k6,6n all.csv >expected

"$VRRL" dump --format csv logs 2>messages | sed 1d >found
[ "$(cat messages)" = 'vrrl dump: logs/producer-3.vrrl: its timestamps go back; it was sorted' ] ||
    fail "what is said of order: $(cat messages)"
cmp expected found || fail "dump of a folder"
"$VRRL" merge logs/*.vrrl -o merged.vrrl >output 2>messages || fail "merge: $(cat messages)"
grep -q '^merged.vrrl: 750 records of 4 logs$' output || fail "the result: $(cat output)"
[ "$(cat messages)" = 'vrrl merge: logs/producer-3.vrrl: its timestamps go back; it was sorted' ] ||
    fail "what is said of order: $(cat messages)"
"$VRRL" dump --format csv merged.vrrl | sed 1d | cut -d, -f2- >found
cut -d, -f2- expected | cmp - found || fail "the merged log"

# Names decide ties, whatever the order of the arguments; the newest are kept.
"$VRRL" merge logs/producer-4.vrrl logs/producer-1.vrrl logs/producer-2.vrrl logs/producer-3.vrrl \
    -o again.vrrl >/dev/null 2>&1
cmp merged.vrrl again.vrrl || fail "the order of arguments counts"
"$VRRL" merge logs/*.vrrl -c 100 -o newest.vrrl >/dev/null 2>&1
"$VRRL" dump --format csv newest.vrrl | sed 1d | cut -d, -f2- >found
tail -n 100 expected | cut -d, -f2- | cmp - found || fail "the newest 100"
"$VRRL" dump --format csv --tenant 3 logs 2>/dev/null | sed 1d >found
awk -F, '$4 == 3' expected | cmp - found || fail "a filter on a folder"

# Filters by epoch and time give what a comparison of each record gives, ordered or not.
for log in logs/producer-1.vrrl logs/producer-2.vrrl logs/producer-3.vrrl; do
    "$VRRL" dump --format csv "$log" >dumped
    for range in 0-3 5-5 7- -2 19-30; do
        from=${range%-*} to=${range#*-}
        "$VRRL" dump --format csv --epochs $range "$log" >found 2>messages
        awk -F, -v a="${from:-0}" -v b="${to:-99}" 'NR == 1 || ($10 >= a && $10 <= b)' dumped |
            cmp - found || fail "--epochs $range $log"
    done
    "$VRRL" dump --format csv --since 5100 --until 5200 "$log" >found 2>messages
    awk -F, 'NR == 1 || ($2 >= 5100 && $2 <= 5200)' dumped | cmp - found || fail "times of $log"
done
grep -qx '# filter: timestamps are not in order, all records were read' messages || fail "not said"
"$VRRL" dump --format jsonl --since 5100 "$log" >found 2>messages
[ ! -s messages ] || fail "said beside JSON: $(cat messages)"
head -n 1 found | grep -qx '{"in_order":false,"field":"timestamp_ns"}' || fail "not said in JSON"

# Who says that a log is in order gets the same, sooner; and is told where it is not.
log=logs/producer-1.vrrl
for range in "--epochs 0-3" "--epochs 19-30" "--epochs 7-" "--since 5100 --until 5200" "--since 1"; do
    # shellcheck disable=SC2086  # an option and its argument
    "$VRRL" dump $range "$log" >dumped
    # shellcheck disable=SC2086
    "$VRRL" dump $range --sorted "$log" | cmp - dumped || fail "$range --sorted"
done
code=0
"$VRRL" dump --since 0 --sorted logs/producer-3.vrrl >found 2>messages || code=$?
[ $code = 2 ] || fail "a log that is not in order: exit $code"
grep -q 'which is out of order$' messages || fail "not said: $(cat messages)"
code=0
"$VRRL" dump --sorted "$log" >found 2>messages || code=$?
[ $code = 2 ] || fail "--sorted alone: exit $code"

mkdir empty
for bad in "dump empty" "merge" "merge logs/producer-1.vrrl" "merge missing -o x.vrrl" \
    "merge logs/producer-1.vrrl -o merged.vrrl"; do
    code=0
    # shellcheck disable=SC2086  # the words of a command line
    "$VRRL" $bad >/dev/null 2>messages || code=$?
    [ $code = 2 ] || fail "vrrl $bad: exit $code"
    grep -q 'Fix: ' messages || fail "vrrl $bad: no hint"
done
