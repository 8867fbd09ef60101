#!/bin/sh
# What earlier versions wrote: their logs read, their recordings open, verify and replay, their program files mean
# the same, and their schedule strings run or are refused with the version that takes them. docs/api.md promises it.
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$VRRL_SOURCE/tests/data/compat"

# says TEXT EXIT ARGUMENT...: what vrrl prints has the text, and it ends with that code.
says() {
    text=$1 wanted=$2 code=0
    shift 2
    "$VRRL" "$@" >"$work/out" 2>&1 || code=$?
    if [ $code -ne "$wanted" ] || ! grep -q "$text" "$work/out"; then
        cat "$work/out"
        echo "vrrl $*: exit $code, and not: $text"
        exit 1
    fi
}

for version in *; do
    recording=$version/run.vrrd
    says 'valid, 13 live records' 0 verify "$recording"
    for backend in reference threads scheduled; do
        says 'SAME  2 epochs, 4 slots' 0 replay "$recording" --backend $backend
    done
    says 'SAFE' 0 check "$recording"
    # The recorded program is the one that its file still is.
    "$VRRL" record "$version/program.mk" --backend reference -o "$work/again.vrrd" >/dev/null
    says 'SAME' 0 diff "$recording" "$work/again.vrrd"
    rm -r "$work/again.vrrd"

    says 'valid, 4 live records, 1 never written' 0 verify "$version/log.vrrl"
    says '^SAME' 0 replay "$version/log.vrrl"
    "$VRRL" dump --format csv "$version/log.vrrl" >"$work/log.csv"
    cmp "$version/log.csv" "$work/log.csv"
    # A writer goes on with it, and what it writes has the same bytes.
    "$VRRL" import --capacity 5 "$version/log.csv" "$work/log.vrrl" >/dev/null
    cmp "$version/log.vrrl" "$work/log.vrrl"
    rm "$work/log.vrrl"

    schedule=$(cat "$version/schedule.txt")
    code=0
    "$VRRL" replay "$version/missing-wait.mk" --schedule "$schedule" >"$work/out" 2>&1 || code=$?
    case $code in
    1) grep -q '^DIVERGED' "$work/out" ;;
    2) grep -q 'Fix: run it with' "$work/out" ;;
    *) false ;;
    esac || { cat "$work/out"; echo "the schedule of $version: exit $code"; exit 1; }
done
