#!/bin/sh
# vrrl selftest: each planted bug is found under its model, no correct program is blamed; the result
# does not depend on the number of jobs; docs/selftest.md lists what is planted.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
schedules=${VRRL_SELFTEST_SCHEDULES:-300}

fail() { echo "FAIL $1" >&2; [ -z "${2-}" ] || cat "$2" >&2; exit 1; }

"$VRRL" selftest --schedules "$schedules" --jobs 2 >"$work/out" 2>&1 ||
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
sed -n '$p;/^planted/p;/^correct/p' "$work/out"
