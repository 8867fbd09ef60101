#!/bin/sh
# The suite's correct programs on threads with random claims against the reference: what the search
# does not blame is correct elsewhere, too, and each opcode does the same there. A planted bug of a
# program that needs no weak memory shows there as well.
set -eu
repeats=$((${VRRL_REPEATS:-1000} / 50))
[ "$repeats" -ge 1 ] || repeats=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { echo "FAIL $1" >&2; cat "$work/out" >&2; exit 1; }

# Runs NAME on the reference, then so many times on threads; its exit status is the replay's.
compare() {
    "$VRRL" selftest --print "$1" >"$work/case.mk"
    rm -rf "$work/run.vrrd"
    "$VRRL" record "$work/case.mk" -o "$work/run.vrrd" --backend reference >"$work/out" 2>&1 ||
        fail "$1: the reference ends with $?"
    "$VRRL" replay "$work/run.vrrd" --backend threads --claim random --repeat "$2" \
        >"$work/out" 2>&1
}

"$VRRL" selftest --list >"$work/list"
correct=0
while read -r name model _; do
    [ "$model" = - ] || continue
    compare "$name" "$repeats" || fail "$name: a correct program differs"
    grep -q "^SAME" "$work/out" || fail "$name: no verdict"
    correct=$((correct + 1))
done <"$work/list"
[ "$correct" -ge 100 ] || fail "only $correct correct programs"

! compare dropped-wait 200 || fail "dropped-wait: 200 runs on threads, and none differs"
grep -q "^DIVERGED" "$work/out" || fail "dropped-wait: no verdict"
echo "$correct correct programs, $repeats runs each on threads with random claims: none differs"
