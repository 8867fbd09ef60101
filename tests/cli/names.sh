#!/bin/sh
# --names: what dump, tail, info, replay, check and diff call the opcodes, operands, tenants and words of another host;
# that nothing else depends on it; and what is said where the file is wrong, or not for this input.
set -eu
names=$VRRL_SOURCE/examples/names/decode.names
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() { echo "FAIL $1" >&2; exit 1; }

# run CODE COMMAND ARGUMENT ...: stdout and stderr apart
run() {
    expected=$1; shift
    status=0
    "$VRRL" "$@" >out 2>err || status=$?
    [ "$status" -eq "$expected" ] || { cat out err >&2; fail "$*: exit $status"; }
}
says() { grep -qF -- "$2" "$1" || { cat "$1" >&2; fail "$1 does not say: $2"; }; }
lacks() { if grep -qF -- "$2" "$1"; then cat "$1" >&2; fail "$1 says: $2"; fi; }

run 0 import "$VRRL_SOURCE/examples/names/decode.csv" run.vrrl --capacity 64
cp run.vrrl before.vrrl

# ---- Records ---------------------------------------------------------------------------------------------------------
run 0 dump run.vrrl --names "$names"
says out '     decode  ATTENTION       layer=11 head=3 kv=0x7f3a40000000 scale=0.125'
says out '    prefill  STORE_U32       value=1 word=tail                          DONE'
says out '    prefill  op 0x2d                5          6          0          0'
says out 'goal=8 flags=0x1 out=?'
run 0 tail run.vrrl --names "$names" -n 3
says out 'logits=logits[0] temperature=0.7'
# A name stands for its number, wherever --names stands.
run 0 dump --opcode SAMPLE -t decode --names "$names" run.vrrl --format csv
cp out by-name
run 0 dump --opcode USER+7 -t 1 run.vrrl --format csv
cmp out by-name
[ "$(wc -l <out)" -eq 2 ] || fail "one record is called SAMPLE"
# CSV is what import takes: it has numbers.
run 0 dump run.vrrl --format csv --names "$names"
cp out with-names
run 0 dump run.vrrl --format csv
cmp out with-names
run 0 dump --unfinished run.vrrl --format jsonl --names "$names"
says out '"tenant_name":"decode","operands":[{"name":"layer","value":"11"},{"name":"rank","value":"-1"}'
says out '{"name":"out","value":null}'
says out '"opcode_name":"op 0x2d"'
says out '"tenant_name":"prefill","operands":[]}'
run 0 info run.vrrl --names "$names"
says out '  tenants    2: decode (7), prefill (3)'
says out '    record 3  epoch 7  slot 3  decode  ALL_REDUCE  layer=11 rank=-1 counter=arrived[11]'
says out '    record 9  epoch 7  slot 6  prefill  op 0x2d'
says out '             1 of them has no name here. Fix: give --names FILE (docs/names.md)'
run 0 info run.vrrl
says out '             4 of them have no name here. Fix: give --names FILE (docs/names.md)'
cmp run.vrrl before.vrrl

# A file that does not end is not said to have the size at which reading ended.
yes '# no name' | head -c 3000000 >endless.names
run 2 info run.vrrl --names endless.names
says err 'endless.names: more than 1048576 bytes of names'

# ---- A log that is run again -----------------------------------------------------------------------------------------
run 0 replay run.vrrl --names "$names"
says out '             ATTENTION (2), ROPE (1), ALL_REDUCE (1), op 0x2d (1), SAMPLE (1)'
run 0 replay run.vrrl
says out '             op 0x2a (2), op 0x2b (1), op 0x2c (1), op 0x2d (1), USER+7 (1)'
run 125 check run.vrrl --names "$names"
says err 'of 7 publishes 6 cannot be run and 0 lack arguments or memory'
says err '  Fix: say what slots read and write as a task graph (docs/your-host.md)'
printf '%s\n' "$(sed 1q "$VRRL_SOURCE/examples/names/decode.csv")" | "$VRRL" import - empty.vrrl --capacity 8 >out
run 125 check empty.vrrl
says err 'the log has no publish'

# A verdict is what it was; what it is about has names.
header=index,timestamp_ns,slot_idx,tenant_id,opcode,arg0,arg1,arg2,arg3,epoch,slot_status,failure_class
printf '%s\n' "$header,backend_error_code,output_digest" '0,1,0,0,1,7,3000,0,0,1,,,,' '1,2,1,0,1,8,3000,0,0,1,,,,' |
    "$VRRL" import - race.vrrl --capacity 8 >out
printf '%s\n' "$header,backend_error_code,output_digest" '0,1,0,0,1,7,3000,0,0,1,,,,' '1,2,1,0,3,3000,4,0,0,1,,,,' >order.csv
printf 'opcode 1 PUT value i32, where word\nword flag at 3000\n' >race.names
run 1 check race.vrrl
lacks out PUT
run 1 check race.vrrl --names race.names
says out 'slot 0 PUT'
says out 'flag'
says out 'race.vrrl --names race.names --schedule'
command=$(sed -n 's/^ *vrrl replay/replay/p' out)
# shellcheck disable=SC2086
run 1 $command
says out 'slot 1 PUT'
run 1 explore race.vrrl --names race.names
run 1 explain race.vrrl --names race.names
says out 'PUT'
# What shrink writes is a program, which has the names in it and takes no others.
run 0 import "$work/order.csv" order.vrrl --capacity 8
run 1 shrink order.vrrl --names race.names -o min.vrrd
grep -q '^word flag' min.mk || { cat min.mk >&2; fail 'min.mk does not know flag'; }
command=$(sed -n 's/^ *again: vrrl replay/replay/p' out)
# shellcheck disable=SC2086
run 1 $command

# ---- Recordings ------------------------------------------------------------------------------------------------------
printf 'word x\nepoch\n    STORE_U32 1, x\n    STORE_U32 2, x\nend\n' >two.mk
sed 's/STORE_U32 1/STORE_U32 3/' two.mk >other.mk
run 0 record two.mk -o a.vrrd
run 0 record other.mk -o b.vrrd
word=$("$VRRL" dump --format csv a.vrrd | sed -n '2s/\([^,]*,\)\{6\}\([0-9]*\),.*/\2/p')
printf 'opcode 1 PUT\nword flag at %s\n' "$word" >two.names
run 1 check a.vrrd
lacks out flag
run 1 check a.vrrd --names two.names
says out 'slot 0 PUT'
says out 'flag'
run 1 diff a.vrrd b.vrrd
sed 's/STORE_U32/PUT/g' out >renamed
run 1 diff a.vrrd b.vrrd --names two.names
cmp out renamed

# ---- What is wrong ---------------------------------------------------------------------------------------------------
printf 'opcode 0x2a ATTENTION layer u61\n' >bad.names
for command in "dump run.vrrl" "tail run.vrrl" "info run.vrrl" "replay run.vrrl" "check run.vrrl" "diff a.vrrd b.vrrd"; do
    # shellcheck disable=SC2086
    run 2 $command --names bad.names
    says err 'bad.names:1:29: expected a format, found `u61`; did you mean `u16`?'
    says err '  Fix: '
    [ ! -s out ] || fail "$command prints though its names are not read"
done
run 2 check two.mk --names two.names
says err '--names is for logs and recordings, two.mk is a program file'
run 2 check "$VRRL_SOURCE/tests/data/programs/toy-2l.json" --names two.names
says err '--names is for logs and recordings'
run 2 dump run.vrrl --names no-such-file --opcode ATTENTION
says err 'open no-such-file: No such file or directory'
run 2 dump run.vrrl --names "$names" --opcode ATENTION
says err '--opcode "ATENTION"'
run 2 dump run.vrrl --names "$names" -t decoder
says err '--tenant "decoder"'
mkfifo pipe
run 2 dump run.vrrl --names pipe
says err 'pipe'
