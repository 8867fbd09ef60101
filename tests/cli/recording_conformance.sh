#!/bin/sh
# A reader written from docs/format.md alone reads what the recorder writes, writes the companion
# byte for byte, and what it changes and seals the tool accepts; what it does not seal it refuses.
set -eu
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1
command -v zstd >/dev/null || { echo "no zstd here"; exit 77; }
reader() { python3 "$VRRL_SOURCE/tests/conformance/vrrl_recording.py" "$@"; }
work=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo /tmp)") # each recording is synced
trap 'rm -rf "$work"' EXIT
cd "$work"

# Programs that get stuck or fail an expectation are recorded like any other.
for file in "$VRRL_SOURCE"/examples/*.mk; do
    name=$(basename "$file" .mk)
    "$VRRL" record "$file" -o "$name.vrrd" --claim random >/dev/null || [ $? != 2 ]
    reader check "$name.vrrd" >checked || { echo "$name: $(cat checked)"; exit 1; }
done

# Runs that are longer than their log begin with a snapshot; and one of several.
printf 'word x\nepoch times 200\nATOMIC_ADD 1, x\nATOMIC_ADD 2, x\nend\n' >long.mk
for options in "--capacity 30" "--capacity 33 --snapshot-every 3" "--snapshot-every 7 --keep-all" \
    "--capacity 31 --keep-all"; do
    # shellcheck disable=SC2086  # options are meant to be split into words
    "$VRRL" record long.mk -o "long.vrrd" $options >/dev/null
    reader check long.vrrd >checked || { echo "$options: $(cat checked)"; exit 1; }
    rm -r long.vrrd
done

# Wide slots have entries of more than 240 bytes, whose checksum goes another way.
for width in 16 31 32 47 48 111 112 127 128; do
    printf 'slot_words %s\nword x\ninit x = 7\nepoch times 2\nSTORE_U32 1, x\npack ATOMIC_ADD 1, x then NOP\nend\n' \
        "$width" >wide.mk
    "$VRRL" record wide.mk -o "wide$width.vrrd" >/dev/null
    reader check "wide$width.vrrd" >checked || { cat checked; exit 1; }
done

# Record 3 is the first that is not a publish; nothing is compared of when it was claimed.
reader late wide48.vrrd 3
"$VRRL" replay wide48.vrrd >/dev/null
printf '\001' | dd of=wide48.vrrd/slots.vrrx bs=1 seek=$((64 + 3 * (64 + 4 * 48) + 25)) conv=notrunc 2>/dev/null
if "$VRRL" replay wide48.vrrd >said 2>&1; then
    echo "an entry whose checksum does not hold was accepted"
    exit 1
fi
grep -q "record 3: the companion's checksum does not hold" said
