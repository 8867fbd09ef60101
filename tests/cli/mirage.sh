#!/bin/sh
# Mirage's task_graph.json by the shell: what was imported and corrected is said, verdicts are exact, steps and the
# dispatch are looked at, rules correct what the graph does not declare, and what is wrong names the file and the place.
set -eu
data=$VRRL_SOURCE/tests/data/import
. "$VRRL_SOURCE/tests/cli/lib/run.sh"

# ---- Graphs of models ---------------------------------------------------------------------------
run 0 check "$data/mpk-qwen3-0.6b-cc90-2l.json.zst"
says out 'IMPORTED  794 tasks: Mirage task graph'
says out '  tasks: 1 EMBEDDING, 40 RMS_NORM_HOPPER, 448 LINEAR_SWAPAB_HOPPER, 16 PAGED_ATTENTION_HOPPER'
says out '  events: 256; each is triggered and waited for as it says'
says out '  corrected: PAGED_ATTENTION_HOPPER: inputs 1, 2 read-write by request, 16 tasks: the step'
says out 'SAFE  no race, no deadlock     exact; 794 tasks'
says out '  dispatch to 128 workers by 16 schedulers, each worker in the order of the file: no task needs a later one, so none hangs'
lacks out 'steps'
[ ! -s "$work/err" ] || fail "warnings of a graph that is right"
run 0 check --steps 3 "$data/mpk-qwen3-0.6b-cc90-2l.json.zst"
run 0 check "$data/mpk-qwen3-30b-a3b-cc90-2l.json.zst"
says out 'MOE_W13_LINEAR_SM90: outputs 0 write by expert, 240 tasks'
run 0 check "$data/mpk-qwen3-8b-cc90.json.zst"
says out 'exact; 14,378 tasks'

# ---- Unordered pairs, which is written tile by tile while another reads it whole ----------------------
run 1 check "$data/mpk-custom-war2.json.zst"
says out 'RACE  write before read    1 defect, 64 unordered pairs     exact; 32 tasks'
says out '  IDENTITY(task 26), after event 3, before event 11  writes h[0:64]'
says out '  LINEAR_SWAPAB_HOPPER(task 10), after event 2, before event 11  reads  h[0:512]'
says out 'IDENTITY(task 26) does not wait for it'
lacks out 'instructions'
lacks out 'of parts'
command=$(sed -n 's/^ *vrrl replay/replay/p' "$work/out")
[ -n "$command" ] || fail "no command that shows the race"
# shellcheck disable=SC2086
run 1 $command
says out 'race '

# ---- Thresholds that stay as they are: the first step is safe, the others race -------------------------
echo 'thresholds fixed because "to see what the growth is for"' >"$work/fixed.rules"
run 0 check --steps 1 --rules "$work/fixed.rules" "$data/mpk-qwen3-0.6b-cc90-2l.json.zst"
says out 'steps: 1 checked; later ones differ'
run 1 check --time 3 --steps 3 --rules "$work/fixed.rules" "$data/mpk-qwen3-0.6b-cc90-2l.json.zst"
says out '23,840 unordered pairs'
says out '  step 1, counted from 0; those before it are safe'
says out '  corrected by your rules: thresholds stay as they are from step to step'
says out " --rules $work/fixed.rules --from-step 1 --schedule"

# ---- Other commands take them, too ------------------------------------------------------------------
run 1 explore --schedules 50 "$data/mpk-custom-war2.json.zst"
run 1 explain "$data/mpk-custom-war2.json.zst"
says out 'IDENTITY(task '
says out '  yes   wait      all 16 slots IDENTITY[...] wait for the signals of the'
run 0 record "$data/mpk-custom-war2.json.zst" -o "$work/war.vrrd"
run 0 replay "$work/war.vrrd"
run 1 shrink --time 3 "$data/mpk-custom-war2.json.zst" -o "$work/small"
run 0 explore --schedules 5 --steps 2 "$data/mpk-qwen3-0.6b-cc90-2l.json.zst"

# ---- A small graph, and edits of it ----------------------------------------------------------------
# task TYPE INPUT OUTPUT DEPENDS TRIGGER [REQUEST]
tensor() { echo "[{\"base_ptr\": \"$1\", \"offset\": $2, \"data_type\": 941, \"dims\": [4, 8], \"strides\": [8, 1]}]"; }
task() {
    echo "{\"task_type\": $1, \"inputs\": $2, \"outputs\": $3, \"dependent_event\": $4, \"trigger_event\": $5, \"request_id\": ${6:-0}}"
}
none=9223372036854775806
event() { echo "{\"event_type\": $1, \"num_triggers\": $2, \"first_task_id\": $3, \"last_task_id\": $4}"; }
# graph TASKS EVENTS
graph() {
    printf '{"all_tasks": [%s, %s, %s], "all_events": [%s, %s, %s], "first_tasks": [2]}\n' \
        "$(task 0 null null $none $none)" "$(task 10 null null $none 1)" "$1" \
        "$(event 911 1 0 0)" "$(event 903 1 2 4)" "$2"
}
write=$(task 155 "$(tensor x 0)" "$(tensor y 0)" $none 2)
read=$(task 118 "$(tensor y 0)" "$(tensor z 0)" 2 3)
graph "$write, $read" "$(event 900 1 3 4), $(event 910 1 0 0)" >"$work/good.json"
sed 's/"first_task_id": 3, "last_task_id": 4/"first_task_id": 2, "last_task_id": 4/' "$work/good.json" >"$work/odd.json"
run 0 check "$work/odd.json"
says out '  events: 2; 1 time they say what tasks do not do, see the warnings'
says err 'event 2 lists the tasks 2 to 3, and task 2 (LINEAR_SWAPAB_HOPPER) does not wait for it'
run 0 check "$work/good.json"
says out 'IMPORTED  2 tasks: Mirage task graph'

# An event that takes more, and one that takes less.
graph "$write, $read" "$(event 900 2 3 4), $(event 910 1 0 0)" >"$work/more.json"
run 3 check "$work/more.json"
says out 'DEADLOCK  over-wait    1 root, 1 task stuck'
says out 'waits for event 2 >= 2, sees 1'
says err 'vrrl: warning: event 2: num_triggers is 2, and 1 task triggers it'
graph "$write, $read" "$(event 900 0 3 4), $(event 910 1 0 0)" >"$work/less.json"
run 1 check "$work/less.json"
says out 'RACE  read before write'

# Events that list others than those that wait, and a task that no iteration waits for.
graph "$write, $read" "$(event 900 1 2 4), $(event 910 1 0 0)" >"$work/range.json"
run 0 check "$work/range.json"
says err 'event 2 lists the tasks 2 to 3, and task 2 (LINEAR_SWAPAB_HOPPER) does not wait for it'
graph "$write, $(task 118 "$(tensor y 0)" "$(tensor z 0)" $none 3)" "$(event 900 1 3 3), $(event 910 1 0 0)" >"$work/loose.json"
run 1 check "$work/loose.json"
says err 'event 2: 1 task triggers it, and nobody waits for it'

# A task that needs a later one: workers that take tasks in the order of the file.
graph "$read, $write" "$(event 900 1 2 3), $(event 910 1 0 0)" >"$work/turned.json"
run 0 check "$work/turned.json"
says out 'none gets two tasks, so none hangs'
run 3 check --workers 1 --schedulers 1 "$work/turned.json"
says out 'DEADLOCK  queue order'
says out 'SILU_MUL(task 2) needs a later task; a pool does not hang, and has 0 unordered pairs'
run 0 check --schedulers 0 "$work/turned.json"
lacks out 'dispatch'
run 2 check --workers 1 --schedulers 2 "$work/good.json"
says err '1 workers and 2 schedulers'

# Other GPUs: never safe.
graph "$write, $(task 118 "$(tensor y 0)" "$(tensor z 0)" 2161727821137838082 3)" "$(event 900 1 3 4), $(event 910 1 0 0)" >"$work/remote.json"
run 125 check "$work/remote.json"
says out 'MAY RACE'
says out '1 task has to do with other GPUs, whose tasks are not here; the first is SILU_MUL(task 3)'
graph "$(task 302 "$(tensor x 0)" "$(tensor y 0)" $none 2), $read" "$(event 900 1 3 4), $(event 910 1 0 0)" >"$work/allreduce.json"
run 125 check "$work/allreduce.json"
says out 'NOT KNOWN  no race, no deadlock that is seen here'
lacks out 'dispatch'

# ---- Rules ----------------------------------------------------------------------------------------
# Two tasks read y; by a rule both write it.
both="$(task 155 "$(tensor y 0)" "$(tensor a 0)" $none 2), $(task 155 "$(tensor y 0)" "$(tensor b 0)" $none 2)"
graph "$both" "$(event 910 2 0 0)" >"$work/both.json"
run 0 check "$work/both.json"
rule() { printf '%s\n' "$1" >"$work/my.rules"; }
rule 'LINEAR_SWAPAB_HOPPER: inputs 0 read-write because "it scales in place"'
run 1 check --rules "$work/my.rules" "$work/both.json"
says out 'RACE  two writes    1 defect, 1 unordered pair'
says out '  corrected by your rules: LINEAR_SWAPAB_HOPPER: inputs 0 read-write, 2 tasks: it scales in place'
rule 'LINEAR_SWAPAB_HOPPER: inputs accumulate because "it adds"'
run 0 check --rules "$work/my.rules" "$work/both.json"
graph "$(task 155 "$(tensor x 0)" "$(tensor y 0)" $none 2 0), $(task 155 "$(tensor x 0)" "$(tensor y 0)" $none 2 1)" "$(event 910 2 0 0)" >"$work/requests.json"
run 1 check "$work/requests.json"
rule 'LINEAR_SWAPAB_HOPPER: outputs 0 write by request because "its request'"'"'s rows"'
run 0 check --rules "$work/my.rules" "$work/requests.json"
rule 'LINEAR_SWAPAB_HOPPER: outputs nothing because "it is off"'
run 0 check --rules "$work/my.rules" "$work/requests.json"

# A family of types, and a type that the graph does not have.
rule 'LINEAR_SWAPAB: inputs 0 read-write because "it scales in place"'
run 1 check --rules "$work/my.rules" "$work/both.json"
says out 'RACE  two writes    1 defect, 1 unordered pair'
says out '  corrected by your rules: LINEAR_SWAPAB: inputs 0 read-write, 2 tasks'
rule 'LINEAR: inputs 0 read-write because "it scales in place"'
run 0 check --rules "$work/my.rules" "$work/both.json"
says err 'my.rules:1: no task is a LINEAR'

# Numbers that another version gave.
sed 's/"task_type": 155/"task_type": 7777/g' "$work/both.json" >"$work/numbers.json"
run 0 check "$work/numbers.json"
says out '  no rule knows the type of 2 tasks: taken to read inputs and write outputs'
rule 'type 7777 SCALE_IN_PLACE
SCALE_IN_PLACE: inputs 0 read-write because "it scales in place"'
run 1 check --rules "$work/my.rules" "$work/numbers.json"
says out '  SCALE_IN_PLACE(task 2), before event 2'

# What is wrong in them.
wrong() {
    rule "$1"
    run 2 check --rules "$work/my.rules" "$work/both.json"
    says err "my.rules:$2"
    says err 'Fix: '
}
wrong 'LINEAR: inputs 0 read' '1:22: expected `because`'
wrong 'LINEAR: inputs 0 read because ""' '1:31: an empty reason'
wrong 'LINEAR: inputs 0 see because "x"' '1:18: expected `read`, `write`, `read-write`, `accumulate` or `nothing`'
wrong 'LINEAR: operands 0 read because "x"' '1:9: expected `inputs`, `outputs` or `other GPUs`'
wrong 'LINEAR inputs 0 read because "x"' '1:8: expected'
wrong 'LINEAR: inputs 40 read because "x"' '1:16: operand 40'
wrong 'LINEAR: inputs 0 write by head because "x"' '1:27: expected `request`, `kv` or `expert`'
wrong 'type LINEAR 5' '1:6: expected'
wrong 'thresholds because "x"' '1:12: expected `fixed`'
wrong '5: inputs 0 read because "x"' '1:1: expected the name of a task type'
wrong 'LINEAR_SWAPAB_HOPPER: inputs 3 read because "x"' '1: LINEAR_SWAPAB_HOPPER names input 3, and a task of this type has 1'
wrong "$(printf 'LINEAR: inputs 0 read because "\033[31m"')" '1:31: a text with a control character'
wrong "$(printf 'type 5 `A\302\233m`')" '1:8: a name with a control character'
run 2 check --rules "$work/none.rules" "$work/both.json"
says err 'none.rules'
run 2 check --rules /dev/stdin "$work/both.json" </dev/zero # no end: only its first bytes are read
says err '/dev/stdin: more than 1048576 bytes'

# 50,000 types and 30,000 rules about one family are looked at once each.
{
    awk 'BEGIN { for (i = 0; i < 50000; i++) print "type " 100000 + i " B" i }'
    printf 'type 155 A_1\nA'
    awk 'BEGIN { for (i = 0; i < 30000; i++) printf ", A"; print ": inputs read because \"x\"" }'
} >"$work/many.rules"
(ulimit -t 10; run 0 check --rules "$work/many.rules" "$work/both.json") # seconds of processor time

# Which of the 4,096 parts of a buffer an operand touches is looked at once, not for each of its 2,000,000 pieces.
apart=$(awk -v none=$none 'BEGIN {
    for (i = 0; i < 66; i++)
        printf "%s{\"task_type\": 155, \"inputs\": null, \"outputs\": [{\"base_ptr\": \"y\", \"offset\": 0, " \
               "\"data_type\": 941, \"dims\": [%s}], \"dependent_event\": %s, \"trigger_event\": 2, " \
               "\"request_id\": %d, \"kv_idx\": %d}", i ? ", " : "",
               i < 64 ? "1], \"strides\": [1]" : i == 64 ? "2], \"strides\": [7]" : \
               "2000, 1000], \"strides\": [3000000, 1003]", none, i % 64, i % 64
}')
graph "$apart" "$(event 910 66 0 0)" >"$work/apart.json"
rule 'LINEAR_SWAPAB_HOPPER: outputs write by request, kv because "they are apart"'
(ulimit -t 10; run 2 check --rules "$work/my.rules" "$work/apart.json")
says err 'more than 4194304 segments'

run 2 check --rules "$work/my.rules" "$VRRL_SOURCE/tests/data/cases/tile-nobody-writes.json"
says err "rules are for Mirage's graphs, this one is AutoMegaKernel's"
run 2 check --rules "$work/my.rules" --machine "$VRRL_SOURCE/examples/machines/hazy-latency.mkd" \
    "$data/hazy-latency-tiny-sm12-rr.npy.zst"
says err "rules are for graphs without a description, "

# ---- What is wrong in the graph ----------------------------------------------------------------------
# broken SED TEXT: the good graph, edited
broken() {
    sed "$1" "$work/good.json" >"$work/bad.json"
    run 2 check "$work/bad.json"
    says err "$2"
    says err 'bad.json'
    says err 'Fix: '
}
broken 's/"task_type": 118, //' 'task 3 has no task_type'
broken 's/"task_type": 118/"task_type": -1/' 'task_type: expected a whole number from 0'
broken 's/"task_type": 118/"task_type": 1.5/' 'task_type: expected a whole number from 0'
broken 's/"dependent_event": 2,/"dependent_event": 9,/' 'task 3 (SILU_MUL): dependent_event is 9, and there are 4 events'
broken 's/"trigger_event": 3/"trigger_event": 99/' 'task 3 (SILU_MUL): trigger_event is 99, and there are 4 events'
broken 's/"event_type": 900/"event_type": 77/' 'event 2 has the event_type 77'
broken 's/"first_task_id": 3, "last_task_id": 4/"first_task_id": 3, "last_task_id": 40/' 'event 2: last_task_id is 40, and there are 4 tasks'
broken 's/"first_task_id": 3, "last_task_id": 4/"first_task_id": 4, "last_task_id": 3/' 'event 2 ends at task 3, before it begins at 4'
broken 's/"num_triggers": 1, "first_task_id": 3/"first_task_id": 3/' 'event 2 lacks one of'
broken 's/"base_ptr": "y", //' 'a tensor without base_ptr'
broken 's/"data_type": 941/"data_type": 7/g' 'has a data_type that is not known'
broken 's/"dims": \[4, 8\]/"dims": [4, 8, 2]/' '3 dims and 2 strides'
broken 's/"dims": \[4, 8\]/"dims": [0, 8]/' 'dims: expected a whole number from 1'
broken 's/"dims": \[4, 8\], "strides": \[8, 1\]/"dims": [100000, 8], "strides": [1099511627776, 1]/' 'a tensor that ends past 2^48 bytes'
broken 's/"offset": 0/"offset": -8/' 'offset: expected a whole number from 0'
broken 's/"base_ptr": "y"/"base_ptr": "a\\u0007"/' 'a name with an escape or a control character'
broken 's/"all_events"/"all_tasks"/' 'a key that is there twice'
broken 's/"all_events"/"events"/' 'there is no "all_events" array'
broken 's/, "first_tasks.*$/,}/' 'expected more behind'
broken 's/\], "first_tasks.*$//' 'expected `,` or `]`'
broken 's/$/ x/' 'expected the end behind the last'
broken 's/"inputs": null/"inputs": [{"base_ptr": "q", "offset": 0, "data_type": 941, "dims": [1], "strides": [1]}]/' 'the first two are the runtime'"'"'s own'
broken 's/"event_type": 900/"event_type": 901/; s/"event_type": 910, "num_triggers": 1, "first_task_id": 0, "last_task_id": 0/"event_type": 901, "num_triggers": 1, "first_task_id": 3, "last_task_id": 4/' 'both launch task 3'
graph "" "$(event 910 0 0 0)" | sed 's/, \], "all_events"/], "all_events"/' >"$work/empty.json"
run 2 check "$work/empty.json"
says err 'there are no tasks'
