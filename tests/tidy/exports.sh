#!/bin/sh
# libvrrl.so exports what the public headers declare, every name begins with vrrl_, and no more.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
library=$(dirname "$VRRL")/libvrrl.so

nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' |
    LC_ALL=C sort >"$work/exported"
grep -v '^vrrl_' "$work/exported" >"$work/foreign" || :
# Names followed by "(" outside comments, and extern tables.
cat "$VRRL_SOURCE"/include/vrrl/*.h "$VRRL_SOURCE"/include/vrrl/*/*.h | sed 's|/\*.*\*/||; /\/\*/,/\*\//d' |
    grep -oE '\bvrrl_[a-z0-9_]+ *(\(|\[|;)' | sed 's/[^a-z0-9_]*$//' | LC_ALL=C sort -u >"$work/declared"
LC_ALL=C comm -23 "$work/exported" "$work/declared" >"$work/undeclared"

sed 's/^/exported, but its name is not ours: /' "$work/foreign"
sed 's/^/exported, but no public header declares it: /' "$work/undeclared"
[ -s "$work/exported" ] || { echo "$library exports nothing"; exit 1; }
[ ! -s "$work/foreign" ] && [ ! -s "$work/undeclared" ]
