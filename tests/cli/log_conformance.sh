#!/bin/sh
# The tool against the reader and writer in tests/conformance/vrrl_log.py, which know only
# docs/format.md, and that against the golden files.
set -eu
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }
export PYTHONDONTWRITEBYTECODE=1
reader() { python3 "$VRRL_SOURCE/tests/conformance/vrrl_log.py" "$@"; }
vectors="$VRRL_SOURCE/tests/data/vectors"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

for file in "$vectors"/*.vrrl; do
    name=$(basename "$file" .vrrl)
    reader expect "$file" >expect
    cmp expect "$vectors/$name.expect"
    # Damaged files have no CSV.
    if ! grep -q '^error' expect; then
        "$VRRL" dump --format csv "$file" >theirs
        reader read "$file" >ours
        cmp theirs ours
    fi
done
for ops in "$vectors"/*.ops; do
    name=$(basename "$ops" .ops)
    capacity=$(sed -n '1s/capacity=//p' "$ops")
    reader write "$ops" written.vrrl
    cmp written.vrrl "$vectors/$name.vrrl"
    "$VRRL" verify written.vrrl >/dev/null
    # What the tool writes, the other reads, and the other way round.
    "$VRRL" dump --format csv written.vrrl >written.csv
    rm -f ours.vrrl
    "$VRRL" import --format csv --capacity "$capacity" written.csv ours.vrrl >/dev/null
    reader read ours.vrrl | cmp - written.csv
done
