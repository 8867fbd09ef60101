#!/bin/sh
# Ctrl-C and SIGTERM end a search with what it has found, and leave nobody behind.
set -eu
work=$(mktemp -d)
moment=${VRRL_RUNS:+3} # slow under the sanitizers, which set it
trap 'rm -rf "$work"' EXIT

fail() { echo "FAIL $1" >&2; cat "$work/out" >&2; exit 1; }
has() { grep -qE -- "$1" "$work/out" || fail "$what: no \"$1\""; }

. "$VRRL_SOURCE/tests/cli/lib/long_search.sh"
long_search "$work"

# interrupted STATUS SIGNAL HOW ARGUMENT ...: after a moment, by `timeout`: of the process alone
# (--foreground), or of all that it has begun, as a terminal does. A machine may be so busy that the command has not
# begun by then, and dies without a word: then after a longer one.
interrupted() {
    expected=$1 signal=$2 how=$3
    shift 3
    what="$signal $how $*"
    for after in "${moment:-0.7}" 3 10 30; do
        status=0
        # shellcheck disable=SC2086 # a word or none
        timeout --preserve-status $how --kill-after=60 --signal="$signal" "$after" "$VRRL" "$@" >"$work/out" 2>&1 ||
            status=$?
        [ ! -s "$work/out" ] && [ "$signal" != KILL ] || break
    done
    [ "$status" -eq "$expected" ] || fail "$what: exit $status, expected $expected"
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        pgrep -f "$work/" >/dev/null || return 0
        sleep 0.1
    done
    fail "$what: a process is left"
}

for signal in INT TERM; do
    [ $signal = INT ] && code=130 || code=143
    for jobs in 1 3; do
        for strategy in mix exhaustive; do
            for how in --foreground ""; do
                [ $jobs = 3 ] || [ "$how" ] || continue
                interrupted $code $signal "$how" explore "$work/large.mk" --strategy $strategy \
                    --schedules 1000000000 --jobs $jobs --outcomes r
                has '^(NO FAILURE|NOT KNOWN  no failure) +in [0-9,]+ '
                has '^  INTERRUPTED  before its end'
                has '^  outcomes  [0-9,]+'
            done
        done
    done
done
interrupted 130 INT "" explore "$work/large.mk" --schedules 1000000000 --json
has '"verdict":"interrupted","exit":130,.*"interrupted":true'

# A failure that was found is the result, interrupted or not. How long it takes to find one depends on the machine.
for moment in "${moment:-0.7}" 2 5 12 30; do
    timeout --preserve-status --kill-after=60 --signal=INT "$moment" "$VRRL" explore "$work/failing.mk" \
        --schedules 1000000000 --jobs 2 >"$work/out" 2>&1 || true
    ! grep -q '^FAILS  ' "$work/out" || break
done
interrupted 1 INT "" explore "$work/failing.mk" --schedules 1000000000 --jobs 2
has '^FAILS  '
has '^  INTERRUPTED  before its end'
has 'vrrl replay .*--schedule v1:'

# at_some_moment STATUS MOMENTS COMMAND ...: the same by SIGINT, at one moment after the other until the command
# ends so: how long it takes to get as far depends on the machine.
at_some_moment() {
    expected=$1 moments=$2
    shift 2
    what="INT  $*"
    for moment in $moments; do
        rm -rf "$work"/least.*
        status=0
        timeout --preserve-status --kill-after=60 --signal=INT "$moment" "$VRRL" "$@" >"$work/out" 2>&1 || status=$?
        [ "$status" -ne "$expected" ] || break
    done
    moment=
    [ "$status" -eq "$expected" ] || fail "$what: exit $status, expected $expected"
}

# shrink writes the smallest program so far; where nothing has failed yet, it says so.
# It is through in half a second here, and has not found the failure in a tenth elsewhere.
at_some_moment 1 "0.1 0.2 0.3 0.5 0.8 1.2 2 4" shrink "$work/failing.mk" --schedules 1000000000 --grain op \
    -o "$work/least.vrrd"
has '^SHRUNK  '
has 'not known to be minimal: it was interrupted'
status=0
"$VRRL" replay "$work/least.vrrd" >"$work/out" 2>&1 || status=$?
[ $status -le 1 ] || fail "least.vrrd: exit $status"
"$VRRL" explore "$work/least.mk" --schedules 2000 >"$work/out" 2>&1 && fail "least.mk does not fail"
for command in shrink explain; do
    interrupted 143 TERM "" $command "$work/large.mk" --schedules 1000000000 --model sc
    has '^NOTHING TO [A-Z]+  interrupted: no failure in [0-9]+ schedules so far'
    has 'Fix: '
done

# explain tells the pair and both runs, which it has by then, and leaves repairs untried.
# It is through with them in half a second here: it is stopped at one moment after the other until it is not.
for signal in INT TERM; do
    what="$signal  explain failing.mk"
    for moment in 0.1 0.15 0.2 0.3 0.4 0.6 0.9 1.3 2 3 4.5 7 10 15; do
        status=0
        timeout --preserve-status --kill-after=60 --signal=$signal $moment "$VRRL" explain "$work/failing.mk" \
            --schedules 1000000000 --grain op >"$work/out" 2>&1 || status=$?
        ! grep -q 'others were left untried' "$work/out" || break
    done
    moment=
    [ $status -eq 1 ] || fail "$what: exit $status, expected 1"
    has '^(FAILS|ONE) '
    has '^(REPAIRS, each tried alone|No repair has been tried[.])'
    has 'INTERRUPTED  before its end: others were left untried'
done

# The suite tells how far it came; what it saw by then was well.
for jobs in 1 3; do
    interrupted 130 INT "" selftest --schedules 1000000000 --jobs $jobs
    has '^INTERRUPTED  before its end: of the cases up to there'
    has '^planted  [0-9]+ of [0-9]+ found'
done
interrupted 143 TERM "" selftest --schedules 1000000000 --json
has '"verdict":"interrupted","exit":143,.*"interrupted":true'

# check says what it knows by then, in its last line: nothing yet, or that there is a race. Neither ends by itself:
# one has too many executions, the other runs its long second epoch again for each repair of the first.
cat >"$work/search.mk" <<'END'
words x[4]
words y[6]
epoch
    repeat 6 as i
        pack ATOMIC_ADD 1, x[0] then ATOMIC_ADD 1, x[1] then ATOMIC_ADD 1, x[2] then ATOMIC_ADD 1, x[3]
        LOAD_ACQUIRE x[0], y[i]
    end
end
END
for signal in INT TERM; do
    [ $signal = INT ] && code=130 || code=143
    interrupted $code $signal "" check "$work/search.mk" --states 1000000000
    has "^INTERRUPTED  $work/search.mk: NOT KNOWN; (its static check was under way|executions were being searched)\$"
done
printf 'word y\nepoch\n    STORE_U32 1, y\n    STORE_U32 2, y\nend\n' >"$work/racy.mk"
{
    printf 'words a[1000000]\nwords s[40]\n'
    cat "$work/racy.mk"
    printf 'epoch\n    repeat 40 as i\n        DOT a, a, s[i], 1000000\n    end\nend\n'
} >"$work/known.mk"
at_some_moment 1 "0.7 2 5 12 30" check "$work/known.mk"
has "^INTERRUPTED  $work/known.mk: RACE( in epoch 0; executions were being searched|; its report was being made)\$"
at_some_moment 1 "0.7 2 5 12 30" check "$work/known.mk" --json
has '"verdict":"race","exit":1,"result":{"interrupted":true,"known":"race","epoch":(0|null),"doing":"(executions|its report)[^"]*"},"findings":[[]{"id":"race-'
interrupted 130 INT "" check "$work/search.mk" --states 1000000000 --json
has '"verdict":"interrupted","exit":130,"result":{"interrupted":true,"known":"not-known","epoch":null,"doing":"[^"]*"},"findings":[[][]],"error":null}$'
interrupted 143 TERM "" check "$work/search.mk" --states 1000000000 --json
has '"verdict":"interrupted","exit":143,'
interrupted 1 INT "" check "$work/racy.mk" "$work/search.mk" --states 1000000000
has "^$work/racy.mk: RACE\$"
has "^INTERRUPTED  $work/search.mk: NOT KNOWN; "

# record and replay end with the epochs that they have run, and record leaves these.
cat >"$work/long.mk" <<'END'
words x[20480]
words y[20480]
epoch times 60000
    MEMCPY x[0], y[0], 20480
end
END
for signal in INT TERM; do
    [ $signal = INT ] && code=130 || code=143
    for backend in threads reference scheduled; do
        rm -rf "$work/long.vrrd"
        interrupted $code $signal "" record "$work/long.mk" -o "$work/long.vrrd" --backend $backend
        if grep -q '^NOT RECORDED  interrupted before the first epoch had ended, and nothing is left$' "$work/out"; then
            [ ! -e "$work/long.vrrd" ] && [ ! -e "$work/long.vrrd.partial" ] || fail "$what: something is left"
            continue
        fi
        has "^recorded $work/long.vrrd: cut short, [0-9,]+ epochs?, "
        has '^  CUT SHORT  interrupted: [0-9]+ of 60,000 epochs had ended, and no more is recorded$'
        "$VRRL" info "$work/long.vrrd" >/dev/null || fail "$what: what is left cannot be read"
    done
done
sed 's/times 60000/times 300/' "$work/long.mk" >"$work/short.mk"
"$VRRL" record "$work/short.mk" -o "$work/short.vrrd" >"$work/out"
interrupted 130 INT "" replay "$work/short.vrrd" --repeat 100000
has '^NOT KNOWN  cut before its end: [0-9]+ of 300 epochs (was|were) compared, and no difference was met$'
compared=$(sed -n 's/^NOT KNOWN  cut before its end: \([0-9]*\) of.*/\1/p' "$work/out")
[ "$compared" -le 300 ] || fail "$what: more epochs than there are"

# In the middle of an epoch, too: nothing has ended by then, and nothing is left.
cat >"$work/wide.mk" <<'END'
words x[100000]
words y[100000]
epoch
    repeat 60000
        MEMCPY x[0], y[0], 100000
    end
end
END
for backend in threads reference; do
    interrupted 130 INT "" record "$work/wide.mk" -o "$work/wide.vrrd" --backend $backend
    has '^NOT RECORDED  interrupted before the first epoch had ended, and nothing is left$'
    [ ! -e "$work/wide.vrrd" ] && [ ! -e "$work/wide.vrrd.partial" ] || fail "$what: something is left"
done

# Who is killed outright leaves no workers either.
interrupted 137 KILL --foreground explore "$work/large.mk" --strategy exhaustive --schedules 1000000000 --jobs 3
echo "interrupted searches report what they have found"
