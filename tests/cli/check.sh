#!/bin/sh
# vrrl check: what it prints for a race, a deadlock and a safe graph, word for word; exit codes;
# two neighbours of one serial queue swapped; usage.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$VRRL_SOURCE/tests/data/programs" "$work/programs" # a path that no shell has to quote
graphs=$work/programs

fail() { echo "FAIL $1" >&2; exit 1; }

# run CODE ARGUMENT ...: the command, its output without the time in $work/out
run() {
    expected=$1; shift
    status=0
    "$VRRL" check "$@" >"$work/raw" 2>&1 || status=$?
    sed "s/[0-9.e+]* ms\$/T ms/; s|$graphs/||g; s|$work/||g; s/--schedule v1:.*/--schedule S/" \
        "$work/raw" >"$work/out"
    [ "$status" -eq "$expected" ] || { cat "$work/raw" >&2; fail "check $*: exit $status"; }
}
same() { diff -u - "$work/out" || fail "$1"; }

run 1 "$graphs/llama-3.2-1b.drop-wait-5.json.zst"
same "a race" <<'END'
RACE  read before write    1 defect, 1 unordered pair     exact; 5,890 tasks, T ms
  L14.q_proj[t5]    task 5103  reads  L14.an[0:2048]
  L14.input_norm    task 5097  writes L14.an[0:2048]
  no path 5097 -> 5103: 5097 signals counter 267, 5103 does not wait for it
  odd one out: 95 of the 96 readers of L14.an wait for counter 267 >= 1
  repair: 5103 waits for counter 267 >= 1; checked again: safe; explored: 1 cell, 679 schedules, none fails
  witness: 0 tasks, then 5103, and only later 5097: an order that the graph allows (all of it with --json)
           vrrl replay llama-3.2-1b.drop-wait-5.json.zst --schedule S
  assumed: accesses as declared; waits acquire, signals release; pool workers
END
# Its witness, as it is printed, shows it.
witness=$(sed -n 's/^.*vrrl \(replay .*--schedule .*\)/\1/p' "$work/raw")
status=0
eval "\"\$VRRL\" $witness" >"$work/shown" || status=$?
[ "$status" -eq 1 ] && grep -q 'L14.q_proj\[t5\] reads L14.an' "$work/shown" &&
    grep -q 'was claimed before L14.input_norm ended' "$work/shown" || fail "the witness of a race"
run 3 "$graphs/toy-2l.over-wait-1.json"
same "a deadlock" <<'END'
DEADLOCK  over-wait    1 root, 42 tasks stuck     exact; 66 tasks, T ms
  L0.gate_proj[t1]  task 18  waits for counter 14 >= 2, sees 1
  counter 14 (L0.post_norm) starts at 0; L0.post_norm (16) finished
  can never come: with all its signals the counter is 1
  odd one out: 7 of the 8 readers of L0.mn wait for counter 14 >= 1
  repair: 18 waits for counter 14 >= 1; checked again: safe; explored: 1 cell, 1,000 schedules, none fails
  blocked behind: 41 tasks: L0.swiglu (25), L0.down_proj[t0] (26), L0.down_proj[t1] (27), L0.mlp_residual (28), L1.input_norm (29), L1.q_proj[t0] (30), L1.q_proj[t1] (31), L1.k_proj[t0] (32), ...
  not: a lost signal (all that finished tasks signal is counted), stuck in a body, cyclic waits, queue order (a pool), residency (all workers run)
  witness: vrrl replay toy-2l.over-wait-1.json --schedule S
  assumed: accesses as declared; waits acquire, signals release; pool workers
END
run 0 "$graphs/toy-2l.json" --assign rr:4 --pipelined 2 --resident 4
same "a safe graph" <<'END'
SAFE  no race, no deadlock     exact; 66 tasks, T ms
  assumed: accesses as declared; waits acquire, signals release; 4 pipelined queues of 2
END

# An expectation that fails in every run is told of, with one of them; where rounding leaves it open it is not
# covered, and that is said.
printf 'word x\nepoch\n    STORE_U32 1, x\n    expect x == 2\nend\n' >"$work/expects.mk"
run 1 "$work/expects.mk"
same "expectations" <<'END'
by its slots alone: no race, no deadlock     exact; 1 task, T ms
  assumed: accesses as declared; waits acquire, signals release; pool workers
FAILS  an expectation of epoch 0 does not hold: x is 1   (expects.mk:4)
  witness: vrrl replay expects.mk --schedule S
  exact: every execution ends as the reference's run
END
eval "\"\$VRRL\" $(sed -n 's/^.*vrrl \(replay .*\)/\1/p' "$work/raw")" | grep -q '^EXPECT  epoch 0   x is 1, expected 2' ||
    fail "the witness of an expectation"
run 1 --json "$work/expects.mk"
grep -q '"expectations_not_covered":0,"breaks":{"epoch":0,.*"breaks_always":true' "$work/raw" ||
    fail "expectations in JSON"
sed 's/^end$/expect sum == 0x4b800000\nend/' "$VRRL_SOURCE/tests/data/cases/dot-tolerance.mk" >"$work/rounds.mk"
run 1 "$work/rounds.mk"
grep -q "^  shown by the reference's run, one slot after the other$" "$work/out" || fail "a sum that rounds"
sed 's/^end$/expect sum any of 0, 0x3f800000\nend/' "$VRRL_SOURCE/tests/data/cases/dot-tolerance.mk" >"$work/rounds.mk"
run 0 "$work/rounds.mk"
grep -q "^  not covered: whether the program's expectation holds$" "$work/out" || fail "a sum that rounds"

# Nothing to check, and that is said.
printf 'epoch\nend\n' >"$work/none.mk"
run 0 "$work/none.mk"
same "no slots" <<'END'
SAFE  no slots
END

# The same graph, safe in a pool, with tasks 1 and 5 of one queue in the wrong order.
i=0
while [ $i -lt 66 ]; do
    case $i in 1) t=5 ;; 5) t=1 ;; *) t=$i ;; esac
    echo "$((i % 4)) $t"
    i=$((i + 1))
done >"$work/swapped"
run 3 "$graphs/toy-2l.json" --assign "$work/swapped"
grep -q '^DEADLOCK  queue order    1 root' "$work/out" || fail "swapped: no queue order"
grep -q 'repair: in the queue of worker 1, 1 comes before 5; checked again: safe' "$work/out" ||
    fail "swapped: no repair"
run 0 "$graphs/toy-2l.json"

run 1 --json "$graphs/toy-2l.partial-wait-1.json"
grep -q '"verdict":"race","exit":1,"result":{"pairs":4,"first":{"tasks":\[17,25\]' "$work/out" || fail "JSON"
run 2
run 2 "$work/none"
run 2 "$graphs/toy-2l.json" --resident 0
run 2 "$graphs/toy-2l.json" --resident 2
run 2 "$graphs/toy-2l.json" --assign rr:0
run 2 "$graphs/verdicts.tsv"
grep -q 'Fix: ' "$work/out" || fail "no hint"
[ "$("$VRRL" check --help | wc -l)" -le 24 ] || fail "--help is longer than a screen"

# A recorded run is checked as its graph is, though its values were right; one worker orders its own.
"$VRRL" record "$graphs/toy-2l.partial-wait-2.json" --steps 2 --backend reference -o "$work/run.vrrd" \
    >/dev/null
run 1 "$work/run.vrrd"
same "a recorded run" <<'END'
epochs 0 to 1: RACE  read before write    1 defect, 2 unordered pairs     exact; 66 tasks, T ms
  L0.rope_q.reshape  task 6  reads  L0.q[0:64]
  L0.q_proj[t0]     task 2  writes L0.q[0:32]
  and 1 more pair like it
  no path 2 -> 6: 6 waits for counter 2 >= 1 of the 2 it gets: enough without the signal of 2
  repair: 6 waits for counter 2 >= 2; checked again: safe; explored: 1 cell, 1,000 schedules, none fails
  witness: 3 tasks, then 6, and only later 2: an order that the graph allows (all of it with --json)
           vrrl replay run.vrrd --schedule S
  assumed: accesses as declared; waits acquire, signals release; pool workers
END
run 0 --as-run "$work/run.vrrd"
run 1 --json "$work/run.vrrd"
grep -q '"verdict":"race","exit":1,"result":{"as_run":false,"epochs":2,' "$work/out" || fail "--json of a recording"
run 1 "$VRRL_SOURCE/examples/missing-wait.mk"
grep -q 'repair: 3 waits for ready >= 1; checked again: safe' "$work/out" || fail "a program"
run 2 --as-run "$graphs/toy-2l.json"
run 2 --assign rr:2 "$work/run.vrrd"
printf 'word x\nepoch\n BATCH_FENCE 0, 1, 0\n STORE_U32 9, x\nend\n' >"$work/fence.mk"
run 3 "$work/fence.mk" # it waits for itself
grep -q '^DEADLOCK  cycle    1 root, 1 task stuck     exact; ' "$work/out" || fail "a fence for itself"
grep -q 'waits for the end of ring slots 0 to 0 >= 1, sees 0' "$work/out" || fail "a fence's name"

# What is not seen here is said, in the verdict and in the exit code, where not all executions are searched.
printf 'word x\nword s\ninit s = 1\nepoch\n pack TAKE s then STORE_U32 9, x\nend\n' >"$work/take.mk"
run 125 --states 1 "$work/take.mk"
grep -q '^NOT KNOWN .* not exact; ' "$work/out" || fail "known, where a wait is left out"
grep -q '^  not all executions were searched: it ended after 1 state' "$work/out" || fail "why it is not known"
run 125 --states 1 --json "$work/take.mk"
grep -q '"verdict":"not-known",.*"may_miss":true,.*"exact":false' "$work/out" || fail "--json: not known"
grep -q '"all":{"complete":false,"states":1,' "$work/out" || fail "--json: what was searched"
[ "$(wc -l <"$work/out")" -eq 1 ] || fail "--json: more than one line"
run 0 "$work/take.mk"
grep -q '^  exact: all executions under view were searched, ' "$work/out" || fail "all executions"
run 2 --states 0 "$work/take.mk"

# One run is watched: a lock orders, and without one a race is found though the values were right.
locked() {
    printf 'slot_words 32\nword lock\nword count\nwords tmp[2]\ninit lock = 1\nobserve count\nepoch\n'
    for slot in 0 1; do
        printf 'slot[%s]: pack\n%sMEMCPY count, tmp[%s], 1\nATOMIC_ADD 1, tmp[%s]\n' $slot "$1" $slot $slot
        printf 'MEMCPY tmp[%s], count, 1\nSIGNAL lock, 1\nend\n' $slot
        [ $slot -eq 1 ] || shift
    done
    printf 'expect count == 2\nend\n'
}
take=$(printf 'TAKE lock\n.') take=${take%.}
locked "$take" "$take" >"$work/lock.mk"
run 0 "$work/lock.mk"
same "a lock" <<'END'
SAFE  no race, no deadlock     exact; 2 tasks, T ms
  assumed: accesses as declared; waits acquire, signals release; pool workers
  exact: all executions under view were searched, 498 states
END
run 125 --states 3 "$work/lock.mk"
grep -q '^  watched: no two slots race in a run of one slot after the other; another schedule may differ$' \
    "$work/out" || fail "a lock"
grep -q '^NOT KNOWN  whether it can go wrong. Fix: vrrl explore lock.mk$' "$work/out" || fail "no hint for a lock"
locked "$take" "" >"$work/nolock.mk"
"$VRRL" record "$work/nolock.mk" --backend reference -o "$work/nolock.vrrd" >/dev/null || fail "its values"
run 1 --states 3 "$work/nolock.vrrd"
sed -n '/^  watched.*recorded/,/^  witness/p' "$work/out" >"$work/race" && mv "$work/race" "$work/out"
same "a race of a recorded run" <<'END'
  watched: 1 pair of slots that another entry tells of races in the run that was recorded
  witness: vrrl replay nolock.vrrd --schedule S
END
sed -n '/^  watched.*recorded/,$s/^.*vrrl \(replay .*--schedule .*\)/\1/p' "$work/raw" | head -1 >"$work/witness"
eval "\"\$VRRL\" $(cat "$work/witness")" >"$work/shown" || fail "the witness of a run whose values were right"
grep -q '^  race  .* count, .* it, and nothing orders the two$' "$work/shown" || fail "the witness shows no race"
run 125 --as-run "$work/nolock.vrrd" # its one worker has ordered them
run 1 --json "$work/nolock.vrrd"
grep -q '"run":{"recorded":true,"as_recorded":true,"epochs":1,"races":\[{"epoch":0,"slots":\[0,1\]' "$work/raw" ||
    fail "--json of a watched run"
run 1 "$work/nolock.vrrd"
same "all executions of a recorded program" <<'END'
RACE  write before read    1 defect, 1 unordered pair     exact; 2 tasks, T ms
  slot[1]           task 1  writes count[0:1]
  slot[0]           task 0  reads  count[0:1]
  no path 0 -> 1: 0 signals no word that is only added to
  repair: a new counter that 0 signals and 1 waits for >= 1; checked again: safe; explored: 6 cells, all schedules, none fails
           it only keeps the two apart: at least one of them goes by what it finds
  witness: vrrl replay nolock.vrrd --schedule S
  assumed: accesses as declared; waits acquire, signals release; pool workers
  besides: ends differ:  count is 1, and 2 in the reference's run
  witness: vrrl replay nolock.vrrd --schedule S
  besides: FAILS  an expectation of epoch 0 does not hold: count is 1
  witness: vrrl replay nolock.vrrd --schedule S
  and not so: vrrl replay nolock.vrrd --schedule S
  excused: 1 unordered pair of slots that store equal values
  exact: all executions under view were searched, 147 states
END
printf 'word lock\nepoch\npack TAKE lock then SIGNAL lock, 1\nend\n' >"$work/stuck.mk"
run 3 "$work/stuck.mk"
same "stuck" <<'END'
DEADLOCK  epoch 0 gets stuck: slot 0 PACKED_SLOT waits for lock >= 1, and sees 0
  witness: vrrl replay stuck.mk --schedule S
  exact: all executions under view were searched, 4 states
  the reference does not end the last epoch
END

# Who comes first, and shows, without a race; an expectation that an execution breaks; both runs by command.
printf 'word x\nepoch\na: COMPARE_SWAP x, 0, 2\nb: COMPARE_SWAP x, 0, 1\nend\n' >"$work/order.mk"
run 1 "$work/order.mk"
same "order depends" <<'END'
ORDER DEPENDS  x is 1, and 2 in the reference's run
  witness: vrrl replay order.mk --schedule S
  and not so: vrrl replay order.mk --schedule S
  exact: all executions under view were searched, 11 states
END
sed -n 's/^.*vrrl \(replay .*--schedule .*\)/\1/p' "$work/raw" >"$work/witness"
status=0
eval "\"\$VRRL\" $(sed -n 1p "$work/witness")" >/dev/null || status=$?
[ $status -eq 1 ] || fail "the run that ends otherwise: $status"
eval "\"\$VRRL\" $(sed -n 2p "$work/witness")" >/dev/null || fail "the run that does not"
printf 'word x\nword y\nobserve x ignore\nobserve y ignore\nepoch\n' >"$work/breaks.mk"
printf 'a: FETCH_ADD 1, x, y\nb: ATOMIC_ADD 1, x\nexpect y == 0\nend\n' >>"$work/breaks.mk"
run 1 "$work/breaks.mk"
grep -q '^FAILS  an expectation of epoch 0 does not hold: y is 1$' "$work/out" || fail "an expectation"

# An expectation that breaks where the same word differs is told beside that.
printf 'word x\nwords y[2]\nobserve x\nepoch\nEXCHANGE 1, x, y[0]\nEXCHANGE 2, x, y[1]\nexpect x == 2\nend\n' \
    >"$work/both.mk"
run 1 "$work/both.mk"
same "an expectation, and ends that differ" <<'END'
ORDER DEPENDS  x is 1, and 2 in the reference's run
  witness: vrrl replay both.mk --schedule S
FAILS  an expectation of epoch 0 does not hold: x is 1
  witness: vrrl replay both.mk --schedule S
  and not so: vrrl replay both.mk --schedule S
  exact: all executions under view were searched, 15 states
END

# A run that fails in an epoch before is no witness: a replay stops there.
{
    printf 'word x\nword y\nwords r[2]\nobserve x\nobserve y\nepoch\nEXCHANGE 1, x, r[0]\nEXCHANGE 2, x, r[1]\nend\n'
    printf 'epoch\nMEMCPY x, y, 1\nexpect y == 2\nend\nepoch\nWAIT_GE y, 2\nend\n'
} >"$work/behind.mk"
run 3 "$work/behind.mk"
same "no replay gets there" <<'END'
DEADLOCK  epoch 2 gets stuck
  witness: none; a replay of such a run stops in an epoch before, which fails
  besides: ends differ:  x is 1, and 2 in the reference's run
  witness: vrrl replay behind.mk --schedule S
  besides: FAILS  an expectation of epoch 1 does not hold: y is 1
  witness: none; a replay of such a run stops in an epoch before, which fails
  and not so: vrrl replay behind.mk --schedule S
  exact: all executions under view were searched, 33 states
END

# What slots tell nothing of has no repair; what a search shows that ended before more was known has one.
"$VRRL" selftest --print flag-before-data >"$work/early.mk"
run 1 "$work/early.mk"
grep -q '^  repair: none was looked for: slots alone do not tell of such pairs$' "$work/out" || fail "no repair"
"$VRRL" selftest --print queue-overrun >"$work/overrun.mk"
run 1 --states 3000 "$work/overrun.mk"
grep -q '^  repair: a new counter .*; checked again: 11 unordered pairs left$' "$work/out" || fail "a repair"
! grep -q 'in executions under view' "$work/out" || fail "a pair has two entries"

# Of one run: no race in it is said, and nothing more; a broken expectation is not 0.
printf 'word x\nepoch\nATOMIC_ADD 1, x\nexpect x == 2\nend\n' >"$work/two.mk"
"$VRRL" record "$work/two.mk" --backend reference -o "$work/two.vrrd" >/dev/null || :
run 1 --as-run "$work/two.vrrd"
grep -q '^FAILS  in the run that was recorded an expectation of epoch 0 does not hold$' "$work/out" ||
    fail "--as-run: an expectation"
run 1 "$work/two.vrrd"
grep -q '^FAILS  an expectation of epoch 0 does not hold: x is 1' "$work/out" || fail "an expectation of a recording"
sed 's/== 2/== 1/' "$work/two.mk" >"$work/one.mk"
"$VRRL" record "$work/one.mk" --backend reference -o "$work/one.vrrd" >/dev/null
run 0 --as-run "$work/one.vrrd"
grep -q '^SAFE  no race in this run     exact; ' "$work/out" || fail "--as-run: safe"
! grep -q 'not covered' "$work/out" || fail "--as-run: its expectation was looked at"
run 0 --as-run --json "$work/one.vrrd"
grep -q '"expectations_not_covered":0,' "$work/raw" || fail "--as-run --json: its expectation was looked at"

# Executions of many epochs are searched, too.
cat >"$work/epochs.mk" <<'END'
word x
word y
observe y
epoch times 100000
    a: pack ATOMIC_ADD 1, x then IF_EQ x, 2 then ATOMIC_ADD 1, y
    b: pack ATOMIC_ADD 1, x then IF_EQ x, 2 then ATOMIC_ADD 1, y
end
END
run 1 --states 100 "$work/epochs.mk"
grep -q '^ORDER DEPENDS  y is 2, and 1 in the reference' "$work/out" || fail "many epochs"

# Of many epochs that are each another entry some of each verdict are told, and the others counted.
{
    printf 'words x[200]\nword y\n'
    for i in $(seq 0 199); do
        printf 'epoch\n a: STORE_U32 %s, x[%s]\n' "$((i + 1))" "$i"
        [ $((i % 2)) -eq 1 ] || printf ' b: MEMCPY x[%s], y, 1\n' "$i"
        printf 'end\n'
    done
} >"$work/entries.mk"
run 1 "$work/entries.mk"
[ "$(grep -c '^epoch [0-9]*: RACE' "$work/out")" -eq 64 ] || fail "64 entries of a verdict"
[ "$(grep -c '^epoch [0-9]*: SAFE' "$work/out")" -eq 64 ] || fail "64 entries of another verdict"
grep -q '^  and 72 more entries of epochs: 36 SAFE; 36 RACE; --json has them all$' "$work/out" || fail "the others"
run 1 "$work/entries.mk" --json
[ "$(grep -o '"first_epoch":' "$work/raw" | wc -l)" -eq 200 ] || fail "--json has them all"
