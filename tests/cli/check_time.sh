#!/bin/sh
# --time ends each layer of vrrl check: after a second, in which it cannot have used more of a processor, and what it
# says of it. What was not done for it is said, and the verdict is not known where nothing was found. Without the limit
# each of these takes many seconds, but for the chain, which took them once.
set -eu
. "$VRRL_SOURCE/tests/cli/lib/run.sh"
. "$VRRL_SOURCE/tests/cli/lib/time.sh"
cd "$work"

# What needs no limit; the reference's run; pairs of slots.
printf 'word f\nepoch\n repeat 30000 as i\n  pack WAIT_GE f, 29999 - i then SIGNAL f, 1\n end\nend\n' >chain.mk
printf 'words a[1000000]\nwords s[1000]\nepoch\n repeat 1000 as i\n  DOT a, a, s[i], 1000000\n end\nend\n' >floats.mk
printf 'words x[1]\nepoch\n repeat 300000 as i\n  STORE_U32 i, x[0]\n end\nend\n' >stores.mk
# The search; and a race with repairs.
printf 'words x[4]\nwords y[400]\nepoch\n repeat 6 as i\n  pack ATOMIC_ADD 1, x[0] then ATOMIC_ADD 1, x[1] then ATOMIC_ADD 1, x[2] then ATOMIC_ADD 1, x[3]\n  LOAD_ACQUIRE x[0], y[i]\n end\nend\n' >search.mk

# in_time CODE SENTENCE COMMAND ...: a machine may be so busy that a layer does not begin in a second: then in longer.
in_time() {
    code=$1 sentence=$2
    shift 2
    for seconds in 1 4 16; do
        use_ms; before=$used status=0
        "$VRRL" check "$@" --time "$seconds" >out 2>&1 || status=$?
        within $((seconds * 1000 + 2000)) "$*"
        ! grep -qF "$sentence" out || break
    done
    [ "$status" -eq "$code" ] || fail "$*: exit $status, expected $code"
    grep -qF "$sentence" out || fail "$*: not said: $sentence"
}
in_time 0 'SAFE  no race, no deadlock' chain.mk
in_time 125 'not all epochs were looked at to their end: the time was over' floats.mk
in_time 125 '"out_of_time":true' floats.mk --json
in_time 125 'the time was over before all tasks were held against each other' stores.mk
in_time 125 'not all executions were searched: it ended' search.mk --states 1000000000
echo "check ends in time"
