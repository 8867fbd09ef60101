#!/bin/sh
# What record, replay and diff print, word for word, with their exit codes, as text and as JSON.
# After a wanted change: VRRL_REFRESH=1 ctest --preset dev -R cli.recordings
set -u
export LC_ALL=C
expected="$VRRL_SOURCE/tests/cli/recordings.expected"
work=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo /tmp)") # each recording is synced
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

# Times differ from run to run.
steady() {
    sed -e 's/[0-9.e+-]* ms$/T ms/' -e 's/"run_ns":[0-9]*/"run_ns":T/' -e 's/"version":"[^"]*"/"version":"V"/'
}

# Runs the tool and prints the command, its output, its errors and its exit code.
try() {
    echo "\$ vrrl $*"
    "$VRRL" "$@" >stdout 2>stderr
    code=$?
    steady <stdout
    sed 's/^/! /' stderr
    echo "[$code]"
}

cat >sum.mk <<'END'
program "sum"
words x[3]
word sum
word done
init x = 1, 2, 3
epoch times 2
    prologue
        STORE_U32 0, sum
        STORE_U32 0, done
    end
    repeat 3 as i
        add[i]: pack ATOMIC_ADD i + 1, sum then SIGNAL done, 1
    end
    copy: pack WAIT_GE done, 3 then MEMCPY sum, x[0], 1
    expect sum == 6
end
END
# No old values that depend on the order: the same words on threads, whatever the schedule.
printf 'program "plain"\nwords x[3]\nepoch times 2\nprologue\nSTORE_U32 9, x[2]\nend\nSTORE_U32 1, x[0]\nset: STORE_U32 2, x[1]\nend\n' >plain.mk
sed 's/times 2/times 50/' sum.mk >many.mk
sed 's/SIGNAL done, 1/NOP/' sum.mk >stuck.mk
sed 's/sum == 6/sum any of 7, 8/' sum.mk >wrong.mk
sed 's/STORE_U32 0, sum/STORE_U32 5, sum/' sum.mk >other.mk
# What the reader sees is decided by who is first: the reference runs slots in order of position.

printf 'program "race"\nword data\nword seen in observable\nepoch\nreader: LOAD_U32 data, seen\nwriter: STORE_U32 42, data\nend\n' >early.mk
printf 'program "tenants"\ntenant a\ntenant b mask 0\nword x\nepoch\nSTORE_U32 1, x tenant b\nend\n' >fault.mk
printf 'word x\nepoch\nSHUTDOWN\nWAIT_GE x, 1\nend\n' >off.mk
printf 'word x in observable\nepoch\nPRINTF 1, 2, 3, 4\nend\n' >say.mk
printf 'epoch\nNOSUCH 1\nend\n' >broken.mk

{
    for command in record replay diff; do
        try $command --help
        try $command
        try $command --nosuch
    done

    echo "# recording"
    try record sum.mk -o sum.vrrd --backend reference
    try record sum.mk -o sum.vrrd --backend reference
    try record sum.mk -o json.vrrd --backend reference --json
    try record plain.mk -o plain.vrrd --backend reference
    try record plain.mk -o threads.vrrd --workers 3 --claim random --seed 5
    try record wrong.mk -o wrong.vrrd --backend reference
    try record wrong.mk -o wrong2.vrrd --backend reference --json
    try replay wrong.vrrd
    try record stuck.mk -o stuck.vrrd --backend reference
    try record stuck.mk -o stuck2.vrrd --backend reference --json
    try record off.mk -o off.vrrd --backend reference
    try record fault.mk -o fault.vrrd
    try record say.mk -o say.vrrd
    try record broken.mk -o broken.vrrd
    try record missing.mk -o missing.vrrd
    try record . -o missing.vrrd
    try record sum.mk -o none/x.vrrd
    try record sum.mk -o ''
    try record sum.mk -o sum.mk
    try record sum.mk -o small.vrrd --capacity 3
    try record sum.mk -o large.vrrd --capacity 2000000
    try record many.mk -o wrapped.vrrd --backend reference --capacity 48
    try record many.mk -o wrapped2.vrrd --backend reference --capacity 48 --json
    try record many.mk -o all.vrrd --backend reference --capacity 48 --keep-all
    try record many.mk -o no.vrrd --max-bytes 1k | sed 's/take [0-9]*/take N/; s/least [0-9]*/least N/'
    try record many.mk -o bounded.vrrd --backend reference --max-bytes 400k
    try record many.mk -o kept.vrrd --backend reference --snapshot-every 10
    try record many.mk -o timed.vrrd --backend reference --snapshot-every 0.001s --keep-all
    for spec in 0 0s 5x s 1e9s; do
        try record many.mk -o no.vrrd --snapshot-every "$spec" 2>&1 | head -n 3
    done
    try record many.mk -o no.vrrd --max-bytes 1T 2>&1 | head -n 3
    try record sum.mk -o none.vrrd --capacity 0
    try record sum.mk -o x.vrrd --backend nosuch
    try record sum.mk -o x.vrrd --workers 0
    try record sum.mk -o x.vrrd --workers 1025
    try record sum.mk -o x.vrrd --claim maybe
    try record sum.mk -o x.vrrd --timeout -1
    try record sum.mk -o x.vrrd --steps 3
    try record sum.mk wrong.mk -o x.vrrd

    echo "# replaying"
    try replay sum.vrrd
    try replay plain.vrrd/ --backend threads --claim random --seed 9 --repeat 5
    try replay sum.vrrd --json --repeat 2
    try replay wrapped.vrrd
    try replay wrapped.vrrd --from 40
    try replay wrapped.vrrd --from 3
    try replay wrapped.vrrd --as-recorded
    try replay kept.vrrd --from 25
    try replay sum.vrrd --from 1
    try replay plain.mk --from 1 --schedule v1:
    for command in check explore explain shrink; do
        try "$command" wrapped.vrrd
    done
    try diff wrapped.vrrd kept.vrrd
    try verify wrapped.vrrd
    try verify wrapped.vrrd --json
    cp -r wrapped.vrrd torn.vrrd
    printf 'X' | dd of=torn.vrrd/slots.vrrx bs=1 seek=700 conv=notrunc 2>dd.err
    try verify torn.vrrd
    try verify torn.vrrd --json
    cp -r wrapped.vrrd holed.vrrd
    rm holed.vrrd/state-*
    try verify holed.vrrd
    try replay threads.vrrd --json
    try replay stuck.vrrd
    try replay stuck.vrrd --json
    try replay off.vrrd
    try replay fault.vrrd
    try replay say.vrrd
    try replay sum.vrrd --backend nosuch
    try replay missing.vrrd
    try replay .
    try replay sum.vrrd --repeat 0
    try replay sum.vrrd --image nowhere
    try replay sum.vrrd threads.vrrd

    echo "# comparing"
    try diff plain.vrrd threads.vrrd
    try diff plain.vrrd threads.vrrd --json
    try record other.mk -o other.vrrd --backend reference
    try diff sum.vrrd other.vrrd
    try diff sum.vrrd other.vrrd --json
    try diff stuck.vrrd stuck2.vrrd
    try diff sum.vrrd stuck.vrrd
    try diff sum.vrrd missing.vrrd
    try diff sum.vrrd
    try diff sum.vrrd sum.vrrd sum.vrrd

    echo "# a race: random claims, until the writer goes first"
    try record early.mk -o early.vrrd --backend reference
    any_seed='s/seed [0-9]*/seed S/; s/replays   [0-9]* /replays   N /'
    try replay early.vrrd --backend threads --workers 1 --claim random --repeat 20000 | sed "$any_seed"
    try replay early.vrrd --backend threads --workers 1 --claim random --repeat 20000 --json >all
    tail -n 2 all | sed "$any_seed"

    echo "# unfinished"
    cp -r sum.vrrd cut.vrrd.partial
    rm cut.vrrd.partial/manifest.json
    try replay cut.vrrd.partial
    mkdir empty.vrrd.partial
    try replay empty.vrrd.partial
    cp -r sum.vrrd going.vrrd.partial
    sed -e 's/"finished"/"recording"/' sum.vrrd/manifest.json >going.vrrd.partial/manifest.json
    try replay going.vrrd.partial
    try diff sum.vrrd going.vrrd.partial
    for command in check explore explain shrink; do
        try "$command" going.vrrd.partial | grep -E 'vrrl|recording |^\[[0-9]*\]$'
        try "$command" going.vrrd.partial --json | grep -oE '"recording_unfinished":true|^\[[0-9]*\]$'
    done
    try verify going.vrrd.partial
    : >going.vrrd.partial/pages.zst
    try replay going.vrrd.partial
    try diff going.vrrd.partial sum.vrrd
    for command in check explore explain shrink; do
        try "$command" going.vrrd.partial
        try "$command" going.vrrd.partial --json
    done
    try replay going.vrrd.partial --schedule v1:
    : >going.vrrd.partial/state-0.zst
    try replay going.vrrd.partial --json

    echo "# names that are no text, output that has no place"
    "$VRRL" replay sum.vrrd >/dev/full
    echo "[$?]"
    odd=$(printf 'odd\377\033[31m.vrrd')
    "$VRRL" record sum.mk -o "$odd" --backend reference --json | steady
    "$VRRL" replay "$odd" --json >stdout
    echo "[$?]"
    "$VRRL" diff "$odd" sum.vrrd --json >>stdout
    echo "[$?]"
    steady <stdout
} >output 2>&1

if [ "${VRRL_REFRESH:-}" ]; then
    cp output "$expected"
fi
diff -u "$expected" output
