# Sourced behind run.sh: what the commands of a test have used of a processor, whatever else runs on the machine.
# use_ms: sets $used to the milliseconds of all commands that have ended. `times` tells them in this shell alone.
use_ms() {
    times >"$work/used"
    used=$(awk 'NR == 2 { split($1 "m" $2, t, /[ms]+/); printf "%d", (t[1] * 60 + t[2] + t[3] * 60 + t[4]) * 1000 }' \
        "$work/used")
}
# within MS WHAT: no more since $before, which use_ms was told
within() { use_ms; [ $((used - before)) -lt "$1" ] || { cat out >&2; fail "$2: $((used - before)) ms of a processor"; }; }
