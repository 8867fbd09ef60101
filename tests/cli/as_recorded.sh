#!/bin/sh
# replay --as-recorded: slots claimed and ended as in the recorded run, with the string that repeats it; orders
# that cannot be, at the slot where, exit 125.
set -eu
export LC_ALL=C
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

die() {
    echo "FAILED: $*"
    cat out
    exit 1
}

# run CODE ARGUMENT ...
run() {
    wanted=$1 code=0
    shift
    "$VRRL" "$@" >out 2>&1 || code=$?
    [ $code -eq "$wanted" ] || die "vrrl $*: exit $code, $wanted was expected"
}

# Real threads, claims in any order: the run is followed, and the string makes it again.
for program in bounded-queue double-buffer lock-handoff missing-wait pipelined-overtake residency shutdown stale-counter; do
    for seed in 1 2 3 4 5; do
        rm -rf run.vrrd
        "$VRRL" record "$VRRL_SOURCE/examples/$program.mk" -o run.vrrd --claim random --seed $seed >/dev/null || :
        recorded=0
        "$VRRL" replay run.vrrd --as-recorded >out 2>&1 || recorded=$?
        grep -q '^AS RECORDED  [1-9][0-9]* epochs*: slots claimed and ended in the recorded order$' out ||
            die "$program: not followed"
        string=$(sed -n 's/^  again: vrrl replay run.vrrd --schedule //p' out)
        sed -n '4,$p' out >followed
        run $recorded replay run.vrrd --schedule "$string"
        cmp followed out || die "$program: the string makes another run"
    done
done

# One slot after the other, the reader first: that order, and its values, which no default has.
cat >early.mk <<'END'
word data
word seen in observable
epoch
    reader: LOAD_U32 data, seen
    writer: STORE_U32 42, data
end
END
run 0 record early.mk -o early.vrrd --backend reference
run 0 replay early.vrrd --as-recorded
grep -qx '  every slot ended in the status, and wrote the values, that are recorded' out || die "the values"
run 0 replay early.vrrd --as-recorded --json
grep -q '"as_recorded":{"string":"v1:sc.op[^"]*","epochs":1,"same":true}' out || die "JSON"

# A recording that says that the reader had ended before the writer was claimed, for whom it waits.
cat >waits.mk <<'END'
word data
word ready
word seen in observable
epoch
    writer: pack STORE_U32 42, data then SIGNAL ready, 1
    reader: pack WAIT_GE ready, 1 then LOAD_U32 data, seen
end
END
run 0 record waits.mk -o waits.vrrd --backend reference
python3 - "$VRRL_SOURCE/tests/conformance" <<'END'
import struct, sys
sys.path.insert(0, sys.argv[1])
from vrrl_recording import xxh3

log = open("waits.vrrd/slots.vrrl", "rb").read()
companion = bytearray(open("waits.vrrd/slots.vrrx", "rb").read())
size = struct.unpack_from("<I", companion, 36)[0]
orders = {0: (2, 2, 2), 1: (1, 1, 1)}  # by ring slot: claimed, ended, claimed after
for i in range((len(companion) - 64) // size):
    at, record = 64 + size * i, log[32 + 64 * i:96 + 64 * i]
    slot = struct.unpack_from("<I", record, 12)[0]
    if struct.unpack_from("<I", companion, at + 16)[0] != 2 or slot not in orders:
        continue
    claimed, ended, after = orders[slot]
    struct.pack_into("<QQ", companion, at + 24, claimed, ended)
    struct.pack_into("<Q", companion, at + 56, after)
    struct.pack_into("<Q", companion, at, xxh3(bytes(companion[at + 8:at + size]) + record))
open("waits.vrrd/slots.vrrx", "wb").write(companion)
END
run 125 replay waits.vrrd --as-recorded
grep -q 'the recorded order could not be followed: epoch 0, slot 1: reader was claimed before writer, which came first here' out || die "what is said"
grep -q 'Fix: ' out || die "no hint"

run 125 replay early.vrrd/slots.vrrl --as-recorded
grep -q 'a bare log, which has no order of claims' out || die "a bare log"
run 2 replay early.vrrd --as-recorded --backend threads
run 2 replay early.mk --as-recorded
