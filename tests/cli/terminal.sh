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

# Verdicts, of every command: green, red, or yellow where it is not known.
export TERM=xterm
examples=$VRRL_SOURCE/examples
sane=$(printf '32;SAFE\n32;SAFE\n31;RACE\n32;valid\n32;SAME\n31;FAILS\n31;deadlock\n31;DEADLOCK\n31;DEADLOCK\n33;NOT KNOWN')
verdicts() { cat <<END
check $examples/counter-reset.mk
check $examples/missing-wait.mk
verify $log
replay same.vrrd
explore $examples/missing-wait.mk --schedules 20
record $VRRL_SOURCE/tests/data/programs/toy-2l.over-wait-1.json -o stuck.vrrd
replay stuck.vrrd
replay same.vrrd/slots.vrrl
END
}
"$VRRL" record "$examples/counter-reset.mk" -o same.vrrd >/dev/null
# seen_in_colour RUN OPTION: of each verdict its colour and its word.
seen_in_colour() {
    verdicts | while read -r line; do
        rm -rf stuck.vrrd
        case $line in "replay stuck"*) "$VRRL" record "$VRRL_SOURCE/tests/data/programs/toy-2l.over-wait-1.json" -o stuck.vrrd >/dev/null || : ;; esac
        # shellcheck disable=SC2086 # words
        $1 "$VRRL" $line $2 2>/dev/null | sed -n "s/^.*$escape\[\(3[0-9]\)m\([^$escape]*\)$escape\[m.*/\1;\2/p;"
    done
}
seen_in_colour on_terminal "" >seen
[ "$(cat seen)" = "$sane" ] || fail "verdicts on a terminal" seen
seen_in_colour "" --color=always >seen
[ "$(cat seen)" = "$sane" ] || fail "verdicts by --color=always" seen
for how in "env NO_COLOR=1" "env TERM=dumb"; do
    seen_in_colour "on_terminal $how" "" >seen
    [ ! -s seen ] || fail "verdicts: colour in spite of $how" seen
done
seen_in_colour on_terminal --color=never >seen
[ ! -s seen ] || fail "verdicts: colour in spite of --color=never" seen
seen_in_colour on_terminal --json >seen
[ ! -s seen ] || fail "verdicts: colour in JSON" seen
seen_in_colour "" "" >seen
[ ! -s seen ] || fail "verdicts: colour in a pipe" seen
# Of several inputs, and of epochs; without its colours the text is the same.
"$VRRL" check "$examples/counter-reset.mk" "$examples/missing-wait.mk" --color=always >seen || :
[ "$(grep -c ": $escape\[3[12]m[A-Z]*$escape\[m\$" seen)" = 2 ] || fail "verdicts of several inputs" seen
for command in "check" "explore --schedules 20"; do
    # shellcheck disable=SC2086 # a command and its options
    "$VRRL" $command "$examples/missing-wait.mk" --color=always | sed "s/$escape\[[0-9]*m//g; s/[0-9.,]//g" >bare
    # shellcheck disable=SC2086
    "$VRRL" $command "$examples/missing-wait.mk" | sed 's/[0-9.,]//g' >plain
    diff plain bare >seen || fail "$command: other text" seen
done

# A campaign that takes long enough to be shown.
set -- explore "$VRRL_SOURCE/examples/missing-wait.mk" --schedules 1000000000 --time 2
on_terminal "$VRRL" "$@" >seen || :
grep -q "schedules, .* distinct, .* failures" seen || fail "explore: no progress on a terminal" seen
"$VRRL" "$@" >seen 2>&1 || :
! grep -qe "$escape" -e "distinct, .*/s" seen || fail "explore: progress in a pipe" seen

# The line of progress is cut to the terminal's width, as it is at the time: on one of 30 columns, which grows
# to 60 once a line has filled it, no line wraps, and the longer ones are seen.
cat >narrow.py <<'END'
import fcntl, os, pty, re, struct, sys, termios


def resize(terminal, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


child, terminal = pty.fork()
if child == 0:
    resize(0, 30)
    os.execvp(sys.argv[1], sys.argv[1:])
lines = lambda text: [len(line) for line in re.findall(rb"\r\x1b\[K(  [^\r\n]*)", text)]
grown, seen, full = b"", b"", False
while True:
    try:
        read = os.read(terminal, 65536)
    except OSError:
        break
    if not read:
        break
    if full:
        grown += read
    else:
        seen += read
        full = max(lines(seen), default=0) >= 29
        if full:
            resize(terminal, 60)
os.waitpid(child, 0)
before, after = lines(seen), lines(grown)
print(max(before, default=0), max(after, default=0))
END
python3 narrow.py "$VRRL" "$@" >seen || :
[ "$(cat seen)" = "29 59" ] || fail "explore: the longest lines of progress on 30 and on 60 columns" seen
