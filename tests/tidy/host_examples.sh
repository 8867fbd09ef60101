#!/bin/sh
# Hosts with a ring of their own, on the installed library alone: examples/c/own_ring.c and own_ring.cc are recorded, killed
# at random, replayed, and replayed on a second build with a bug, whose diff calls the slot as the host does.
set -eu
build=$(dirname "$VRRL")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
warnings="-Wall -Wextra -Wpedantic -Werror -O2"
command -v pkg-config >/dev/null || { echo "skipped: no pkg-config"; exit 77; }
cd "$work"
cmake --install "$build" --prefix "$work/root" >installed
examples=$(find "$work/root" -type d -path '*examples/c')
libraries=$(dirname "$(find "$work/root" -name libvrrl.so)")
export LD_LIBRARY_PATH="$libraries" PKG_CONFIG_PATH="$libraries/pkgconfig"
flags="$(pkg-config --cflags --libs vrrl) -pthread"

fail() { cat printed; echo "$1"; exit 1; }
# replays CODE HOST RECORDING
replays() {
    status=0
    "./$2" replay "$3" >printed 2>&1 || status=$?
    [ "$status" -eq "$1" ] || fail "$2 replay $3: exit $status, not $1"
}
says() { grep -qF -- "$1" printed || fail "not said: $1"; }

# killed HOST DELAY: what a host leaves that is killed so long after it began to record
killed() {
    rm -rf run.vrrd.partial
    "./$1" record run.vrrd 0 >/dev/null &
    host=$!
    until ls run.vrrd.partial/state-*.zst >/dev/null 2>&1; do sleep 0.01; done
    sleep "$2"
    kill -9 $host
    wait $host 2>/dev/null || :
}

# exercise HOST WHERE VALUE RECORDS: HOST and HOST-bug differ at this slot, in this word; an epoch makes so many records
exercise() {
    "./$1" record "$1.vrrd" 20 >printed || fail "$1 record"
    replays 0 "$1" "$1.vrrd"
    says "SAME  20 epochs"
    ! command -v zstd >/dev/null || python3 "$VRRL_SOURCE/tests/conformance/vrrl_recording.py" check "$1.vrrd" >printed ||
        fail "the reader of the documents"
    "./$1" record long.vrrd $((50 * 4096 / $4)) >printed || fail "$1 record, 50 times longer than its log"
    replays 0 "$1" long.vrrd
    says "SAME  "
    says ", from epoch "
    ! command -v zstd >/dev/null || python3 "$VRRL_SOURCE/tests/conformance/vrrl_recording.py" check long.vrrd >printed ||
        fail "the reader of the documents, of a long run"
    rm -r long.vrrd
    replays 1 "$1-bug" "$1.vrrd"
    says "DIVERGED  value   epoch 0   $2"
    says "$3"
    "./$1" record again.vrrd 20 >printed || fail "$1 record"
    "$VRRL" diff "$1.vrrd" again.vrrd >printed || fail "two recordings differ"
    rm -rf again.vrrd
    status=0
    "$VRRL" check "$1.vrrd" >printed 2>&1 || status=$?
    [ $status -eq 125 ] || fail "check of a host's recording: exit $status"
    for delay in 0.3 0.11 0.07 0.03 0; do
        killed "$1" $delay
        status=0
        "./$1" replay run.vrrd.partial >printed 2>&1 || status=$?
        [ $status -eq 0 ] || grep -q 'is unfinished: its process was killed before' printed ||
            fail "$1, killed: exit $status"
        [ $delay != 0.3 ] || says SAME
    done
}

# shellcheck disable=SC2086  # flags are meant to be split into words
for bug in "" -bug; do
    define=
    [ -z "$bug" ] || define=-DBUG
    ${CC:-cc} -std=c11 $warnings $define "$examples/own_ring.c" $flags -o "own_ring$bug"
done
exercise own_ring "SCALE tile=2 factor=1" "scaled[32]   recorded 32, replayed 64" 14
command -v g++ >/dev/null || { echo "skipped: no g++"; exit 77; }
# shellcheck disable=SC2086
for bug in "" -bug; do
    define=
    [ -z "$bug" ] || define=-DBUG
    g++ -std=c++17 $warnings $define "$examples/own_ring.cc" $flags -o "rows$bug"
done
exercise rows "DOT row=1 ready=1" "dots[1]   recorded 74928, replayed 70959" 19

# A slot that never ends is recorded with what it waits for, and hangs again in a replay.
./rows hang hang.vrrd >printed || fail "rows hang"
replays 3 rows hang.vrrd
says "HANG  epoch 2   1 slot had not ended"
says "in flight  DOT row=3 ready=3"
says "claimed, and not back; waits for ready[3] >= 3, sees 2"
says "which reported transient-queue (dispatch failed)"
"$VRRL" info hang.vrrd >printed || fail "info: exit $?"
says "recorded   by two queues, which reported transient-queue (dispatch failed)"
says "in flight  DOT row=3 ready=3  slot 6  worker 0"
says "claimed, and not back; waits for ready[3] >= 3, sees 2"
