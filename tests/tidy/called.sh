#!/bin/sh
# A function of src/ that is not static is public, or another file of src/ or the tool calls it: what only tests
# call stands in tests/unit/. The exceptions are where a test takes the place of the world, or looks at the whole
# of what a caller sees in part.
set -eu
export LC_ALL=C
build=$(dirname "$VRRL")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$VRRL_SOURCE"

# NAME, then why it is there.
cat >"$work/excepted" <<'EXCEPTED'
calibrated_begin        samples of the clock are given, which are the hardware's otherwise
calibrated_compare      the same, later
log_snapshot_over       the bytes of the log are given, and change as they are read
log_tail_over           the same
monitored_run_by        the choices are given: what the monitor tells is compared with what they make
sched_exhaust_by        a search with some of the reductions is compared with one without
selftest_of             programs are given, among them one that is wrong
slot_engine_arena       the whole arena, against which the words that a run changed are held
step_fixed              ops/stepped.h calls it, inline, and who steps bodies has it: engine/body.c
step_text               each kind of step alone; reports show lists of steps
EXCEPTED

objects=$build/CMakeFiles/vrrl_objects.dir/src
{
    find src -name '*.c' | sed "s|^src/\(.*\)|$objects/\1.o|" | xargs nm -A | sed 's|^[^:]*/src/|src/|'
    find "$build/cli" -name '*.c.o' -print0 | xargs -0 nm -A | sed 's|^[^:]*|cli|'
} | sed 's|:| |' >"$work/symbols"
awk '$(NF - 1) == "T" && $NF !~ /^(vrrl_|main$)/ && $1 != "cli" { home[$NF] = $1 }
    $(NF - 1) == "U" { used[$NF] }
    END { for (name in home) if (!(name in used)) print name, home[name] }' "$work/symbols" | sort >"$work/lonely"
[ -s "$work/symbols" ] || { echo "no objects in $objects"; exit 1; }
sed 's/ .*//' "$work/excepted" >"$work/names"
{
    join -v 1 "$work/lonely" "$work/names" | sed 's/\(.*\) \(.*\)/\2: nobody but tests calls \1 from outside/'
    join -v 2 "$work/lonely" "$work/names" | sed 's/^/no exception any more: /'
} >"$work/wrong"
cat "$work/wrong"
[ ! -s "$work/wrong" ]
