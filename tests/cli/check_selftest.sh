#!/bin/sh
# vrrl check of the correct programs of the selftest: none is blamed, and which are not known of, within 20,000
# states, is this list: each has more executions than that. (dispatch, its variants and queue-by-fences have more
# than 1,000,000 states, too.)
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/expected" <<'END'
burst-of-four
bounded-queue
dispatch
dispatch-seq-cst
dispatch-two-steps
dispatch-wide
example-bounded-queue
limiter
lock-three
lock-unused
queue-by-fences
queue-of-one
queue-wide
queue-wide-by-far
semaphore
semaphore-three
semaphore-two
seqlock-two-readers
END
"$VRRL" selftest --list | awk '$2 == "-" { print $1 }' >"$work/names"
while IFS= read -r name; do
    "$VRRL" selftest --print "$name" >"$work/program.mk"
    status=0
    "$VRRL" check --states 20000 "$work/program.mk" >"$work/out" 2>&1 || status=$?
    case $status in
    0) ;;
    125) echo "$name" >>"$work/found" ;;
    *) echo "FAIL $name is correct: exit $status" >&2; cat "$work/out" >&2; exit 1 ;;
    esac
done <"$work/names"
LC_ALL=C sort "$work/expected" >"$work/listed"
LC_ALL=C sort "$work/found" | diff -u "$work/listed" -
