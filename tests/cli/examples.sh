#!/bin/sh
# Every example, recorded on the reference and replayed on threads with random claims. Those whose
# expectations hold are correct programs: they must never differ, in VRRL_REPEATS runs each (1000).
set -eu
examples=$VRRL_SOURCE/examples
repeats=${VRRL_REPEATS:-1000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { echo "FAIL $1" >&2; cat "$work/out" >&2; exit 1; }

correct=0
for program in "$examples"/*.mk; do
    name=$(basename "$program" .mk)
    result=$(sed -n 's/^# result: //p' "$program")
    expectations=$(sed -n 's/^# expectations: //p' "$program")
    rm -rf "$work/run.vrrd"
    status=0
    "$VRRL" record "$program" -o "$work/run.vrrd" --backend reference >"$work/out" 2>&1 || status=$?
    case $result in
    complete) [ "$status" -le 1 ] || fail "$name: recording ends with $status" ;;
    *) [ "$status" -eq 3 ] && grep -qi "^$result" "$work/out" || fail "$name: expected $result" ;;
    esac
    [ "$result" = complete ] && [ "$expectations" = hold ] || continue
    [ "$status" -eq 0 ] || fail "$name: an expectation does not hold on the reference"
    "$VRRL" replay "$work/run.vrrd" --backend threads --claim random --repeat "$repeats" \
        >"$work/out" 2>&1 || fail "$name: a correct program differs"
    grep -q "^SAME" "$work/out" || fail "$name: no verdict"
    correct=$((correct + 1))
done
[ "$correct" -ge 8 ] || fail "only $correct correct examples"
echo "$correct correct programs, $repeats runs each on threads with random claims: none differs"
