#!/bin/sh
# Colour and progress: on a terminal alone, no colour where NO_COLOR is set, neither in a pipe.
set -eu
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "FAILED: $1"; cat -v "$2"; exit 1; }

# on_terminal COMMAND ...: runs it with a terminal for all its output, and prints that.
on_terminal() { python3 -c 'import pty, sys; pty.spawn(sys.argv[1:])' "$@" </dev/null; }
on_terminal true || { echo "there is no terminal to be had"; exit 77; }
escape=$(printf '\033')
log=$VRRL_SOURCE/tests/data/vectors/evidence-every-class.vrrl
unset NO_COLOR

for command in dump tail; do
    on_terminal "$VRRL" $command "$log" >seen
    grep -q "$escape\\[31m" seen || fail "$command: no colour on a terminal" seen
    on_terminal env NO_COLOR=1 "$VRRL" $command "$log" >seen
    ! grep -q "$escape" seen || fail "$command: colour in spite of NO_COLOR" seen
    on_terminal env NO_COLOR= "$VRRL" $command "$log" >seen
    grep -q "$escape\\[31m" seen || fail "$command: an empty NO_COLOR counts" seen
    "$VRRL" $command "$log" >seen 2>&1
    ! grep -q "$escape" seen || fail "$command: colour in a pipe" seen
done

# A campaign that takes long enough to be shown.
set -- explore "$VRRL_SOURCE/examples/missing-wait.mk" --schedules 1000000000 --time 2
on_terminal "$VRRL" "$@" >seen || :
grep -q "schedules, .* distinct, .* failures" seen || fail "explore: no progress on a terminal" seen
"$VRRL" "$@" >seen 2>&1 || :
! grep -qe "$escape" -e "distinct, .*/s" seen || fail "explore: progress in a pipe" seen
