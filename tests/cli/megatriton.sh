#!/bin/sh
# MegaTriton's work queues by the shell: an archive that needs no description, static and claimed in order; other
# commands take it, too, rules correct what footprints do not tell, and what is wrong names the file and the place.
set -eu
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }
export PYTHONDONTWRITEBYTECODE=1
data=$VRRL_SOURCE/tests/data/import
. "$VRRL_SOURCE/tests/cli/lib/run.sh"
static=$data/megatriton-qwen3-1.7b-2l-sm132.npz
runtime=$data/megatriton-qwen3-1.7b-2l-runtime.npz

# ---- As they are ------------------------------------------------------------------------------------
run 0 check "$static"
says out 'IMPORTED  2504 tasks: MegaTriton work queues'
says out '  tasks: 5 rms_norm, 128 qkv_proj, 48 qk_norm_rope_update_kvcache, 512 attn_split'
says out '  132 queues of up to 19 tasks, one a worker'
says out '  ranges of flags that are waited for: 143'
says out '  592 tasks write somewhere in a buffer, and the footprints do not tell where: taken to be apart'
says out 'SAFE  no race, no deadlock     exact; 2,504 tasks'
says out '132 serial queues'
[ ! -s "$work/err" ] || fail "warnings of queues that are right"
run 0 check "$runtime"
says out '  1 queue, from which workers claim tasks in order'
says out 'pool workers'

# An earlier entry of a queue has waited for what a later one needs: no pool.
run 1 check --assign pool "$static"
says out 'RACE  read before write    4 defects, 10,103 unordered pairs     exact; 2,504 tasks'
says out '  attn_split(layer 0, task 3, tile 132), worker 89, entry 1  reads  t11[0:131072]'
says out '  qk_norm_rope_update_kvcache(layer 0, task 2, tile 0), worker 65, entry 0  writes somewhere in t11[0:131072]'
says out ' signals flags(layer 0, task 2, tiles 0 to 23), attn_split(layer 0, task 3, tile 132) does not wait for it'
command=$(sed -n 's/^ *vrrl replay/replay/p' "$work/out")
[ -n "$command" ] || fail "no command that shows the race"
# shellcheck disable=SC2086
run 1 $command
says out 'race '

# ---- Other commands take them, too -------------------------------------------------------------------
python3 "$VRRL_SOURCE/tests/cli/megatriton_bad.py" "$VRRL_SOURCE/tests/cli" "$work" >"$work/bad"
run 0 check "$work/good.npz"
lacks out "somewhere in a buffer"
says out 'IMPORTED  6 tasks: MegaTriton work queues'
run 0 check - <"$work/good.npz"
run 0 explore --schedules 20 "$work/good.npz"
run 0 record "$work/good.npz" -o "$work/good.vrrd"
run 0 replay "$work/good.vrrd"
run 1 explore --schedules 20 "$work/waits.npz"
run 1 explain "$work/waits.npz"
says out 'make(layer 0, task 0'
run 1 shrink "$work/waits.npz" -o "$work/small"
if command -v zstd >/dev/null; then
    zstd -q "$work/good.npz" -o "$work/good.npz.zst"
    run 0 check "$work/good.npz.zst"
fi

# ---- Rules -------------------------------------------------------------------------------------------
rule() { printf '%s\n' "$1" >"$work/my.rules"; }
rule 'make: outputs 0 read-write because "it adds in place"
use: inputs nothing because "for the test"'
run 0 check --rules "$work/my.rules" "$work/good.npz"
says out '  corrected by your rules: make: outputs 0 read-write, 3 tasks: it adds in place'
rule 'attn_combine: outputs 0 write because "all tiles write all of it"'
run 1 check --time 2 --rules "$work/my.rules" "$static"
says out 'RACE  two writes    2 defects, 240 unordered pairs'
rule 'use: outputs 3 write because "x"'
run 2 check --rules "$work/my.rules" "$work/good.npz"
says err 'my.rules:1: use names output 3, and a task of this type has 1'
rule 'nobody: outputs write because "x"'
run 0 check --rules "$work/my.rules" "$work/good.npz"
says err 'my.rules:1: no task is a nobody'
for text in 'use: outputs write by request because "x"' 'use: other GPUs because "x"'; do
    rule "$text"
    run 2 check --rules "$work/my.rules" "$work/good.npz"
    says err 'my.rules:1: `other GPUs` and `by` are for Mirage'
done
for text in 'type 5 use' 'thresholds fixed because "x"'; do
    rule "$text"
    run 2 check --rules "$work/my.rules" "$work/good.npz"
    says err 'my.rules: `type` and `thresholds` are for Mirage'
done

# ---- What is wrong in them ---------------------------------------------------------------------------
while IFS='	' read -r path text; do
    run 2 check "$path"
    says err "$text"
    says err "${path##*/}"
    says err 'Fix: '
done <"$work/bad"
run 2 check "$data/megakittens-llama1b-sm148-2l.npz"
says err 'Fix: give --machine FILE.mkd.'
run 2 check "$static:work_queues"
says err 'Fix: give --machine FILE.mkd.'
head -c 20000 "$static" >"$work/cut.npz"
run 2 check "$work/cut.npz"
says err 'cut.npz'
