#!/bin/sh
# Of the errors of order, scope, fence and barrier that tools/ptx-mutants plants in the examples, `vrrl explain` offers
# to write what was there, or what is as strong at the same place. Where it offers something else alone, it is named.
set -eu
export LC_ALL=C
command -v python3 >/dev/null || { echo "skipped: python3 is absent"; exit 77; }
cd "$VRRL_SOURCE/examples/kernels"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for kernel in *.ptx; do
    python3 "$VRRL_SOURCE/tools/ptx-mutants" "$kernel" --launch "${kernel%.ptx}.launch" --vrrl "$VRRL" --repairs \
        -- --schedules 100 >"$work/said"
    # What nothing can tell from the original is no failure.
    sed -n -e '/^offered/d' -e '/^nothing/d' -e 's/ *|.*//' -e p "$work/said"
done >"$work/found"
# In split_k a fence stands before an unrolled loop of loads; fence.sc by the atomic operation in front of it, or its
# order, does it, too.
cat >"$work/expected" <<'END'
10 mutants fail; for 10 what was there is offered, for 0 something else alone, for 0 nothing
7 mutants fail; for 7 what was there is offered, for 0 something else alone, for 0 nothing
26 mutants fail; for 26 what was there is offered, for 0 something else alone, for 0 nothing
another  fence    split_k line 16 (PTX 92): delete membar.gl
6 mutants fail; for 5 what was there is offered, for 1 something else alone, for 0 nothing
8 mutants fail; for 8 what was there is offered, for 0 something else alone, for 0 nothing
END
diff -u "$work/expected" "$work/found"
