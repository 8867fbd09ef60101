#!/bin/sh
# vrrl check --advise: the least number of resident queues is the least by trying each, and waits that could go are those
# that order nothing that others do not.
set -eu
. "$VRRL_SOURCE/tests/cli/lib/run.sh"
programs=$VRRL_SOURCE/tests/data/programs

# task ID INPUT OUTPUT COUNTER WAITS
task() { echo "{\"id\": $1, \"op\": \"T\", \"label\": \"t$1\", \"inputs\": [$2], \"outputs\": [$3], \"out_counter\": $4, \"waits\": [$5]}"; }
wait() { echo "{\"counter\": $1, \"threshold\": ${2:-1}}"; }
# graph TASKS: buffers 0 (an input) to 3, counters 0 to 3
graph() {
    printf '{"ir_version": "0.2", "buffers": [%s], "counters": [%s], "tasks": [%s]}\n' \
        '{"id": 0, "name": "x", "kind": "IO_INPUT", "shape": [4]}, {"id": 1, "name": "a", "kind": "ACTIVATION", "shape": [4]}, {"id": 2, "name": "b", "kind": "ACTIVATION", "shape": [4]}, {"id": 3, "name": "c", "kind": "ACTIVATION", "shape": [4]}' \
        '{"id": 0}, {"id": 1}, {"id": 2}, {"id": 3}' "$1"
}

# ---- Waits --------------------------------------------------------------------------------------------
first=$(task 0 0 1 0 '')
second=$(task 1 1 2 1 "$(wait 0)")
graph "$first, $second, $(task 2 2 3 2 "$(wait 1)")" >"$work/chain.json"
run 0 check --advise "$work/chain.json"
says out '  waits: of 2 looked at each is needed'
lacks out 'need not wait'
lacks out 'residents'

# The third waits for the first, too, behind which the second comes.
graph "$first, $second, $(task 2 2 3 2 "$(wait 0), $(wait 1)")" >"$work/more.json"
run 0 check --advise "$work/more.json"
says out '  waits: 1 of 3 could go, all of them together: checked again without them: safe'
says out '    2 need not wait for counter 0 >= 1'
run 0 check --advise --json "$work/more.json"
says out '"redundant":[{"task":2,"label":"t2","counter":"counter 0","threshold":1}]'

# It reads what the first wrote, too: the wait of the second is enough for it.
graph "$first, $second, $(task 2 '1, 2' 3 2 "$(wait 0), $(wait 1)")" >"$work/both.json"
run 0 check --advise "$work/both.json"
says out '  waits: 1 of 3 could go'

# Two waits of which each is enough: one goes, not both. The one counter is signalled behind the other.
graph "$(task 0 0 1 0 ''), $(task 1 0 2 1 "$(wait 0)"), $(task 2 1 3 2 "$(wait 1), $(wait 0)")" >"$work/each.json"
run 0 check --advise "$work/each.json"
says out '  waits: 2 of 3 could go' # the wait of t1 orders nothing, once t2 waits for t0 itself
says out '    1 need not wait for counter 0 >= 1'
says out '    2 need not wait for counter 1 >= 1'
lacks out '    2 need not wait for counter 0'

# A wait that orders two writes, and nobody reads: it stays.
graph "$(task 0 0 1 0 ''), $(task 1 0 1 1 "$(wait 0)")" >"$work/writes.json"
run 0 check --advise "$work/writes.json"
says out '  waits: of 1 looked at each is needed'

# Of a graph that is not safe nothing is told.
run 1 check --advise "$programs/toy-2l.drop-wait-1.json"
lacks out '  waits: '

# ---- Residents ------------------------------------------------------------------------------------------
# The first of one queue waits for the second of the other.
graph "$(task 0 1 2 0 "$(wait 1)"), $(task 1 0 1 1 '')" >"$work/two.json"
run 0 check --advise --assign rr:2 "$work/two.json"
says out '  residents: 2 of the 2 queues do not hang, 1 do'
run 0 check --advise --assign rr:2 "$work/writes.json"
says out '  residents: one queue of the 2 at a time does not hang'
for queues in 3 8 20; do
    run 0 check --advise --time 1 --assign rr:$queues "$programs/toy-2l.json"
    least=$(sed -n 's/^  residents: \([0-9]*\) of.*/\1/p' "$work/out")
    [ -n "$least" ] || fail "$queues queues: no number of residents"
    run 0 check --assign rr:$queues --resident "$least" "$programs/toy-2l.json"
    [ "$least" -eq 1 ] || run 3 check --assign rr:$queues --resident $((least - 1)) "$programs/toy-2l.json"
done
run 3 check --advise --assign rr:1 "$work/two.json"
says out '  residents: some execution hangs, however many queues are resident'

# ---- What has no workers to advise on --------------------------------------------------------------
run 2 check --advise "$VRRL_SOURCE/examples/message-passing.mk"
says err '--advise is for task graphs, '
