#!/bin/sh
# vrrl selftest: each planted bug is found under its model, no correct program is blamed; the result
# does not depend on the number of jobs; docs/selftest.md lists what is planted.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
schedules=${VRRL_SELFTEST_SCHEDULES:-300}

fail() { echo "FAIL $1" >&2; [ -z "${2-}" ] || cat "$2" >&2; exit 1; }

"$VRRL" selftest --schedules "$schedules" --jobs 2 --verbose >"$work/out" 2>&1 ||
    fail "a bug was missed, or a program blamed" "$work/out"
grep -q "kill rate 100.0 %" "$work/out" || fail "no kill rate" "$work/out"
grep -q "^correct  0 of [0-9]* blamed" "$work/out" || fail "no count of the blamed" "$work/out"

# Fewer schedules than a bug takes: it is missed, and the exit code says so.
status=0
"$VRRL" selftest --filter aba-untagged --schedules 1 --strategy random >"$work/one" || status=$?
[ "$status" -eq 1 ] || fail "exit $status where a bug was missed" "$work/one"
grep -q "^aba-untagged *MISSED" "$work/one" || fail "a miss that is not named" "$work/one"
status=0
"$VRRL" selftest --filter no-such-case >"$work/none" 2>&1 || status=$?
[ "$status" -eq 2 ] || fail "exit $status for a filter that names nothing" "$work/none"

"$VRRL" selftest --filter message --schedules 100 --jobs 1 --json >"$work/1"
"$VRRL" selftest --filter message --schedules 100 --jobs 3 --json >"$work/3"
sed 's/,"seconds":[0-9.]*//' "$work/1" >"$work/1.same"
sed 's/,"seconds":[0-9.]*//' "$work/3" >"$work/3.same"
cmp "$work/1.same" "$work/3.same" || fail "jobs change the result"

# Each failure comes with a string that repeats it in another process, also where the bug is in the
# machine; nothing but selftest has such a machine.
awk '/^    vrrl selftest --replay /{ print kind, $4; next } { kind = $6 }' "$work/out" >"$work/strings"
planted=$(grep -c '^[^ ]* *found ' "$work/out")
[ "$(wc -l <"$work/strings")" -eq "$planted" ] || fail "not each planted bug has a schedule string"
while read -r kind string; do
    status=0
    "$VRRL" selftest --replay "$string" --json >"$work/again" 2>&1 || status=$?
    grep -q "\"kind\":\"$kind\"" "$work/again" || fail "no $kind: --replay $string" "$work/again"
    case $kind in
    value | status | expect) [ $status -eq 1 ] ;;
    *) [ $status -eq 3 ] ;;
    esac || fail "exit $status: --replay $string" "$work/again"
done <"$work/strings"
[ "$(grep -c '\.m[A-Z][A-Z0-9_]*-[a-z]*-[a-z]*\.y' "$work/strings")" -ge 19 ] || fail "few bugs in opcodes"
[ "$(grep -c '\.m[a-z]*-[a-z]*\.y' "$work/strings")" -ge 4 ] || fail "few bugs in the protocol"

refused() { # TEXT COMMAND ...
    text=$1
    shift
    status=0
    "$VRRL" "$@" >"$work/refused" 2>&1 || status=$?
    [ $status -eq 2 ] && grep -q "$text" "$work/refused" && grep -q "Fix: " "$work/refused" ||
        fail "exit $status: $*" "$work/refused"
}
name=mutant-swap-torn
string=$(sed -n "/^$name /{n;s/.*--replay //p;}" "$work/out")
"$VRRL" selftest --print $name >"$work/planted.mk"
for command in "replay $work/planted.mk" "shrink $work/planted.mk" "explain $work/planted.mk"; do
    # shellcheck disable=SC2086 # several words
    refused "of a machine with the bug [A-Z_]*.cas.tear, and this one has none" $command --schedule "$string"
done
refused "checksum" selftest --replay "${string%?}"
refused "of no case of the suite" selftest --replay v1:sc.op.w2.y1.a94124800a96.c9.AwADBBQMAAwAIAA.357014f7
"$VRRL" selftest --filter $name --schedules "$schedules" --json >"$work/json"
grep -qF "\"string\":\"$string\"" "$work/json" || fail "no schedule" "$work/json"

# The program of a case is a program file, and fails by itself.
"$VRRL" selftest --print dropped-wait >"$work/bug.mk"
status=0
"$VRRL" explore "$work/bug.mk" --schedules 100 >"$work/explored" 2>&1 || status=$?
[ "$status" -eq 1 ] || fail "explore ends with $status" "$work/explored"

"$VRRL" selftest --list | while read -r name model summary; do
    [ "$model" = - ] && continue
    grep -qxF "| \`$name\` | $model | $summary |" "$VRRL_SOURCE/docs/selftest.md" ||
        fail "docs/selftest.md has no line \"| \`$name\` | $model | $summary |\""
done
sed -n '$p;/^planted/p;/^correct /p' "$work/out"
