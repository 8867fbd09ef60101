#!/bin/sh
# The instructions in docs/ptx.md are those of the tables of src/ptx/, which `vrrl ptx --supported` prints.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$VRRL" ptx --supported >"$work/supported"
[ "$(wc -l <"$work/supported")" -gt 300 ] || { echo "there are few instructions"; exit 1; }
sed -n '/^<!-- vrrl ptx --supported -->/,$p' "$VRRL_SOURCE/docs/ptx.md" | sed -n '/^```text$/,/^```$/p' | sed '1d;$d' >"$work/documented"
diff -u "$work/documented" "$work/supported" || { echo "Fix: replace the list at the end of docs/ptx.md"; exit 1; }
