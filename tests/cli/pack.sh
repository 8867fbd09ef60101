#!/bin/sh
# A recording becomes one file and comes out of it byte for byte; what is damaged, hostile, killed half way or already
# there harms nobody, and nothing is written beside the folder.
set -eu
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1
. "$VRRL_SOURCE/tests/cli/lib/run.sh"
cd "$work"
tool() { python3 "$VRRL_SOURCE/tests/conformance/vrrl_pack.py" "$@"; }
examples=$VRRL_SOURCE/examples

# ---- Round trip --------------------------------------------------------------------------------

"$VRRL" record "$examples/counter-reset.mk" -o whole.vrrd >/dev/null
"$VRRL" record "$examples/counter-reset.mk" -o kept.vrrd --snapshot-every 1 >/dev/null
cp -r whole.vrrd unfinished.vrrd.partial
sed -i 's/"finished"/"recording"/' unfinished.vrrd.partial/manifest.json
cp -r whole.vrrd host.vrrd
echo 'opcode 1 = GO' >host.vrrd/host.names
for run in whole.vrrd kept.vrrd unfinished.vrrd.partial host.vrrd; do
    run 0 pack "$run" -o "$run.pack"
    says out "user memory is inside"
    lacks out "absolute path"
    tool check "$run.pack" || fail "$run.pack: not as docs/format.md says"
    run 0 unpack /dev/stdin -o "$run.again" <"$run.pack"
    says out ": $(find "$run" -type f | wc -l) files of a pack of $(wc -c <"$run.pack") bytes"
    diff -r "$run" "$run.again" || fail "$run is not what it was"
    [ ! -e "$run.pack.partial" ] && [ ! -e "$run.again.partial" ] || fail "$run: something is left"
done
run 0 replay kept.vrrd.again --from 2
run 0 diff whole.vrrd whole.vrrd.again

# Files of nobody are left out.
cp -r whole.vrrd more.vrrd
for name in notes state-1.zst.new state-01.zst state-4294967296.zst pages-.zst pages--1.zst; do echo x >"more.vrrd/$name"; done
run 0 pack more.vrrd/ -o more.pack
cmp more.pack whole.vrrd.pack

# ---- What tells of the machine -----------------------------------------------------------------

cp -r whole.vrrd paths.vrrd
sed -i 's|"name": "counters reset between epochs"|"name": "/srv/somebody/secret/x.mk"|; s|"backend": "threads"|"backend": "/opt/secret/host"|' \
    paths.vrrd/manifest.json
run 0 pack paths.vrrd -o paths.pack
says out "2 absolute paths in the manifest lost their folders"
tool check paths.pack || fail "paths.pack: not as docs/format.md says"
! grep -q secret paths.pack || fail "a path is in the pack"
run 0 unpack paths.pack -o paths.again
sed -i 's|/srv/somebody/secret/||; s|/opt/secret/||' paths.vrrd/manifest.json
diff -r paths.vrrd paths.again || fail "more than the folders is gone"

# ---- What is there, and what is none -----------------------------------------------------------

before=$(sha256sum <whole.vrrd.pack)
run 2 pack kept.vrrd -o whole.vrrd.pack
says err "already there"
[ "$before" = "$(sha256sum <whole.vrrd.pack)" ] || fail "a pack was replaced"
run 2 unpack whole.vrrd.pack -o kept.vrrd
says err "already there"
ln -s nowhere link
run 2 pack whole.vrrd -o link
run 2 unpack whole.vrrd.pack -o link
[ ! -e nowhere ] || fail "a link was followed"
run 2 pack "$work" -o none.pack
says err "it has no manifest.json"
run 2 pack whole.vrrd.pack -o none.pack
run 2 unpack whole.vrrd/slots.vrrl -o none.vrrd
says err "is no pack"
run 2 unpack whole.vrrd -o none.vrrd
run 2 unpack /dev/null -o none.vrrd
cp -r whole.vrrd links.vrrd
echo secret >secret
ln -sf ../secret links.vrrd/symbols.json
run 2 pack links.vrrd -o none.pack
says err "symbols.json is no regular file"
rm links.vrrd/symbols.json && mkfifo links.vrrd/symbols.json
run 2 pack links.vrrd -o none.pack
[ -z "$(ls -d none* 2>/dev/null)" ] || fail "something is left of what was refused"

# ---- Without memory, from a pipe, and where others get one ---------------------------------------

run 0 pack kept.vrrd -o dry.pack --no-memory
says out "user memory is left out"
says out "arguments of slots, what the host wrote before each epoch, and names are inside"
tool check dry.pack || fail "dry.pack: not as docs/format.md says"
! grep -aqE 'state-|pages-' dry.pack || fail "memory is in the pack"
cat dry.pack | run 0 unpack - -o dry.vrrd
says out "4 files of a pack"
run 0 dump dry.vrrd
run 0 info dry.vrrd
says out "the log alone can be read: dry.vrrd was packed without memory"
for command in replay check explore explain; do
    run 125 $command dry.vrrd
    says err "dry.vrrd was packed without memory: it cannot be replayed, compared or checked"
    says err "Fix: ask for a pack with memory"
done
run 125 diff kept.vrrd dry.vrrd
run 125 replay dry.vrrd/slots.vrrl --pack
says out "zeroed"
run 0 pack kept.vrrd -o json.pack --no-memory --json
says out '"memory":false'
run 1 verify whole.vrrd.pack
says out "Fix: it is a packed recording: \`vrrl unpack\` makes a recording of it."
for command in dump info replay check; do
    run 2 $command whole.vrrd.pack
    says err "whole.vrrd.pack is a packed recording: \`vrrl unpack\` makes a recording of it"
done
echo nothing | run 2 unpack - -o none.vrrd
says err "standard input is text"
says err "Fix: name a packed recording."
head -c 300 dry.pack | run 2 unpack - -o none.vrrd
says err "standard input has 300 bytes"
[ ! -e none.vrrd ] || fail "something is left of what was refused"

# ---- Damaged and hostile -----------------------------------------------------------------------

# refused FILE: with a sentence, and nothing is there afterwards.
mkdir inside
refused() {
    status=0
    "$VRRL" unpack "$1" -o inside/out.vrrd >"$work/out" 2>"$work/err" || status=$?
    [ $status -eq 2 ] || fail "$1: exit $status"
    says err "Fix: "
    [ -z "$(ls -A inside)" ] || fail "$1: left $(ls -A inside)"
}
mkdir bad
tool damage whole.vrrd.pack bad
count=0
for file in bad/*; do
    refused "$file"
    count=$((count + 1))
done
[ $count -gt 160 ] || fail "only $count damaged packs were tried"
refused bad/name-twice
says err "it has a file twice"
refused bad/name-outside
says err "a name that no file of a recording has"
refused bad/version
says err "version 2"

# ---- Killed ------------------------------------------------------------------------------------

cp -r whole.vrrd big.vrrd
dd if=/dev/urandom of=big.vrrd/slots.vrrx bs=1M count=48 2>/dev/null
for moment in 0.002 0.01 0.02 0.04 0.08; do
    timeout --signal=KILL "$moment" "$VRRL" pack big.vrrd -o big.pack >/dev/null 2>&1 || :
    [ ! -e big.pack ] || tool check big.pack || fail "a killed run left half a pack under its name"
    rm -f big.pack big.pack.partial
done
"$VRRL" pack big.vrrd -o big.pack >/dev/null
for moment in 0.002 0.01 0.02 0.04 0.08; do
    timeout --signal=KILL "$moment" "$VRRL" unpack big.pack -o big.again >/dev/null 2>&1 || :
    [ ! -e big.again ] || diff -r big.vrrd big.again || fail "a killed run left half a recording under its name"
    rm -rf big.again big.again.partial
done
: >big.again.partial
run 2 unpack big.pack -o big.again
says err "big.again.partial is already there"
: >taken.partial
run 2 pack big.vrrd -o taken
says err "its writer was killed"
