#!/bin/sh
# A log that is cut while the tool writes it ends in an error, not in a signal.
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

mkfifo lines
"$VRRL" import --format csv --capacity 1000 lines out.vrrl 2>errors &
tool=$!
exec 3>lines # the tool has opened its input
"$VRRL" dump --format csv "$VRRL_SOURCE/tests/data/vectors/empty.vrrl" >&3
tries=0
until ls .out.vrrl.*.new >/dev/null 2>&1 && [ "$(stat -c %s .out.vrrl.*.new)" -eq 64032 ]; do
    tries=$((tries + 1))
    [ $tries -lt 200 ] || { echo "no staged file appeared"; exit 1; }
    sleep 0.05
done
for file in .out.vrrl.*.new; do
    : >"$file"
done
printf '0,1,2,3,4,5,6,7,8,9,,,,\n' >&3
exec 3>&-
code=0
wait $tool || code=$?
[ $code -eq 2 ] || { echo "exit $code, 2 was expected"; cat errors; exit 1; }
grep -q 'SIGBUS' errors && grep -q 'Fix: ' errors || { cat errors; exit 1; }
[ ! -e out.vrrl ] || { echo "out.vrrl is there"; exit 1; }
