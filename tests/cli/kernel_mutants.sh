#!/bin/sh
# Errors planted in the PTX of each example, one at a time by rule (tools/ptx-mutants): an order dropped, a scope
# narrowed, a fence, barrier, wait or reset deleted, flag and data swapped, a count off by one. Each is found, or stands
# in tests/data/kernels/equivalent with its reason.
set -eu
command -v python3 >/dev/null || { echo "skipped: python3 is absent"; exit 77; }
cd "$VRRL_SOURCE/examples/kernels"
mutants=0
for kernel in *.ptx; do
    name=${kernel%.ptx}
    said=$(python3 "$VRRL_SOURCE/tools/ptx-mutants" "$kernel" --launch "$name.launch" --vrrl "$VRRL" \
        --known "$VRRL_SOURCE/tests/data/kernels/equivalent/$name.tsv" -- --schedules 1000 --stop-first) ||
        { printf '%s:\n%s\n' "$kernel" "$said"; exit 1; }
    mutants=$((mutants + $(printf '%s\n' "$said" | sed -n 's/^\([0-9]*\) mutants.*/\1/p')))
done
[ "$mutants" -ge 100 ] || { echo "only $mutants mutants"; exit 1; }
