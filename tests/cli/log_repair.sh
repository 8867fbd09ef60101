#!/bin/sh
# repair says what it left out, leaves the damaged log alone, and its exit code tells.
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
vectors="$VRRL_SOURCE/tests/data/vectors"

die() {
    echo "FAILED: $*" >&2
    exit 1
}

"$VRRL" repair "$vectors/partial.vrrl" -o good.vrrl >out || die "a good log: exit $?"
cmp "$vectors/partial.vrrl" good.vrrl || die "a good log is another now"
grep -q 'left out' out && die "nothing was left out of a good log"
live=$("$VRRL" verify good.vrrl | sed -n 's/.*valid, \([0-9]*\) live records.*/\1/p')
grep -q "^good.vrrl: $live records kept, " out || die "$live are there: $(cat out)"

code=0
"$VRRL" repair "$vectors/bad-record-magic.vrrl" -o mended.vrrl >out || code=$?
[ $code -eq 1 ] || die "damage: exit $code"
grep -q 'left out: 1 damaged record, at place' out || die "$(cat out)"
"$VRRL" verify mended.vrrl >out || die "$(cat out)"

code=0
"$VRRL" repair --json "$vectors/bad-header-magic.vrrl" -o header.vrrl >out || code=$?
[ $code -eq 1 ] && grep -q '"header_rebuilt":true' out || die "exit $code: $(cat out)"

code=0
"$VRRL" repair "$vectors/zero-bytes.vrrl" -o nothing.vrrl 2>err || code=$?
[ $code -eq 2 ] && grep -q 'Fix: ' err && [ ! -e nothing.vrrl ] || die "nothing to save: $(cat err)"

code=0
"$VRRL" repair "$vectors/partial.vrrl" 2>err || code=$?
[ $code -eq 2 ] && grep -q -- '-o OUT is expected' err || die "no OUT: $(cat err)"

# A recording whose writer was cut off: the companion sets the cursor.
printf 'program "p"\nwords x[8]\nepoch times 3\n    STORE_U32 1, x[1]\nend\n' >p.mk
"$VRRL" record p.mk -o p.vrrd >/dev/null
stored=$("$VRRL" repair --json p.vrrd/slots.vrrl -o whole.vrrl | sed 's/.*"cursor":\([0-9]*\).*/\1/')
printf '\0' | dd of=p.vrrd/slots.vrrl bs=1 seek=24 conv=notrunc 2>/dev/null
"$VRRL" repair p.vrrd/slots.vrrl -o cursor.vrrl >out || die "$(cat out)"
[ "$stored" -eq 0 ] || grep -q "cursor: $stored, by the companion; FILE had 0" out || die "$(cat out)"
cmp whole.vrrl cursor.vrrl || die "the cursor was not set again"
