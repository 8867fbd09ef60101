#!/bin/sh
# vrrl check of the smallest program of each kind on which it was once wrong: tests/data/cases/*.mk. A line of
# the table: file, exit code, how a line of the report begins.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

while IFS='|' read -r name code line; do
    [ -n "$name" ] || continue
    status=0
    "$VRRL" check "$VRRL_SOURCE/tests/data/cases/$name" >"$work/out" 2>&1 || status=$?
    if [ "$status" -ne "$code" ] || ! grep -qF "$line" "$work/out"; then
        echo "FAIL $name: exit $status, expected $code and \"$line\"" >&2
        cat "$work/out" >&2
        failed=1
    fi
done <<'END'
false-race-pipelined1.mk|0|SAFE  no race, no deadlock     exact
false-race-relaxed-add.mk|0|SAFE  no race, no deadlock     exact
last-block.mk|0|SAFE  no race, no deadlock     exact
many.mk|0|SAFE  no race, no deadlock     exact
false-safe-pipelined.mk|1|RACE  two writes    1 defect, 1 unordered pair     exact
false-safe-resident.mk|1|RACE  two writes    1 defect, 1 unordered pair     exact
pipelined-safe-vs-fails.mk|1|RACE  read before write    1 defect, 1 unordered pair     exact
../repairs/buffer-swapped.mk|1|           it only keeps the two apart: at least one of them goes by what it finds
resident-safe-vs-fails.mk|1|RACE  read before write    1 defect, 1 unordered pair     exact
../repairs/reset-forgotten.mk|1|epoch 1: RACE  read before write    1 defect, 1 unordered pair     exact
../repairs/reset-forgotten.mk|1|enough without the signal of 0; flag is 1 when epoch 1 begins, left by epoch 0
war-relaxed.mk|1|RACE  write before read    1 defect, 1 unordered pair     exact
weakcmp.mk|1|RACE  write before read    1 defect, 1 unordered pair     exact
safe-cas-cas.mk|1|ORDER DEPENDS  x is 1, and 2 in the reference's run
dot-exact.mk|1|ORDER DEPENDS  sum is 0, and 0x3f800000 in the reference's run
dot-copied.mk|1|ORDER DEPENDS  out is 0, and 0x3f800000 in the reference's run
dot-tolerance.mk|0|  assumed: sums that round stay within the tolerance of their regions
safe-fadd-fadd.mk|1|ORDER DEPENDS  m[0] is 1, and 0 in the reference's run
safe-metrics.mk|1|ORDER DEPENDS  x is 1, and 0 in the reference's run
pipelined-admit.mk|3|DEADLOCK  epoch 0 gets stuck: a waits for c >= 1, and sees 0
shrink-nop.mk|3|DEADLOCK  epoch 0 gets stuck: take[1] waits for out_ready >= 1, and sees 0
wiped-signal.mk|3|DEADLOCK  epoch 0 gets stuck: take waits for flag >= 1, and sees 0
ub-null-memcpy.mk|0|SAFE
wait-word-past.mk|3|waits for w >= g + 1, which is 0x100000000: no word can be that large
wait-word-wrap.mk|3|waits for w >= goal + 1, which is 0x100000000: no word can be that large
END

# Where an order is what lacks, a new counter is the repair, for explain, too; else both say that it hides.
judged() { # FILE, 0 or 1: whether it hides
    hides=0
    "$VRRL" check "$VRRL_SOURCE/tests/data/$1" >"$work/out" 2>&1 || :
    grep -q 'repair: a new counter' "$work/out" || { echo "FAIL $1: no new counter" >&2; failed=1; }
    grep -q 'only keeps the two apart' "$work/out" && hides=1
    "$VRRL" explain "$VRRL_SOURCE/tests/data/$1" >"$work/explained" 2>&1 || :
    told=$(sed -n 's/^  \([a-z]*\) *wait .*signals a new flag.*/\1/p' "$work/explained")
    case $hides$told in
    "0yes" | "1hides") [ $hides -eq "$2" ] && return ;;
    esac
    echo "FAIL $1: check $hides, explain \"$told\"" >&2
    failed=1
}
judged cases/resident-safe-vs-fails.mk 0
judged repairs/buffer-swapped.mk 1
judged repairs/hazard-pointer.mk 1
judged repairs/queue-link-relaxed.mk 1
exit $failed
