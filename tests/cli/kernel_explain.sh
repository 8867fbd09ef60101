#!/bin/sh
# Why a kernel fails: the finding of a reduced schedule, what the run did, who could write what is waited for, and
# changes of order, scope, fences and barriers, each of which was tried.
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$VRRL_SOURCE"/examples/kernels/*.ptx "$VRRL_SOURCE"/examples/kernels/*.launch \
    "$VRRL_SOURCE"/tests/data/kernels/explain/* "$work"
cd "$work"

# try ARGUMENT ...: prints the command, all that it says, and its exit code.
try() {
    echo "\$ vrrl $*" | sed -E 's/k1:[0-9a-f]{16}[^ ]*/k1:.../'
    code=0
    "$VRRL" "$@" >said 2>&1 || code=$?
    sed -E 's/k1:[0-9a-f]{16}[^ ]*/k1:.../' said
    echo "[$code]"
}

# plant NAME EXPRESSION: the example with an edit that changes one line, explained.
plant() {
    sed "$2" "$1.ptx" >planted.ptx
    [ "$(diff "$1.ptx" planted.ptx | grep -c '^>')" = 1 ] || { echo "$1: $2 does not change one line"; exit 1; }
    echo "# $1: $2"
    try explain planted.ptx --launch "$1.launch" --schedules 200
}

{
    # An order, a scope, a fence, a barrier.
    plant static_queues '/red.release/s/release/relaxed/'
    plant grid_barrier '/acq_rel.gpu/s/gpu/cta/'
    plant split_k '/membar.gl/{s/.*//;:a;n;ba}'
    plant scheduler '/bar.sync/{s/.*//;:a;n;ba}'
    plant host_ring '/st.release.sys/s/sys/gpu/'
    # Two at once; of a flag that is weak they are no hiding, of data they are.
    try explain pass.ptx --launch pass.launch
    plant pass '/st.relaxed/s/relaxed.gpu.//'
    # Nothing mends what nobody waits for; one of two that are missing is mended in part.
    sed '/@%p2/d' pass.ptx >planted.ptx
    try explain planted.ptx --launch pass.launch
    sed '/bar.sync/d' scheduler.ptx >planted.ptx
    try explain planted.ptx --launch scheduler.launch --schedules 200
    # A count that is off by one; a word that nobody writes.
    sed 's/, 4, 2,/, 5, 2,/' static_queues.launch >count.launch
    try explain static_queues.ptx --launch count.launch
    sed '/st.relaxed/d' pass.ptx >planted.ptx
    try explain planted.ptx --launch pass.launch
    # A schedule that is given; one that does not fail; nothing that fails.
    sed '/red.release/s/release/relaxed/' static_queues.ptx >planted.ptx
    string=$("$VRRL" explore planted.ptx --launch static_queues.launch --schedules 20 --json |
        sed 's/.*"schedule":"\([^"]*\)".*/\1/') || :
    try explain planted.ptx --launch static_queues.launch --schedule "$string" --schedules 20 | head -n 8
    string=$("$VRRL" explain planted.ptx --launch static_queues.launch --schedules 20 --json |
        sed 's/.*"schedule":"\([^"]*\)".*/\1/') || :
    try replay planted.ptx --launch static_queues.launch --schedule "$string" | head -n 3
    try explain static_queues.ptx --launch static_queues.launch --schedules 20
    string=$("$VRRL" shrink static_queues.ptx --launch count.launch --json | sed 's/.*"schedule":"\([^"]*\)".*/\1/') || :
    try explain static_queues.ptx --launch static_queues.launch --schedule k1:0
    try explain static_queues.ptx --launch count.launch --schedule "$string" --no-park
    printf '%s\n' "$string" >string
    try explain static_queues.ptx --launch count.launch --schedule @string | head -n 3
    # Options that say nothing of a kernel.
    for option in --svg=x --ascii --model=sc --steps=2 --stats; do
        try explain split_k.ptx --launch split_k.launch $option | sed -n 2p
    done
} >found
[ -z "${VRRL_REFRESH:-}" ] || cp found "$VRRL_SOURCE/tests/cli/kernel_explain.expected"
diff -u "$VRRL_SOURCE/tests/cli/kernel_explain.expected" found
