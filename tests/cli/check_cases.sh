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
ub-null-memcpy.mk|0|SAFE
wait-word-wrap.mk|3|waits for a goal past 2^32 - 1
END
exit $failed
