#!/bin/sh
# Instruction tensors by the shell: what was imported is said before the verdict, names are the author's, repairs
# are an opcode's, and what is wrong names the file and the place.
set -eu
data=$VRRL_SOURCE/tests/data/import
machines=$VRRL_SOURCE/examples/machines
. "$VRRL_SOURCE/tests/cli/lib/run.sh"

# ---- MegaKittens: a member of an archive; the least time, since what it takes to try repairs is not looked at ------
kittens="--machine $machines/megakittens-llama1b.mkd $data/megakittens-llama1b-sm148-2l.npz:instructions"
# shellcheck disable=SC2086
run 0 check $kittens --set FIX_REUSE=1 --set FIX_K=1
says out 'IMPORTED  1309 instructions, 4177 parts: MegaKittens llama1b'
says out '  148 workers with 9 entries each (23 empty); roles: loader, consumer, storer; 2 in flight'
says out '  instructions: 296 qkv (680 parts), 16 attention (48 parts), 256 oproj (512 parts)'
says out '  counters: 183'
says out 'SAFE  no race, no deadlock'
says out '  assumed by the description: signals release, whatever the code has; 23 kinds of edge rest on it'

# ---- Hazy, where qkv does not wait for the layer before ---------------------------------------------------------
tiny="--set L=2 --set HID=256 --set INTER=1024 --set HEADS=4 --set KV_HEADS=2 --set VOCAB=512
      $data/hazy-latency-tiny-sm12-rr.npy.zst"
sed -e '/^    part consumer/,/^    end/ { /waits Bar.layer - 1/d; }' \
    "$machines/hazy-latency.mkd" >"$work/ordered.mkd"
sed -e '/^order/d' "$work/ordered.mkd" >"$work/unordered.mkd"
# shellcheck disable=SC2086
run 1 check --machine "$work/ordered.mkd" $tiny
says out 'RACE  read before write    1 defect, 768 unordered pairs of parts, 144 of instructions'
says out '  qkv(layer 1, first 0, last 3) consumer, worker 6, entry 4  reads  hidden[0:256]'
says out '  no path down(layer 0, first 0, last 5, red 0) -> qkv(layer 1, first 0, last 3): down(layer 0, first 0, last 5, red 0) signals Bar[0][5][0], qkv(layer 1, first 0, last 3) does not wait for it'
says out '  repair: qkv(layer 1, first 0, last 3) waits for Bar[0][5][0] >= 64; and 11 more like it; checked again: safe'
says out '  counters: 30; 1 never waited for, Bar[0][5][0]'
lacks out ' task '
lacks out 'counter 1'

# The command that shows it repeats it, with the description.
command=$(sed -n 's/^ *vrrl replay/replay/p' "$work/out")
[ -n "$command" ] || fail "no command that shows the race"
# shellcheck disable=SC2086
run 1 $command
says out 'race '
lacks out '[0:1].lo'

# Two columns of a row at once.
sed 's/waits Bar\[layer\]\[4\]\[red\] >= ROWS/waits Bar[layer][3][0] >= ROWS/' "$machines/hazy-latency.mkd" >"$work/columns.mkd"
# shellcheck disable=SC2086
run 1 check --machine "$work/columns.mkd" $tiny
says out 'waits for Bar[0][4][0..3] >= 16; and '
sed -e 's/^ *signals Bar.layer..4..*/&\n            signals extra[layer] += 1/' -e 's/^roles/counters extra[L]\n&/' \
    "$work/columns.mkd" >"$work/extra.mkd"
# shellcheck disable=SC2086
run 1 check --machine "$work/extra.mkd" $tiny
says out 'waits for Bar[0][4][0..3] >= 16 and 1 other counter; and '

# ---- Hazy, whose description tells no order ---------------------------------------------------------------------
# shellcheck disable=SC2086
run 0 check --machine "$machines/hazy-latency.mkd" $tiny
says out '; 7 kinds of edge rest on it'
# shellcheck disable=SC2086
run 1 check --machine "$work/unordered.mkd" $tiny
says out 'RACE  a read and a write'
says out 'which of the two was meant to come first is not known: the description has no `order`'
printf 'instructions 32 words worker first\nopcode 0 noop\nend\n' >"$work/noop.mkd"
for opcode in 1 2 4 5 6 7; do
    printf 'opcode %d op%d\nreads x\nsignals c += 1\nend\n' $opcode $opcode
done | sed '1i buffer x[4] kv\ncounters c' >>"$work/noop.mkd"
run 0 check --machine "$work/noop.mkd" "$data/hazy-latency-tiny-sm12-rr.npy.zst"
says out '12 workers with 10 entries each (0 empty), one queue a worker'
says out '  counters: 1; 1 never waited for, c'

# ---- Other commands take them, too ------------------------------------------------------------------------------
# shellcheck disable=SC2086
run 1 explore --schedules 200 --stop-first --machine "$work/unordered.mkd" $tiny
says out 'vrrl replay'
says out "--machine $work/unordered.mkd --set L=2"
# shellcheck disable=SC2086
run 1 explain --machine "$work/unordered.mkd" $tiny --time 2
says out 'qkv(layer 1'
# shellcheck disable=SC2086
run 1 shrink --machine "$work/unordered.mkd" $tiny -o "$work/small"
says out 'SHRUNK  value at qkv(layer 1'
says out '  epochs                           1 -> 1'
run 1 explore "$work/small.mk"
# shellcheck disable=SC2086
run 0 record --machine "$machines/hazy-latency.mkd" $tiny -o "$work/tiny.vrrd"
run 0 replay "$work/tiny.vrrd"
# shellcheck disable=SC2086
run 0 explore --schedules 20 --machine "$machines/hazy-latency.mkd" $tiny
says out 'NO FAILURE'

# ---- What is wrong ----------------------------------------------------------------------------------------------
run 2 check "$data/hazy-latency-tiny-sm12-rr.npy.zst"
says err 'is a tensor (.npy)'
run 2 check --machine "$machines/hazy-latency.mkd" "$VRRL_SOURCE/examples/layer-tasks.mk"
says err 'is a program file'
# shellcheck disable=SC2086
run 2 check --machine "$machines/hazy-latency.mkd" $tiny --set HEADS=1 --set KV_HEADS=1
says err 'hazy-latency.mkd:'
says err 'of Bar, which has 3'
run 2 check --machine "$machines/hazy-throughput.mkd" "$data/megakittens-llama1b-sm148-2l.npz:instructions"
says err 'has the shape (9, 148, 64)'
run 2 check --machine "$machines/hazy-latency.mkd" "$data/megakittens-llama1b-sm148-2l.npz:nothing"
says err 'has no member nothing'
says err 'It has instructions, barriers, info.'
run 2 check --set L=2 "$data/hazy-latency-tiny-sm12-rr.npy.zst"
says err '--set and --table belong to --machine FILE'
run 2 check --machine "$machines/hazy-latency.mkd" --set L=x "$data/hazy-latency-tiny-sm12-rr.npy.zst"
says err 'the value is a number'
run 2 check --machine "$machines/hazy-latency.mkd" --set M=2 "$data/hazy-latency-tiny-sm12-rr.npy.zst"
says err 'declares no const of this name'
run 2 check --machine "$work/none.mkd" "$data/hazy-latency-tiny-sm12-rr.npy.zst"
says err 'none.mkd'
run 2 check --machine /dev/stdin "$data/hazy-latency-tiny-sm12-rr.npy.zst" </dev/zero # only its first bytes are read
says err '/dev/stdin: more than 1048576 bytes'
printf 'machine "\033[31m"\n' >"$work/red.mkd"
run 2 check --machine "$work/red.mkd" "$data/hazy-latency-tiny-sm12-rr.npy.zst"
says err 'red.mkd:1:9: a text with a control character'
run 2 check --assign rr:4 --machine "$work/noop.mkd" "$data/hazy-latency-tiny-sm12-rr.npy.zst"
says err 'are its own'

# A wait for a value that the counter may pass.
sed 's/>= ROWS$/== ROWS - 1/' "$machines/hazy-latency.mkd" >"$work/passed.mkd"
# shellcheck disable=SC2086
run 3 check --machine "$work/passed.mkd" $tiny
says out 'DEADLOCK  overshoot'
says out 'waits for Bar[0][3][0] == 15; without it the counter gets to 16'

# A deadlock of instructions.
sed 's/waits Bar\[layer\]\[3\]\[0\] >= ROWS/waits Bar[layer][3][0] >= ROWS + 1/' "$machines/hazy-latency.mkd" >"$work/stuck.mkd"
# shellcheck disable=SC2086
run 3 check --machine "$work/stuck.mkd" $tiny
says out 'DEADLOCK  over-wait'
says out '  waits for Bar[0][3][0] >= 17, sees 16'
lacks out ' task '
