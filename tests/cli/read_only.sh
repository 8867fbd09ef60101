#!/bin/sh
# Every command that reads works from media that are mounted read-only, a tmpfs and, where there are loop
# devices for us, an ext4 image; every one that would write there says so and leaves nothing. Mounts are
# made in a namespace of their own.
. "$VRRL_SOURCE/tests/cli/lib/mounts.sh"

work=$(mktemp -d)
media=$work/media
trap 'umount "$media" 2>/dev/null || :; rm -rf "$work"' EXIT
mkdir "$media"
cd "$work"

die() {
    echo "FAILED: on $system: $*"
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
    grep -q 'Read-only file system' err && grep -q 'Fix: ' err || die "vrrl $*: what is said"
    [ ! -s out ] || die "vrrl $*: something was printed"
}

cat >run.mk <<'END'
program "p"
words x[8]
epoch times 3
    STORE_U32 1, x[1]
end
END

fill() {
    cp run.mk "$media/run.mk"
    "$VRRL" record run.mk -o "$media/run.vrrd" >/dev/null
    cp "$VRRL_SOURCE/tests/data/vectors/wrapped.vrrl" "$media/log.vrrl"
    cp "$VRRL_SOURCE/tests/data/vectors/bad-record-magic.vrrl" "$media/damaged.vrrl"
    "$VRRL" dump --format csv "$media/log.vrrl" >"$media/log.csv"
}

check_media() {
    before=$(ls -AlR "$media")
    log=$media/log.vrrl run=$media/run.vrrd
    run 0 info "$log"
    run 0 dump "$log"
    run 0 verify "$log"
    run 1 verify "$media/damaged.vrrl"
    run 0 tail -n all "$log"
    run 0 tail --mapped "$log"
    run 0 snapshot "$log" -o copy.vrrl
    cmp copy.vrrl "$log" || die "the copy"
    run 1 repair "$media/damaged.vrrl" -o repaired.vrrl
    run 0 merge "$log" "$run/slots.vrrl" -o merged.vrrl
    run 0 import --format csv --capacity 64 "$media/log.csv" imported.vrrl
    run 0 dump "$run"
    run 0 replay "$run"
    run 0 diff "$run" "$run"
    run 0 check "$run"
    run 0 check "$media/run.mk"
    run 125 replay "$log"
    run 0 explore "$media/run.mk"
    run 0 record "$media/run.mk" -o other.vrrd
    refused snapshot "$log" -o "$media/copy.vrrl"
    refused repair "$log" -o "$media/copy.vrrl"
    refused merge "$log" -o "$media/copy.vrrl"
    refused import --format csv --capacity 64 "$media/log.csv" "$media/copy.vrrl"
    refused record run.mk -o "$media/other.vrrd"
    refused record run.mk -o another.vrrd --failures-log "$log"
    for left in another.vrrd*; do [ ! -e "$left" ] || die "a refused run has left $left"; done
    rm -rf copy.vrrl repaired.vrrl merged.vrrl imported.vrrl other.vrrd
    [ "$before" = "$(ls -AlR "$media")" ] || die "the media changed"
}

system=tmpfs
mount -t tmpfs -o size=2m tmpfs "$media"
fill
mount -o remount,ro "$media"
check_media
umount "$media"

system=ext4
truncate -s 4M image
if mkfs.ext4 -q image 2>/dev/null && mount -o loop image "$media" 2>/dev/null; then
    fill
    umount "$media"
    mount -o loop,ro image "$media"
    check_media
    umount "$media"
else
    echo "left out: no ext4 image can be mounted here"
fi
