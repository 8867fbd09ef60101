#!/bin/sh
# Kernels under schedules: nothing is found of the examples; with one planted error each it is found, told with its
# lines, and shown again by its string. What does not fit together is refused.
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$VRRL_SOURCE"/examples/kernels/*.ptx "$VRRL_SOURCE"/examples/kernels/*.launch \
    "$VRRL_SOURCE/examples/message-passing.mk" "$work"
cd "$work"

# try ARGUMENT ...: prints the command, all that it says, and its exit code.
try() {
    echo "\$ vrrl $*"
    code=0
    "$VRRL" "$@" 2>&1 || code=$?
    echo "[$code]"
}

# plant NAME EXPRESSION: the example with an edit that changes one line, explored.
plant() {
    sed "$2" "$1.ptx" >"planted.ptx"
    [ "$(diff "$1.ptx" planted.ptx | grep -c '^>')" = 1 ] || { echo "$1: $2 does not change one line"; exit 1; }
    echo "# $1: $2"
    try explore planted.ptx --launch "$1.launch" --schedules 200
}

{
    for launch in *.launch; do
        try explore "${launch%.launch}.ptx" --launch "$launch" --schedules 400 | sed -n '2p;$p'
    done
    # A missing acquire, release, scope, fence, barrier.
    plant static_queues '92s/acquire/relaxed/'
    plant static_queues '/red.release/s/release/relaxed/'
    plant grid_barrier '/acq_rel.gpu/s/gpu/cta/'
    plant split_k '/membar.gl/{s/.*//;:a;n;ba}'
    plant host_ring '/st.release.sys/s/sys/gpu/'
    plant scheduler '/bar.sync/{s/.*//;:a;n;ba}'
    # A count that is off by one, a flag that is set before its data.
    sed 's/, 9, 2,/, 10, 2,/' scheduler.launch >count.launch
    try explore scheduler.ptx --launch count.launch --schedules 50
    sed 's/cooperative/grid 6/; 1i multiprocessors 4, blocks 1' grid_barrier.launch >room.launch
    try explore grid_barrier.ptx --launch room.launch --schedules 50
    # A lock of Triton's, whose blocks go round from barrier to barrier; it was never free, or is let go of too early.
    cp "$VRRL_SOURCE"/tests/data/kernels/triton/locked.* .
    try explore locked.ptx --launch locked.launch --schedules 100 | sed -n '2p;$p'
    sed 's/lock\[1\]/lock[1] = 1/' locked.launch >held.launch
    try explore locked.ptx --launch held.launch --schedules 20
    plant locked '/atom.*exch/s/acq_rel/relaxed/'
    # What an expectation and the sequential run say, and how fast it was.
    sed 's/== 7/== 8/' host_ring.launch >wrong.launch
    try explore host_ring.ptx --launch wrong.launch --schedules 1
    cp wrong.launch expected.launch
    printf '.version 8.0\n.target sm_90\n.address_size 64\n.entry k(.param .u64 out)\n{\n.reg .b32 %%r<3>;\n.reg .b64 %%rd<2>;\nld.param.u64 %%rd1, [out];\nmov.u32 %%r1, %%ctaid.x;\natom.relaxed.gpu.global.exch.b32 %%r2, [%%rd1], %%r1;\nret;\n}\n' >last.ptx
    printf 'buffer out[1]\nlaunch k\ngrid 2\nparameters out\nend\nobserve out\n' >last.launch
    try explore last.ptx --launch last.launch --schedules 20
    try explore last.ptx --launch last.launch --schedules 20 --stats --no-park --visible all | sed 's/^  speed.*/  speed    (left out)/'
    # The same, however many processes run the schedules.
    sed '/red.release/s/release/relaxed/' static_queues.ptx >planted.ptx
    for options in "" --stop-first; do
        for jobs in 1 2 5; do
            "$VRRL" explore planted.ptx --launch static_queues.launch --schedules 300 --jobs $jobs $options --json >"jobs$jobs" || :
            cmp jobs1 "jobs$jobs"
        done
    done
    # Shown again.
    sed '/red.release/s/release/relaxed/' static_queues.ptx >planted.ptx
    string=$("$VRRL" explore planted.ptx --launch static_queues.launch --schedules 50 | sed -n 's/.*--schedule //p' | head -n 1)
    try replay planted.ptx --launch static_queues.launch --schedule "$string"
    try replay planted.ptx --launch static_queues.launch --schedule "$string" --stats | grep states
    try replay static_queues.ptx --launch static_queues.launch --schedule "$string"
    try replay static_queues.ptx --launch static_queues.launch --schedule "${string%?}"
    try replay static_queues.ptx --launch static_queues.launch
    # A schedule with as few choices as its finding needs, of which the string is kept.
    shrink() { try shrink "$@" | sed 's/, [0-9.]* s$/, (time)/'; }
    shrink planted.ptx --launch static_queues.launch --schedule "$string" -o string
    try replay planted.ptx --launch static_queues.launch --schedule @string | sed -n '1,4p'
    try shrink planted.ptx --launch static_queues.launch -o string
    printf 'buffer out[1]\nlaunch k\ngrid 9\nparameters out\nend\nobserve out\n' >nine.launch
    shrink last.ptx --launch nine.launch
    shrink scheduler.ptx --launch count.launch
    shrink split_k.ptx --launch split_k.launch --schedules 20
    for option in --stats --grain=op --workers=2 --steps=1 "--schedule k1:0 --no-park"; do
        try shrink split_k.ptx --launch split_k.launch $option | sed -n 2p
    done
    try shrink message-passing.mk --launch split_k.launch
    try explain split_k.ptx --launch split_k.launch
    # Findings: ids that no seed changes, and what continuous integration makes of them.
    ids() {
        "$VRRL" explore "$@" --json | python3 -c 'import json, sys
for f in json.load(sys.stdin)["findings"]:
    print(f["id"], f["line"], f["text"], f["replay"].endswith(" --schedule " + f["string"]))'
    }
    for seed in 1 77; do
        ids planted.ptx --launch static_queues.launch --schedules 20 --seed $seed
        ids scheduler.ptx --launch count.launch --schedules 20 --seed $seed
        ids host_ring.ptx --launch expected.launch --schedules 20 --seed $seed
    done
    ids last.ptx --launch last.launch --schedules 20
    mkdir moved
    cp planted.ptx moved
    ids moved/planted.ptx --launch static_queues.launch --schedules 20
    try explore planted.ptx --launch static_queues.launch --schedules 20 -q --write-baseline known.json --sarif s --junit j
    try explore planted.ptx --launch static_queues.launch --schedules 20 -q --seed 9 --baseline known.json
    try explore planted.ptx --launch static_queues.launch --schedules 20 -q --fail-on deadlock
    grep -E '"(uri|startLine)"' s
    grep -o 'name="race.*line=.*"' j
    # What does not fit together.
    sed 's/^launch split_k/launch split/' split_k.launch >wrong.launch
    try explore split_k.ptx --launch wrong.launch
    sed 's/, out$//' split_k.launch >wrong.launch
    try explore split_k.ptx --launch wrong.launch
    sed 's/tickets, out$/7, out/; s/parameters in,/parameters 1, in,/' split_k.launch >wrong.launch
    try explore split_k.ptx --launch wrong.launch
    try explore split_k.ptx --launch split_k.ptx
    try explore split_k.launch --launch split_k.launch
    try explore split_k.ptx --launch nothing
    try explore split_k.ptx --launch split_k.launch --strategy exhaustive
    # A kernel without its launch file, a launch file without a kernel, and commands that take no kernels.
    for command in explore replay shrink explain check; do
        try $command split_k.ptx
    done
    try record split_k.ptx -o run
    try replay split_k.ptx --schedule k1:0
    for command in explore "replay --schedule k1:0"; do
        try $command message-passing.mk --launch split_k.launch
        try $command message-passing.mk --stats
    done
    try ptx message-passing.mk
    # Options that say nothing of a kernel; of all but the first the first line is enough.
    try explore split_k.ptx --launch split_k.launch --model=sc
    try replay split_k.ptx --launch split_k.launch --schedule k1:0 --as-recorded
    for option in --grain=slot --grain=op --workers=2 --in-flight=1 --steps=2 --assign=rr:2 --resident=1 --pipelined=2 \
        --machine=m.mkd --rules=r --from-step=1 --outcomes=out --check-determinism; do
        try explore split_k.ptx --launch split_k.launch $option | sed -n 2p
    done
    for option in --backend=threads --backend=reference --seed=1 --repeat=2 --repeat=1 --from=1 --steps=2 --ring-slots=4 --image=x --no-park; do
        try replay split_k.ptx --launch split_k.launch --schedule k1:0 $option | sed -n 2p
    done
} >found
[ -z "${VRRL_REFRESH:-}" ] || cp found "$VRRL_SOURCE/tests/cli/kernels.expected"
diff -u "$VRRL_SOURCE/tests/cli/kernels.expected" found
