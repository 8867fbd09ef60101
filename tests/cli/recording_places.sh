#!/bin/sh
# Places that cannot hold a recording: full, read-only, limited. Record says why and leaves either
# nothing, or what can be opened as unfinished.
set -u
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() {
    echo "$1"
    cat said
    failed=1
}

# refused TEXT PATH: the last run was refused with this text and a hint, and left nothing.
refused() {
    [ "$code" = 2 ] && grep -q "$1" said && grep -q 'Fix: ' said || complain "$2: not refused, or not in words"
    [ ! -e "$2" ] && [ ! -e "$2.partial" ] || complain "$2: something was left"
}

record() {
    "$VRRL" record "$@" >said 2>&1
    code=$?
}

printf 'word x\nepoch\nSTORE_U32 1, x\nend\n' >small.mk
# 20 pages of noise change in each epoch: pages.zst grows while the run goes on.
printf 'words x[40000]\nwords y[20480]\ninit x random -1.0 to 1.0 seed 3\nepoch times 40\nprologue\nMEMCPY x[0], y[0], 20480\nend\nAXPY a=0.7, x=x[7], y=y, count=20480\nMEMCPY y[0], x[0], 20480\nend\n' >large.mk

# A limit on the size of files (512-byte blocks) does what a full disk does, wherever it is.
(trap '' XFSZ; ulimit -f 0; "$VRRL" record small.mk -o a.vrrd >/dev/null 2>&1)
[ ! -e a.vrrd ] && [ ! -e a.vrrd.partial ] || { : >said; complain "a.vrrd: something was left"; }

(trap '' XFSZ; ulimit -f 3000; "$VRRL" record large.mk -o b.vrrd -b reference 2>&1; echo "[$?]") >full
cp full said
grep -q '^\[2\]' full && grep -q 'pages.zst: File too large' full && grep -q 'Fix: ' full ||
    complain "b.vrrd: a disk that fills up is not told"
[ ! -e b.vrrd ] || complain "b.vrrd: it is not whole and has its name"
"$VRRL" replay b.vrrd.partial >said 2>&1 || complain "b.vrrd.partial does not replay"
grep -q '^SAME .* epochs' said && grep -q 'unfinished' said || complain "b.vrrd.partial says nothing of it"

# Read-only and full file systems, where this user may mount one.
cat >mounted.sh <<'END'
mkdir -p "$1/full" "$1/frozen" && mount -t tmpfs -o size=16k tmpfs "$1/full" &&
    mount -t tmpfs -o ro tmpfs "$1/frozen" || exit 77
"$VRRL" record large.mk -o "$1/full/c.vrrd" -b reference >full.said 2>&1
echo $? >full.code
ls -A "$1/full" >full.left
"$VRRL" record small.mk -o "$1/frozen/c.vrrd" >frozen.said 2>&1
echo $? >frozen.code
END
if VRRL="$VRRL" unshare -rm sh mounted.sh "$work/mnt" 2>/dev/null; then
    for place in full frozen; do
        code=$(cat $place.code)
        cp $place.said said
        case $place in full) text='No space left' ;; *) text='Read-only' ;; esac
        refused "$text" "$work/$place-is-gone"
    done
    [ ! -s full.left ] || complain "a full file system: something was left: $(cat full.left)"
else
    echo "no mounting here: full and read-only file systems left out"
fi

# A folder without permission: not for root, who has it.
if [ "$(id -u)" != 0 ]; then
    mkdir closed
    chmod 555 closed
    record small.mk -o closed/c.vrrd
    refused 'Permission denied' closed/c.vrrd
    chmod 755 closed
fi

# Long paths: as long as the system lets them be, and longer.
long=$(printf '%0240d' 0)
record small.mk -o "$long" && [ "$code" = 0 ] || complain "a name of 240 bytes"
record small.mk -o "${long}1234567" && [ "$code" = 0 ] || complain "a name of 247 bytes"
record small.mk -o "${long}0123456789abcdef"
refused 'is longer than 247 bytes' "${long}0123456789abcdef"
deep=$(printf 'd/%.0s' $(seq 2100))
record small.mk -o "${deep}c.vrrd"
refused 'is longer than' "${deep}c.vrrd"

# Through links: to the folder, and to the recording.
mkdir real
ln -s real link
record small.mk -o link/d.vrrd && [ -d real/d.vrrd ] || complain "a folder behind a link"
ln -s real/d.vrrd shortcut
"$VRRL" replay shortcut >said 2>&1 || complain "a recording behind a link"
exit $failed
