#!/bin/sh
# vrrl check of the correct programs of the selftest: none is blamed, and which are not known of, within 20,000
# states, is this list, with what it takes: so many states all executions have; or `more than` that were searched.
# Those with a number are SAFE by default, within 1,000,000.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/expected" <<'END'
bounded-queue          266,492
burst-of-four          more than 420,000
dispatch               more than 1,000,000
dispatch-seq-cst       more than 1,000,000
dispatch-two-steps     more than 1,000,000
dispatch-wide          more than 1,000,000
example-bounded-queue  266,492
limiter                more than 120,000
lock-three             48,239
lock-unused            43,589
queue-by-fences        more than 1,000,000
queue-of-one           52,034
queue-wide             383,440
queue-wide-by-far      383,440
semaphore              47,186
semaphore-three        343,860
semaphore-two          more than 3,700,000
seqlock-two-readers    44,527
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
awk '{ print $1 }' "$work/expected" | LC_ALL=C sort >"$work/listed"
LC_ALL=C sort "$work/found" | diff -u "$work/listed" -
