#!/bin/sh
# One run by its schedule string: the same words every time, whatever the process; and refusals.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$VRRL_SOURCE/examples/missing-wait.mk" "$VRRL_SOURCE/examples/stale-counter.mk" \
    "$VRRL_SOURCE/examples/residency.mk" "$VRRL_SOURCE/examples/message-passing.mk" "$work"
cd "$work" || exit 1
race=v1:sc.op.w2.y1.a94124800a96.c9.AwADBBQMAAwAIAA.357014f7
stale=v1:sc.op.w2.y1.ac885da6ceab.c18.AwECAAgPAQEUBAQcFwEDCAQIAAQJAAQA.67121a63
stuck=v1:sc.op.w0.y1.d183ce4c26e1.c0..b0e8a048

show() {
    echo "\$ vrrl $*"
    "$VRRL" "$@" 2>errors >printed
    code=$?
    sed 's/"version":"[^"]*"/"version":"V"/' printed
    sed 's/^/! /' errors
    echo "[$code]"
}

{
    show replay missing-wait.mk --schedule $race
    show replay missing-wait.mk --schedule $race --json
    show replay stale-counter.mk --schedule $stale
    show replay stale-counter.mk --schedule $stale --json
    show replay residency.mk --schedule $stuck
    show replay message-passing.mk --schedule $race
    show replay missing-wait.mk --schedule ${race%?}
    show replay missing-wait.mk --schedule ${race}0
    show replay missing-wait.mk --schedule v2:sc.op
    show replay missing-wait.mk
    show replay missing-wait.mk --schedule @nosuch
    show replay missing-wait.mk --schedule $race --backend threads
    show replay missing-wait.mk --schedule $race --steps 2
} >output

expected=$VRRL_SOURCE/tests/cli/schedules.expected
if [ -n "${VRRL_REFRESH:-}" ]; then
    cp output "$expected"
fi
diff -u "$expected" output || exit 1

# Seven slots store to a word: 21 pairs race, and sixteen are listed.
printf 'word x\nepoch\n repeat 7 as i\n  STORE_U32 i + 1, x\n end\nend\n' >seven.mk
seven=$("$VRRL" check seven.mk | sed -n 's/^.*vrrl replay .*--schedule //p' | head -n 1)
"$VRRL" replay seven.mk --schedule "$seven" >out
[ "$(grep -c ' and nothing orders the two$' out)" -eq 16 ] || exit 1
grep -q '^  and 5 more pairs of slots race$' out || exit 1

# A recording's program, standard input and a file are the same run.
"$VRRL" record missing-wait.mk -o run.vrrd --backend reference >/dev/null || exit 1
"$VRRL" replay missing-wait.mk --schedule $race >one
for _ in 1 2 3 4 5; do
    echo $race >string
    "$VRRL" replay missing-wait.mk --schedule @string | cmp - one || exit 1
    "$VRRL" replay missing-wait.mk --schedule - <string | cmp - one || exit 1
    "$VRRL" replay run.vrrd --schedule $race | cmp - one || exit 1
done
head -c 100000 /dev/zero >long
"$VRRL" replay missing-wait.mk --schedule @long 2>errors && exit 1
grep -q "holds more than a schedule string may" errors
