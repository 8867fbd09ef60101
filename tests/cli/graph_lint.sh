#!/bin/sh
# What vrrl says of a graph besides its order: a part that nobody writes, misspelt names; who says it, on
# which stream, and with which exit code.
set -eu
cases=$VRRL_SOURCE/tests/data/cases
graphs=$VRRL_SOURCE/tests/data/programs
. "$VRRL_SOURCE/tests/cli/lib/run.sh"

hole='  L0.down[t0]       task 67  reads  L0.g[240:256], which no task writes'
run 1 check "$cases/tile-nobody-writes.json"
sed 's/[0-9.e+]* ms$/T ms/' "$work/out" >"$work/found"
cat >"$work/expected" <<END
UNWRITTEN  1 part of a buffer that tasks read and no task writes
$hole
  8 tasks read some of it, 15 write other parts of the buffer
  besides: no race, no deadlock     exact; 230 tasks, T ms
  assumed: accesses as declared; waits acquire, signals release; pool workers
END
diff -u "$work/expected" "$work/found" || fail "a tile that nobody writes"
[ ! -s "$work/err" ] || fail "a warning of a graph without slips"
run 1 check --json "$cases/tile-nobody-writes.json"
says out '"verdict":"unwritten"'
says out '"unwritten":[{"range":"L0.g[240:256]","task":67,"label":"L0.down[t0]","readers":8,"writers":15}]'

# Whoever runs the graph is told, too.
run 1 explore --schedules 50 "$cases/tile-nobody-writes.json"
says out "$hole"
says out 'NO FAILURE'
run 1 explore --schedules 50 --json "$cases/tile-nobody-writes.json"
says out '"verdict":"unwritten","exit":1'
says out '"unwritten_count":1'
run 0 record "$cases/tile-nobody-writes.json" -o "$work/run.vrrd"
says err "$hole"

# A misspelt opcode comes first, on stderr, and decides nothing.
slip='opcode GEMV_TIEL occurs once beside 223 tasks GEMV_TILE; did you mean GEMV_TILE?'
run 1 check "$cases/op-misspelt.json"
says err "vrrl: warning: task 9 (L0.qkv[t7]): $slip"
[ "$(head -n 1 "$work/out" | cut -c 1-4)" = RACE ] || fail "op-misspelt.json is racy as it is"
run 1 check --json "$cases/op-misspelt.json"
says out "\"warnings\":[{\"kind\":\"opcode\",\"text\":\"task 9 (L0.qkv[t7]): $slip"
[ ! -s "$work/err" ] || fail "warnings on stderr beside JSON"
sed 's/"num_sms"/"num_sm"/' "$graphs/toy-2l.json" >"$work/key.json"
run 0 check "$work/key.json"
says err 'vrrl: warning: target: unknown key num_sm; did you mean num_sms?'

sed 's/"columns"/"colums"/; s/"growth"/"grwth"/; s/"amount"/"amonut"/; s/"accesses"/"acceses"/' \
    "$VRRL_SOURCE/examples/graphs/split-k.json" >"$work/key.json"
run 2 check "$work/key.json"
says err 'task 1 (half[0]): inputs is missing; expected an array'
sed 's/"columns"/"colums"/; s/"after_waits"/"after_wait"/; s/"amount": 2/"amonut": 2, "amount": 2/; s/"note"/"grow": 0, &/' \
    "$VRRL_SOURCE/examples/graphs/split-k.json" >"$work/key.json"
run 0 check "$work/key.json"
says err 'vrrl: warning: 2 accesses, the first an access of task 1, have the unknown key colums; did you mean columns?'
says err 'vrrl: warning: a signal of task 0: unknown key amonut; did you mean amount?'
says err 'vrrl: warning: 2 counters, the first counter 0, have the unknown key grow; did you mean grows?'

# A repair that leaves a hole is not called safe.
run 1 check "$graphs/toy-2l.overlap-1.json"
says out 'UNWRITTEN  1 part'
says out 'checked again: safe'

# Nothing to check.
echo '{"ir_version":"0.2","buffers":[],"counters":[],"tasks":[]}' >"$work/empty.json"
run 2 check "$work/empty.json"
says err 'there are no tasks; expected at least one'
run 2 explore "$work/empty.json"
