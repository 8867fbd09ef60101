#!/bin/sh
# vrrl explore: every example ends as its header says, in every model and with every number of
# workers; what is found does not depend on the number of processes; exit codes.
set -eu
examples=$VRRL_SOURCE/examples
schedules=${VRRL_SCHEDULES:-2000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { echo "FAIL $1" >&2; cat "$work/out" >&2; exit 1; }

# run STATUS ARGUMENT ...: explores, and expects this exit code.
run() {
    expected=$1
    shift
    status=0
    "$VRRL" explore "$@" >"$work/out" 2>&1 || status=$?
    [ "$status" -eq "$expected" ] || fail "explore $*: exit $status, expected $expected"
}
# has TEXT: the output of the last run.
has() { grep -qF -- "$1" "$work/out" || fail "no \"$1\""; }

right=0
for program in "$examples"/*.mk; do
    case $(sed -n 's/^# result: //p' "$program"),$(sed -n 's/^# expectations: //p' "$program") in
    complete,hold | shutdown,*) expected=0 right=$((right + 1)) ;;
    complete,*) expected=1 ;;
    *) expected=3 ;;
    esac
    run $expected "$program" --schedules "$schedules" --grain op
    case $expected in
    0) has "NO FAILURE" ;;
    *) has "FAILS" ;;
    esac
done
[ "$right" -ge 8 ] || fail "only $right correct examples"

# The report names slots and words, and says where the defect shows.
run 1 "$examples/missing-wait.mk" --schedules 500 --strategy random
has "seen[2] is 0, expected 42"
has "with writer"
has "weakest memory needed  sc"
run 3 "$examples/swapped-queue.mk" --schedules 10
has "deadlock  consume: produced is 0, expected 1"

# One race of many pairs of slots is one entry; --json tells which defects are of it.
run 1 "$examples/missing-war-wait.mk" --schedules 2000
[ "$(grep -c '^  value ' "$work/out")" -eq 2 ] || fail "another number of entries than 2"
has "FAILS  2 defects in "
has "more like it, of consume and produce: --json has them all"
run 1 "$examples/missing-war-wait.mk" --schedules 2000 --json
[ "$(grep -o '"group":[0-9]*' "$work/out" | sort -u | wc -l)" -eq 2 ] || fail "another number of groups"
[ "$(grep -o '"group":[0-9]*' "$work/out" | wc -l)" -gt 2 ] || fail "no more defects than groups"

# Where the reference itself gets stuck, a schedule that does not is no failure.
cat >"$work/reference-stuck.mk" <<'END'
word x
word seen in observable
epoch
    take: TAKE x
    look: pack WAIT_GE x, 1 then LOAD_U32 x, seen
    SIGNAL x, 1
end
END
run 3 "$work/reference-stuck.mk" --strategy exhaustive --workers 1 --model sc
has "deadlock  look: x is 0, expected 1"
has "1/2*"

# A slot that writes an ignored word and another is judged by the words at the end.
cat >"$work/ignored.mk" <<'END'
workers serial 2
word y
word x
word r0
observe r0 ignore
observe x
epoch
    pack STORE_U32 1, x then MEMCPY y, r0, 1 on 0
    STORE_U32 1, y on 1
end
END
run 0 "$work/ignored.mk"
sed 's/STORE_U32 1, x then MEMCPY y, r0, 1/MEMCPY y, r0, 1 then MEMCPY y, x, 1/' "$work/ignored.mk" \
    >"$work/both.mk"
run 1 "$work/both.mk"
has "x is 1, expected 0"

# The command that comes with each defect shows it again, and again.
again() {
    grep '^ *vrrl replay ' "$work/out" >"$work/commands"
    while read -r _ command; do # its words are quoted where they have to be
        for time in 1 2; do
            status=0
            eval "\"\$VRRL\" $command" >"$work/again-$time" 2>&1 || status=$?
            [ "$status" -eq "$1" ] || fail "$command: exit $status, expected $1"
        done
        cmp "$work/again-1" "$work/again-2" || fail "$command: another run the second time"
    done <"$work/commands"
    [ -s "$work/commands" ] || fail "no command"
}
for name in missing-wait missing-war-wait stale-counter pipelined-overtake; do
    run 1 "$examples/$name.mk" --schedules 200
    again 1
done
run 3 "$examples/residency.mk" --schedules 50
has "DEADLOCK  epoch 0   4 slots can never end   1 root"
has "its worker never gets on: only 2 of 3 workers are resident"
again 3
# What words hold that nobody has come to wait for is known of a run, and of the one that replays it.
cat >"$work/flag-down.mk" <<'END'
workers serial 3
words c[2]
init c[0] = 2
epoch
    s: STORE_U32 1, c[0] on 0
    a: WAIT_GE c[1], 1 on 2
    b: WAIT_GE c[0], 2 on 2
end
END
run 3 "$work/flag-down.mk" --schedules 50
has "DEADLOCK  epoch 0   2 slots can never end   2 roots"
has "its one producer has ended (1 of 1): it stays 1"
again 3
grep -qF "it stays 1" "$work/again-1" || fail "the replay has another root"
status=0
"$VRRL" record "$work/flag-down.mk" -o "$work/down.vrrd" --backend reference >"$work/out" || status=$?
[ "$status" -eq 3 ] || fail "record: exit $status"
has "others may show: what 1 word held is not known"
status=0
"$VRRL" replay "$work/down.vrrd" >"$work/out" || status=$?
has "it stays 1"
! grep -q "others may show" "$work/out" || fail "a replay does not know what words held"
# Whom a shutdown leaves, who lacks nothing any more.
cat >"$work/left.mk" <<'END'
workers pipelined 1 depth 2
words c[2]
words r[3]
epoch
    pack SIGNAL c[0], 1 on 0
    pack WAIT_GE c[0], 1 then MEMCPY r[0], r[1], 1 then SIGNAL c[0], 1 on 0
    left: pack WAIT_GE c[0], 2 then MEMCPY r[0], r[2], 1 on 0
    SHUTDOWN on 0
end
END
run 3 "$work/left.mk" --model view
has "shutdown  left"
! grep -q "expected" "$work/out" || fail "it waits for what has come"
has "no worker had taken it when the epoch was over"
# The program lets all queues run; the setup does not.
printf 'workers serial 2\nword c\nepoch\na: WAIT_GE c, 1 on 0\nb: SIGNAL c, 1 on 1\nend\n' >"$work/queues.mk"
run 3 "$work/queues.mk" --workers 1
"$VRRL" explain "$work/queues.mk" --workers 1 >"$work/out" || :
has "its worker never gets on: only 1 of 2 workers are resident"
run 3 "$work/queues.mk" --workers 1 --in-flight 1 --json
has '"in_flight":1,'
run 0 "$work/queues.mk" --json
has '"in_flight":null,'
graph=$VRRL_SOURCE/tests/data/programs/toy-2l.drop-wait-1.json
for more in "" "--assign rr:4" "--assign rr:4 --pipelined 2 --steps 2"; do
    # shellcheck disable=SC2086 # several words
    run 1 "$graph" --schedules 100 $more
    has "L0.gate_proj[t1]"
    has "with L0.post_norm"
    again 1
done
run 3 "$graph" --schedules 20 --assign rr:4 --resident 2
again 3

# All schedules of small programs; mix searches them all where they are few.
for strategy in exhaustive mix; do
    run 0 "$examples/message-passing.mk" --strategy $strategy
    has "NO FAILURE  in any schedule"
    has "searched  all schedules of all cells"
    run 1 "$examples/pipelined-overtake.mk" --strategy $strategy --json
    has '"complete":true'
done
run 0 "$examples/double-buffer.mk" --strategy exhaustive --schedules 500 --workers 2
has "searched  not all schedules"

# The same whatever the number of processes, with and without --stop-first.
for more in "" "--stop-first --seed 5" "--strategy starve --check-determinism" "--model view" \
    "--strategy exhaustive --schedules 2000"; do
    # shellcheck disable=SC2086 # several words
    for jobs in 1 4; do
        run 1 "$examples/stale-counter.mk" --schedules 1000 --json --jobs $jobs $more
        mv "$work/out" "$work/jobs-$jobs"
    done
    cmp "$work/jobs-1" "$work/jobs-4" || fail "--jobs changes what \"$more\" finds"
    grep -q '"not_deterministic":0' "$work/jobs-1" || fail "runs of one schedule differ"
done
# --stop-first stops at the first of those that fail without it.
run 1 "$examples/missing-wait.mk" --schedules 300 --json --seed 3
first=$(grep -o '"found_after":[0-9]*' "$work/out" | head -1)
run 1 "$examples/missing-wait.mk" --schedules 300 --json --seed 3 --stop-first
has "$first"
has "\"schedules\":${first#*:}"
# Another seed draws other schedules.
run 1 "$examples/stale-counter.mk" --schedules 1000 --json --seed 2
if cmp -s "$work/out" "$work/jobs-1"; then fail "--seed changes nothing"; fi

# The tutorial shows what the tool prints: its program, verdict, defect and command.
sed -n '/^program "mailbox"/,/^end/p' "$VRRL_SOURCE/docs/exploring.md" >"$work/mailbox.mk"
(cd "$work" && "$VRRL" explore mailbox.mk >out 2>&1) && fail "mailbox: no failure"
sed -n '1,4p;/^    [12] worker/p' "$work/out" >"$work/shown"
while IFS= read -r line; do
    grep -qxF -- "$line" "$VRRL_SOURCE/docs/exploring.md" || fail "docs/exploring.md lacks: $line"
done <"$work/shown"

# Recordings are explored as the programs that they are of.
"$VRRL" record "$examples/missing-wait.mk" -o "$work/run.vrrd" --backend reference >/dev/null
run 1 "$work/run.vrrd" --schedules 100
has "with writer"

# Schedules that a memory model has no room for are counted apart; nothing is said of them.
printf 'word a\nepoch\nrepeat 70 as i\nFENCE_SEQ_CST\nend\nend\n' >"$work/fences.mk"
run 125 "$work/fences.mk" --schedules 24 --workers 2 --strategy random
has "NOT KNOWN  no failure in 24 schedules"
has "NOT RUN   2 workers, view: too large for the memory model"
for strategy in random mix exhaustive; do
    run 125 "$work/fences.mk" --schedules 100 --workers 2 --model view --strategy $strategy
    has "NOT KNOWN  no failure in 0 "
    has "a run has more than 64 seq_cst fences, the most that its memory model takes"
    has "Fix: "
    run 125 "$work/fences.mk" --schedules 100 --workers 2 --model view --strategy $strategy --json
    has '"verdict":"not-known","exit":125'
done
run 0 "$work/fences.mk" --schedules 100 --workers 2 --model sc,tso

# Nothing was run: nothing is known.
run 125 "$examples/double-buffer.mk" --time 1e-6
has "NOT KNOWN  no failure in "
run 125 "$examples/double-buffer.mk" --strategy exhaustive --schedules 1
has "NOT RUN   12 of the 12 cells below: no schedule came to its end"

# What memory a failure needs is said where the stronger models were searched through.
cases=$VRRL_SOURCE/tests/data/cases
run 1 "$cases/weakest-0.mk"
has "needs tso"
has "weakest memory needed  tso: a store must wait in a buffer, as on x86"
run 1 "$cases/weakest-0.mk" --model view
has "shown under view"
has "weakest memory needed  not known: shown under view; sc and tso were not searched through"
run 1 "$cases/weakest-0.mk" --model sc,view
has "weakest memory needed  not known: shown under view; tso was not searched through"

# Models have no load buffering; where hardware that has it would show something, the report says so.
run 0 "$cases/war-relaxed.mk"
has "NO FAILURE  in any schedule under sc, tso and view"
has "HARDWARE  may let read load from buf what fill stores there later"
for change in "s/ATOMIC_ADD 1, go/SIGNAL go, 1/;s/WAIT_RELAXED/WAIT_GE/" "s/give: ATOMIC_ADD 1, go/give: pack FENCE_RELEASE then ATOMIC_ADD 1, go/;s/WAIT_RELAXED/WAIT_GE/"; do
    sed "$change" "$cases/war-relaxed.mk" >"$work/ordered.mk"
    run 0 "$work/ordered.mk"
    grep -q HARDWARE "$work/out" && fail "HARDWARE, of what is ordered"
    has "load buffering, a store that overtakes an earlier load, is in none of them"
done

# Slots of a queue that has one in flight at a time are one thread.
for depth in 1 2; do
    printf 'workers pipelined 1 depth %s\nword buf\nword got\nword go\nepoch\n' $depth
    printf 'read: pack MEMCPY buf, got, 1 then ATOMIC_ADD 1, go on 0\n'
    printf 'fill: pack WAIT_RELAXED go, 1 then STORE_U32 1, buf on 0\nend\n'
done >"$work/depths"
sed '/depth 2/,$d' "$work/depths" >"$work/depth-1.mk"
sed -n '/depth 2/,$p' "$work/depths" >"$work/depth-2.mk"
run 0 "$work/depth-1.mk"
grep -q HARDWARE "$work/out" && fail "HARDWARE, of one thread"
run 0 "$work/depth-2.mk"
has "HARDWARE  may let read load from buf what fill stores there later"

# Words outside all regions fail no run; that nothing orders the slots is said.
run 0 "$VRRL_SOURCE/tests/data/programs/unobserved-race.mk"
has "both ways 1 pair of conflicting slots met in both orders"
has "vrrl check tells whether they race"
has "look and raise"
# What a slot stores in an observed word counts, though it is stored over; word and values are named.
cat >"$work/over.mk" <<'END'
workers serial 3
word flag
word x
word done
observe x
epoch
    look: pack MEMCPY flag, x, 1 then SIGNAL done, 1 on 0
    raise: STORE_U32 7, flag on 1
    wipe: pack WAIT_GE done, 1 then STORE_U32 9, x on 2
end
END
for grain in op slot; do
    run 1 "$work/over.mk" --grain $grain
    has "value     look: x was 7, expected 0"
    run 1 "$work/over.mk" --grain $grain --json
    has '"overwritten":true'
done

# An expectation that allows several values is shown as the file has it; large values are hexadecimal.
cat >"$work/several.mk" <<'END'
workers serial 2
word x
word y
observe y ignore
epoch
    a: STORE_U32 5, x on 0
    b: pack MEMCPY x, y, 1 then ATOMIC_ADD 0xABCDEF00, y on 1
    expect y any of 0xABCDEF00, 1
end
END
run 1 "$work/several.mk"
has "expect    y: y is 0xabcdef05, expected any of 0xabcdef00, 1"
run 1 "$work/several.mk" --json
has '"expected_any":[2882400000,1]'

# A failure that one choice makes is one choice long, whichever strategy found it.
for strategy in random pct starve preempt mix; do
    run 1 "$examples/missing-wait.mk" --strategy $strategy --schedules 300
    grep -q 'schedule v1:[a-z]*\.op\.w[0-9]*\.y1\.[0-9a-f]*\.c1\.' "$work/out" || fail "$strategy: not one choice"
done

# A slot that waits with a goal in memory is looked at again when the goal changes, not the word alone.
cat >"$work/goal.mk" <<'END'
workers serial 2
word level
word goal
word seen
init level = 3
init goal = 5
epoch
queue 0
wait: pack WAIT_WORD level, goal, 0 then STORE_U32 1, seen
end
queue 1
STORE_U32 1, goal
end
expect seen == 1
end
END
for model in sc tso view; do
    run 0 "$work/goal.mk" --grain op --model $model --strategy exhaustive
done
run 0 "$work/goal.mk" --grain slot --strategy random --schedules 20
has "NO FAILURE"
for backend in reference threads scheduled; do
    "$VRRL" record "$work/goal.mk" -o "$work/goal-$backend.vrrd" --backend $backend >"$work/out" 2>&1 ||
        fail "goal on $backend"
done

# No word holds so much, not that which holds the most either: it is a deadlock of every schedule, at once.
printf 'word w\nword g\ninit w = 0xFFFFFFFF\ninit g = 0xFFFFFFFF\nepoch\nWAIT_WORD w, g, 1\nend\n' >"$work/past.mk"
for grain in op slot; do
    run 3 "$work/past.mk" --grain $grain --schedules 20
    has "slot 0 WAIT_WORD: w is 0xffffffff, expected 0x100000000"
    has "waits for w >= 0x100000000, sees 0xffffffff"
    has "no word can be that large"
done
run 3 "$work/past.mk" --json
has '"wanted":4294967296'

# A limit of time ends it, once a schedule was run: on a machine with much to do 0.1 s may be none's.
for limit in 0.1 1 10 60; do
    status=0
    "$VRRL" explore "$examples/double-buffer.mk" --schedules 1000000000 --time $limit --model sc >"$work/out" 2>&1 ||
        status=$?
    grep -q "^NOT KNOWN  no failure in 0 schedules" "$work/out" || break
done
[ "$status" -eq 0 ] || fail "explore --time $limit: exit $status, expected 0"
has "NO FAILURE  in "
has "the time was over"

printf 'word x\nepoch\nend\n' >"$work/empty.mk"
run 0 "$work/empty.mk"
has "in any schedule"

run 2 "$examples/no-such.mk"
run 2 "$examples/missing-wait.mk" --strategy luck
has "takes random, pct, starve, preempt, exhaustive or mix"
run 2 "$examples/missing-wait.mk" --workers 4..2
run 2 "$examples/missing-wait.mk" --workers 0
run 2 "$examples/missing-wait.mk" --model c11
# --help and the manual pages name the models that there are.
models=$(sed -n 's/.*--model takes \(.*\), or several .*/\1/p' "$work/out" | sed 's/, /|/g')
for command in explore explain shrink; do
    "$VRRL" $command --help | grep -qF -- "--model=$models " || fail "vrrl $command --help: not $models"
    grep -qF "$models" "$VRRL_SOURCE/docs/man/vrrl-$command.1" || fail "vrrl-$command.1: not $models"
done
run 2 "$examples/missing-wait.mk" --grain slot --model view
has "Fix: "
run 2 "$examples/missing-wait.mk" --steps 2
has "Fix: "
run 2 "$work/run.vrrd" --steps 2
has "Fix: "
echo "$right correct examples: no failure; the wrong ones fail"
