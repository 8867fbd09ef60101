#!/bin/sh
# Disks that are really full: small tmpfs mounts, in a namespace of their own. What cannot begin leaves
# nothing; a run that meets the end of the disk says so, and is there up to that; what is printed is
# not lost without a word.
. "$VRRL_SOURCE/tests/cli/lib/mounts.sh"

work=$(mktemp -d)
disk=$work/disk
trap 'umount "$disk" 2>/dev/null || :; rm -rf "$work"' EXIT
mkdir "$disk"
cd "$work"

die() {
    echo "FAILED: $*"
    ls -la "$disk" "$disk"/* 2>/dev/null || :
    cat out err 2>/dev/null || :
    exit 1
}

# run CODE COMMAND ...
run() {
    wanted=$1
    shift
    code=0
    "$VRRL" "$@" >out 2>err </dev/null || code=$?
    [ $code -eq "$wanted" ] || die "vrrl $*: exit $code, $wanted was expected"
}

refused() {
    run 2 "$@"
    grep -q 'No space left on device' err && grep -q 'Fix: ' err || die "vrrl $*: what is said"
}

new_disk() {
    umount "$disk" 2>/dev/null || :
    mount -t tmpfs -o "size=$1" tmpfs "$disk"
}

# A log of 64,032 bytes, on disks that have not as much.
"$VRRL" dump --format csv "$VRRL_SOURCE/tests/data/vectors/wrapped.vrrl" >log.csv
run 0 import --format csv --capacity 1000 log.csv log.vrrl
new_disk 32k
refused snapshot log.vrrl -o "$disk/copy.vrrl"
refused repair log.vrrl -o "$disk/copy.vrrl"
refused merge -c 1000 log.vrrl -o "$disk/copy.vrrl"
refused import --format csv --capacity 1000 log.csv "$disk/copy.vrrl"
[ -z "$(ls -A "$disk")" ] || die "something was left"

# A log of failures for which there is no room.
cat >small.mk <<'END'
program "small"
word x
epoch
    STORE_U32 1, x
end
END
refused record small.mk -o small.vrrd --failures-log "$disk/failures.vrrl"
for left in small.vrrd* "$disk"/* "$disk"/.[a-z]*; do [ ! -e "$left" ] || die "$left was left"; done

# A run whose pages do not compress, on a disk that has room for half of them.
head -c 65536 /dev/urandom | od -An -v -tu4 -w4 | sed 's/ //g' >numbers
awk 'BEGIN { print "program \"long\"\nwords x[8192]\nepoch times 40" }
     NR <= 400 { printf "    STORE_U32 %s, x[%d]\n", $1, NR * 20 }
     NR > 400 && NR <= 430 { printf "    ATOMIC_ADD %s, x[%d]\n", $1, NR * 17 }
     END { print "end" }' numbers >long.mk
run 0 record long.mk -o whole.vrrd --backend reference
needed=$(du -sk --apparent-size whole.vrrd | cut -f1)
pages=$(du -sk --apparent-size whole.vrrd/pages.zst | cut -f1)
for level in process group ordered; do
    new_disk $((needed - pages / 2))k
    refused record long.mk -o "$disk/run.vrrd" --backend reference --durability $level
    [ ! -e "$disk/run.vrrd" ] || die "$level: it has the name of a run that ended"
    partial=$disk/run.vrrd.partial
    [ -e "$partial" ] || die "$level: nothing is left"
    run 0 verify "$partial/slots.vrrl"
    run 0 dump "$partial/slots.vrrl"
    run 0 replay --json "$partial"
    grep -q '"verdict": *"same"' out || die "$level: what is left does not replay to the same"
    epochs=$(sed 's/.*"epochs": *\([0-9]*\).*/\1/' out)
    [ "$epochs" -ge 5 ] && [ "$epochs" -lt 40 ] || die "$level: $epochs epochs"
    run 0 snapshot "$partial/slots.vrrl" -o copy.vrrl
    rm copy.vrrl
done
rm -rf whole.vrrd

# What is printed.
[ -w /dev/full ] || { echo "left out: there is no /dev/full"; exit 0; }
for command in "dump log.vrrl" "info log.vrrl" "verify log.vrrl" "tail log.vrrl" "--help"; do
    code=0
    # shellcheck disable=SC2086 # words of a command
    "$VRRL" $command >/dev/full 2>err || code=$?
    [ $code -eq 2 ] && grep -q 'No space left' err || die "vrrl $command >/dev/full: exit $code"
done
