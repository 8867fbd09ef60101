#!/bin/sh
# Files that one may not read, or may read alone; folders that one may not write to, or not list; files
# that the file system keeps from changes. As a user that is not root: root may do anything.
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'chattr -R -i -a "$work" 2>/dev/null || :; rm -rf "$work"' EXIT
cd "$work"

die() {
    echo "FAILED: $*"
    cat out err 2>/dev/null || :
    exit 1
}

if [ "$(id -u)" -ne 0 ]; then
    as_user() { "$@"; }
elif setpriv --reuid=65534 --regid=65534 --clear-groups true 2>/dev/null; then
    as_user() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
else
    echo "skipped: we are root, and may not become anybody else"
    exit 77
fi
# The tool may lie in a folder of root's alone.
mkdir tool
chmod 755 . tool
as_user test -x "$VRRL" || { cp "$VRRL" tool/vrrl && VRRL=$work/tool/vrrl; }
as_user test -x "$VRRL" || { echo "skipped: another user may not run $VRRL"; exit 77; }

# run CODE COMMAND ...
run() {
    wanted=$1
    shift
    code=0
    as_user "$VRRL" "$@" >out 2>err </dev/null || code=$?
    [ $code -eq "$wanted" ] || die "vrrl $*: exit $code, $wanted was expected"
    [ "$wanted" -ne 2 ] || grep -q 'Fix: ' err || die "vrrl $*: no hint"
}

# refused WHY COMMAND ...
refused() {
    why=$1
    shift
    run 2 "$@"
    grep -q "$why" err || die "vrrl $*: not '$why'"
}

cat >run.mk <<'END'
program "p"
words x[8]
epoch times 3
    STORE_U32 1, x[1]
end
END
"$VRRL" record run.mk -o run.vrrd >/dev/null
cp "$VRRL_SOURCE/tests/data/vectors/wrapped.vrrl" log.vrrl
mkdir mine
[ "$(id -u)" -ne 0 ] || chown -R 65534:65534 log.vrrl run.vrrd mine
chmod 755 .

# Files that their owner may read alone, in folders that nobody may write to.
chmod 400 log.vrrl run.vrrd/*
chmod 555 . run.vrrd
for command in "info log.vrrl" "dump log.vrrl" "verify log.vrrl" "tail log.vrrl" "replay run.vrrd" \
    "diff run.vrrd run.vrrd" "check run.vrrd" "dump run.vrrd" "snapshot log.vrrl -o mine/copy.vrrl" \
    "repair log.vrrl -o mine/repaired.vrrl" "merge log.vrrl -o mine/merged.vrrl"; do
    # shellcheck disable=SC2086 # words of a command
    run 0 $command
done
cmp log.vrrl mine/copy.vrrl || die "the copy"
[ "$(id -u)" -ne 0 ] || chown root:root . # else it is ours to change
refused 'Permission denied' snapshot log.vrrl -o copy.vrrl
refused 'Permission denied' repair log.vrrl -o copy.vrrl
refused 'Permission denied' record run.mk -o other.vrrd
refused 'Permission denied' record run.mk -o mine/other.vrrd --failures-log log.vrrl
for left in mine/other.vrrd* .[a-z]*; do [ ! -e "$left" ] || die "$left was left"; done

# Files that one may not read.
chmod 755 .
chmod 200 log.vrrl
chmod 000 run.vrrd
for command in info dump verify tail "repair -o mine/no.vrrl" "snapshot -o mine/no.vrrl" \
    "merge -o mine/no.vrrl"; do
    # shellcheck disable=SC2086
    refused 'Permission denied' $command log.vrrl
done
for command in replay check "diff run.vrrd"; do
    # shellcheck disable=SC2086
    refused 'Permission denied' $command run.vrrd
done
chmod 600 log.vrrl
chmod 755 run.vrrd

# A folder that one may write to and not list: its names cannot be synced, all else works.
chmod 333 mine
run 0 snapshot log.vrrl -o mine/second.vrrl
run 0 record run.mk -o mine/second.vrrd --durability ordered
chmod 755 mine
cmp log.vrrl mine/second.vrrl || die "the second copy"
run 0 replay mine/second.vrrd

# What the file system itself keeps from changes, root's included.
if ! chattr +i log.vrrl 2>/dev/null; then
    echo "left out: this file system has no immutable files for us"
    exit 0
fi
as_user() { "$@"; }
for command in info dump verify tail "snapshot -o first.vrrl" "repair -o repaired.vrrl"; do
    # shellcheck disable=SC2086
    run 0 $command log.vrrl
done
refused 'not permitted' record run.mk -o other.vrrd --failures-log log.vrrl
for left in other.vrrd*; do [ ! -e "$left" ] || die "$left was left"; done
chattr -i log.vrrl
chattr +a log.vrrl
run 0 dump log.vrrl
refused 'not permitted' record run.mk -o other.vrrd --failures-log log.vrrl
chattr -a log.vrrl
mkdir closed
chattr +i closed
refused 'not permitted' record run.mk -o closed/run.vrrd
refused 'not permitted' snapshot log.vrrl -o closed/copy.vrrl
chattr -i closed
