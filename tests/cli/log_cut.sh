#!/bin/sh
# A log that is cut while the tool writes it ends in an error, not in a signal.
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

printf 'words x[16]\nepoch times 40000\n    repeat 12 as i\n        STORE_U32 1, x[i]\n    end\nend\n' >long.mk
"$VRRL" record long.mk -o run.vrrd --backend reference >/dev/null 2>errors &
tool=$!
log=run.vrrd.partial/slots.vrrl
tries=0
until [ -e run.vrrd.partial/state-0.zst ]; do
    tries=$((tries + 1))
    [ $tries -lt 1000 ] || { echo "no recording appeared"; exit 1; }
    sleep 0.01
done
: >$log
code=0
wait $tool || code=$?
[ $code -eq 2 ] || { echo "exit $code, 2 was expected"; cat errors; exit 1; }
grep -q 'SIGBUS' errors && grep -q 'Fix: ' errors || { cat errors; exit 1; }
[ ! -e run.vrrd ] || { echo "run.vrrd is there"; exit 1; }
