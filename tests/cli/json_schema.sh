#!/bin/sh
# What --json prints fits docs/schema/: of every command that has it, over inputs of each kind and what is wrong
# with them; so do the answers that documents and expected outputs show.
set -eu
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }
python3 -c "import jsonschema" 2>/dev/null || { echo "jsonschema of Python is missing (python3-jsonschema)"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
examples=$VRRL_SOURCE/examples
data=$VRRL_SOURCE/tests/data
. "$VRRL_SOURCE/tests/cli/lib/long_search.sh"

# json COMMAND ARGUMENT ...: what it prints is looked at in the end, however it ends.
number=0
json() {
    number=$((number + 1))
    "$VRRL" "$@" --json >"out-$number-$1" 2>err || [ $? -lt 126 ] || { echo "vrrl $* --json: died"; cat err; exit 1; }
}

# ---- Another host's log, with names and without ------------------------------------------------

"$VRRL" import "$examples/names/decode.csv" names.vrrl --capacity 64 >/dev/null
for command in dump info replay check; do
    json $command names.vrrl
    json $command names.vrrl --names "$examples/names/decode.names"
done

# ---- Programs and task graphs ------------------------------------------------------------------

# A label that is not UTF-8.
# shellcheck disable=SC2016 # a quoted label
printf 'word x\nword y in observable\nepoch\n`w\377`: STORE_U32 1, x\nr: LOAD_U32 x, y\nend\n' >bytes.mk
json check --states 1000 "$examples"/*.mk "$data"/cases/*.mk bytes.mk
json check "$data"/cases/*.json "$data"/programs/toy-2l.*.json
json check --states 200 "$data"/repairs/[r-t]*.mk "$examples/bounded-queue.mk"
json check "$examples/bounded-queue.mk" --time 0.000001
json check "$data/programs/toy-2l.json" --assign rr:2 --pipelined 2 --steps 2
set -- --machine "$examples/machines/hazy-latency.mkd" "$data/import/hazy-latency-tiny-sm12-rr.npy.zst"
json check "$@" --set L=2 --set HID=256 --set INTER=1024 --set HEADS=4 --set KV_HEADS=2 --set VOCAB=512
sed 's/>= ROWS$/== ROWS - 1/' "$2" >passed.mkd
json check --machine passed.mkd "$3" --set L=2 --set HID=256 --set INTER=1024 --set HEADS=4 --set KV_HEADS=2 --set VOCAB=512
json check "$@"
json check bytes.mk --write-baseline known.json
json check bytes.mk --baseline known.json
for program in "$examples"/*.mk "$data"/cases/*.mk bytes.mk; do
    json explore "$program" --schedules 30
done
for program in "$data"/programs/toy-2l.*.json; do
    json explore "$program" --schedules 5
done
for program in missing-wait stale-counter residency shutdown pipelined-overtake; do
    json explain "$examples/$program.mk" --schedules 30 --time 1
    json shrink "$examples/$program.mk" --schedules 30 --time 1
done
for program in "$data"/repairs/*.mk; do
    json explain "$program" --schedules 100 --time 1
done
for program in drop-wait-1 over-wait-1 cycle-1; do
    json explain "$data/programs/toy-2l.$program.json" --schedules 20 --time 1
done
json explore "$examples/missing-wait.mk" --schedules 200 --outcomes seen --stop-first
json explore "$examples/message-passing.mk" --strategy exhaustive --model view
json explore "$examples/message-passing.mk" --strategy pct --schedules 20 --seed 18446744073709551615 --in-flight 2
json explain "$examples/message-passing.mk" --schedules 20
json shrink bytes.mk -o small.vrrd
json shrink "$examples/message-passing.mk" --schedules 20

# What nothing else shows.
awk '/^### /{n++; print substr($0, 5) >"shape-" n; next} n {print >"shape-" n ".mk"}' "$data/json-programs.txt"
for shape in shape-*.mk; do
    # shellcheck disable=SC2046 # a command and its options
    json $(cat "${shape%.mk}") "$shape"
done
json check "$data/import/mpk-custom-war2.json.zst" --rules "$examples/rules/split-rows.rules"
echo 'thresholds fixed because "a reason"' >fixed.rules
json check --time 1 --rules fixed.rules "$data/import/mpk-qwen3-0.6b-cc90-2l.json.zst"
json check "$data/import/megatriton-qwen3-1.7b-2l-runtime.npz"
sed 's/"abi_version": *"0.2"/"abi_version":"0.2"/; s/"pages": *null/"pages":{"buffer_to_page":{"0":0,"1":0,"2":0,"3":0,"4":0,"5":0,"6":0,"7":0,"8":0}}/' \
    "$data/programs/toy-2l.json" >pages.json
json check pages.json
json check --advise --time 1 "$data/programs/toy-2l.json" --assign rr:4
json check --time 0.000001 "$examples"/*.mk "$data/programs/llama-3.2-1b.drop-wait-5.json.zst"
awk 'BEGIN {for (i = 0; i < 66; i++) print i % 4, i == 1 ? 5 : i == 5 ? 1 : i}' >swapped
awk 'BEGIN {for (i = 0; i < 66; i++) print i % 4, 65 - i}' >backwards
json check "$data/programs/toy-2l.json" --assign swapped
json check "$data/programs/toy-2l.json" --assign backwards

# Ended by a signal, before anything is found or after.
long_search .
for program in large failing; do
    for command in check explore explain shrink; do
        number=$((number + 1))
        timeout --preserve-status --kill-after=60 --signal=INT 0.2 "$VRRL" $command $program.mk --json \
            >"out-$number-$command" 2>err || :
    done
done

# ---- Recordings and schedule strings -----------------------------------------------------------

json record "$examples/counter-reset.mk" -o same.vrrd
json record "$data/programs/toy-2l.over-wait-1.json" -o stuck.vrrd
json record "$examples/missing-wait.mk" -o cut.vrrd --time 0.000001
json record "$examples/debug-log.mk" -o debug.vrrd
json record "$examples/tenant-fault.mk" -o fault.vrrd --failures-log failures.vrrl
json record "$examples/shutdown.mk" -o shut.vrrd
json record "$data/programs/toy-2l.json" -o graph.vrrd --backend reference
json record bytes.mk -o none.vrrd --backend none
for recording in same stuck cut debug fault shut graph; do
    json replay $recording.vrrd
    json check $recording.vrrd
    json explore $recording.vrrd --schedules 5
    json diff same.vrrd $recording.vrrd
    json replay $recording.vrrd/slots.vrrl --pack
    json info $recording.vrrd
done
json replay same.vrrd --repeat 2
json replay same.vrrd --as-recorded
json check same.vrrd --as-run
printf 'word x\nwords r[2] in observable\nepoch\n' >two.mk
printf '%s: pack STORE_U32 %d, x then MEMCPY x, r[%d], 1\n' a 1 0 b 2 1 >>two.mk
echo end >>two.mk
for seed in 1 2 3 4 5; do # in some of them not as recorded: the two have done their operations in turn
    "$VRRL" record two.mk -o two-$seed.vrrd --backend scheduled --seed $seed >/dev/null
    json replay two-$seed.vrrd --as-recorded
done
json replay "$data/compat/0.1/run.vrrd"
json replay "$data/compat/0.1/missing-wait.mk" --schedule "@$data/compat/0.1/schedule.txt"
json replay "$examples/missing-wait.mk" --schedule v1:sc.op.w1.y1.a94124800a96.c3.AQEB.7f41257d
json replay "$examples/stale-counter.mk" --schedule v1:sc.op.w2.y1.ac885da6ceab.c18.AwECAAgPAQEUBAQcFwEDCAQIAAQJAAQA.67121a63
grep -oh "vrrl replay [^ \"]* --schedule [^ \"]*" out-*-check out-*-explore | sort -u | head -n 12 | cut -d " " -f 3,5 >shown
while read -r program string; do
    json replay "$program" --schedule "$string"
done <shown

# A run that was cut off; logs that tell all, and a run that hangs.
printf 'words x[8]\nepoch times 3\n    STORE_U32 1, x[1]\n    STORE_U32 2, x[1]\nend\n' >plain.mk
printf 'words a[60000]\nepoch\n    repeat 50 as i\n        MEMCPY a, a[30000], 30000\n    end\nend\n' >copies.mk
json record plain.mk -o plain.vrrd
cp -r plain.vrrd plain.vrrd.partial
sed -i 's/"state": *"finished"/"state": "recording"/' plain.vrrd.partial/manifest.json
cp -r same.vrrd same.vrrd.partial
sed -i 's/"state": *"finished"/"state": "recording"/' same.vrrd.partial/manifest.json
for command in explain shrink; do # without a failure
    json $command same.vrrd.partial --schedules 20
    json $command same.vrrd/slots.vrrl --schedules 20
done
for command in check explore explain shrink replay; do
    json $command plain.vrrd.partial
    json $command plain.vrrd/slots.vrrl
done
string=$("$VRRL" check plain.vrrd.partial --json | grep -o 'v1:[^ "]*' | head -n 1)
json replay plain.vrrd.partial --schedule "$string"
string=$("$VRRL" check plain.vrrd/slots.vrrl --json | grep -o 'v1:[^ "]*' | head -n 1)
json replay plain.vrrd/slots.vrrl --schedule "$string"
cp -r plain.vrrd damaged.vrrd
rm damaged.vrrd/state-0.zst
json info damaged.vrrd
json record copies.mk -o whole.vrrd
number=$((number + 1))
timeout --preserve-status --kill-after=60 --signal=INT 0.2 "$VRRL" replay whole.vrrd --repeat 100000 --json \
    >"out-$number-replay" 2>err || :
json explore large.mk --strategy exhaustive --time 0.2
json record copies.mk -o copies.vrrd --backend scheduled --timeout 0.05
json replay copies.vrrd

# ---- Logs --------------------------------------------------------------------------------------

for log in "$data"/vectors/*.vrrl failures.vrrl bytes.mk nothing; do
    json verify "$log"
    json info "$log"
    json dump "$log"
    json tail "$log"
    json repair "$log" -o "saved-$number.vrrl"
    json snapshot "$log" -o "copy-$number.vrrl"
    json merge "$log" same.vrrd/slots.vrrl -o "merged-$number.vrrl"
done
json verify "$data"/vectors/*.vrrl nothing
json repair same.vrrd/slots.vrrl -o saved.vrrl
"$VRRL" dump --format csv saved.vrrl >saved.csv
json import --capacity 100 saved.csv imported.vrrl
json import --capacity 2 bytes.mk none.vrrl
json pack same.vrrd -o same.pack
json unpack same.pack -o unpacked.vrrd
json trim same.vrrd --epochs 1- -o trimmed.vrrd

# ---- Kernels -----------------------------------------------------------------------------------

json ptx "$data"/ptx/*.ptx
printf '.version 9.0\n.target sm_90\n.entry k()\n.reqntid 32\n{\nwgmma.fence.sync.aligned;\n}\n' >tensor.ptx
json ptx tensor.ptx bytes.mk
for kernel in "$examples"/kernels/*.launch; do
    json explore "${kernel%.launch}.ptx" --launch "$kernel" --schedules 20
done
sed 's/acquire/relaxed/; s/bar.sync 	0/bar.arrive 0, 64/' "$examples/kernels/scheduler.ptx" >broken.ptx
sed 's/red.release/red.relaxed/; s/, 9, 2,/, 10, 2,/' "$examples/kernels/scheduler.launch" >broken.launch
json explore broken.ptx --launch broken.launch --schedules 20
json explore broken.ptx --launch "$examples/kernels/scheduler.launch" --schedules 20
json explore "$examples/kernels/scheduler.ptx" --launch broken.launch --schedules 20
sed 's/==/!=/; s/count/uninitialised/' "$examples/kernels/host_ring.launch" >other.launch
json explore "$examples/kernels/host_ring.ptx" --launch other.launch --schedules 20
"$VRRL" explore "$examples/kernels/scheduler.ptx" --launch broken.launch --schedules 5 |
    sed -n 's/.*--schedule //p' | while IFS= read -r string; do
    json replay "$examples/kernels/scheduler.ptx" --launch broken.launch --schedule "$string"
    json replay "$examples/kernels/scheduler.ptx" --launch other.launch --schedule "$string"
done

# ---- The rest ----------------------------------------------------------------------------------

json selftest --filter dekker
json selftest --list
commands="check diff dump explain explore import info merge pack ptx record repair replay selftest shrink snapshot tail trim unpack verify"
for command in $commands; do
    json "$command" --no-such-option
    [ "$command" = selftest ] || json "$command"
    json "$command" nothing nothing -o nowhere/nothing
done
json replay bytes.mk
json check --states none bytes.mk
"$VRRL" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | while IFS= read -r command; do
    "$VRRL" "$command" --help | grep -q -- --json || continue
    [ -e "$VRRL_SOURCE/docs/schema/$command.schema.json" ] || { echo "vrrl $command --json: no schema"; exit 1; }
    ls out-*-"$command" >listed || { echo "vrrl $command --json: not tried here"; exit 1; }
done

find . -maxdepth 1 -name 'out-*' -size +0 >tried
# shellcheck disable=SC2046 # no name has a space
python3 "$VRRL_SOURCE/tests/cli/json_schema.py" "$VRRL_SOURCE/docs/schema" $(cat tried) \
    "$VRRL_SOURCE"/docs/*.md "$VRRL_SOURCE"/README.md "$VRRL_SOURCE"/tests/cli/*.expected
