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

# The line of progress is cut to the terminal's width, as it is at the time: on one of 30 columns, which grows
# to 60 after a second, no line wraps, and the longer ones are seen.
cat >narrow.py <<'END'
import fcntl, os, pty, re, struct, sys, termios, time


def resize(terminal, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


child, terminal = pty.fork()
if child == 0:
    resize(0, 30)
    os.execvp(sys.argv[1], sys.argv[1:])
grown, seen, began = b"", b"", time.monotonic()
while True:
    try:
        read = os.read(terminal, 65536)
    except OSError:
        break
    if not read:
        break
    if time.monotonic() - began > 1:
        resize(terminal, 60)
        grown += read
    else:
        seen += read
os.waitpid(child, 0)
lines = lambda text: [len(line) for line in re.findall(rb"\r\x1b\[K(  [^\r\n]*)", text)]
before, after = lines(seen), lines(grown)
print(max(before, default=0), max(after, default=0))
END
python3 narrow.py "$VRRL" "$@" >seen || :
[ "$(cat seen)" = "29 59" ] || fail "explore: the longest lines of progress on 30 and on 60 columns" seen
