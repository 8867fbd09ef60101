#!/bin/sh
# One of something is no "1 records": what commands print of inputs that have one of each thing.
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
data=$VRRL_SOURCE/tests/data

# Behind "1", with an adjective or without. What is called by a number, such as a task, has a verb there.
nouns='accesses|arguments|candidates|cells|completions|counters|cycles|defects|deviations|differences|ends|entries'
nouns="$nouns|epochs|executions|expectations|failures|fences|findings|flips|groups|inputs|instructions|logs"
nouns="$nouns|microseconds|objects|opcodes|operations|orders|outcomes|pairs|parts|places|producers|programs|publishes|queues"
nouns="$nouns|races|ranges|readers|records|regions|repairs|roots|runs|schedules|seconds|slots|states|statuses"
nouns="$nouns|steps|tasks|times|values|warnings|words|workers|writers|bytes|lines"

# run ARGUMENT ...: whatever its exit code.
run() {
    "$VRRL" "$@" >>out 2>&1 || [ $? -lt 126 ] || { echo "vrrl $*: died"; tail out; exit 1; }
}

printf 'word x in observable\nepoch\na: STORE_U32 1, x\nexpect x == 1\nend\n' >one.mk
printf 'word x in observable\nepoch\na: STORE_U32 1, x\nexpect x == 2\nend\n' >fails.mk
printf 'word c\nepoch\nw: WAIT_GE c, 1\nend\n' >stuck.mk
printf 'word c\nepoch\ns: SIGNAL c, 1\nw: WAIT_GE c, 2\nend\n' >short.mk
printf 'word x\nword y in observable\nepoch\nw: STORE_U32 1, x\nr: LOAD_U32 x, y\nend\n' >race.mk
printf 'word x\nword y in observable\nobserve x scratch\nepoch\nr: LOAD_U32 x, y\nend\n' >scratch.mk
printf 'word x\nword y in observable\nworkers serial 1\nepoch\nr: LOAD_U32 x, y on 0\nend\n' >queue.mk
# Of two readers one waits for the writer.
printf 'word d\nword f\nwords r[2] in observable\nepoch\nw: pack STORE_U32 1, d then SIGNAL f, 1\n' >odd.mk
printf 'r[0]: pack WAIT_GE f, 1 then LOAD_U32 d, r[0]\nr[1]: LOAD_U32 d, r[1]\nend\n' >>odd.mk
for program in one fails stuck short race scratch queue odd; do
    run check $program.mk
    run check $program.mk --states 1
    run explore $program.mk --schedules 1 --workers 1 --model sc
    run explore $program.mk --schedules 1 --workers 1 --model sc --strategy pct --outcomes c
    run explore $program.mk --strategy exhaustive --workers 1
    run explain $program.mk --schedules 20
    run shrink $program.mk --schedules 20
    for backend in scheduled threads reference; do
        rm -rf $program.vrrd
        run record $program.mk -o $program.vrrd --workers 1 --backend $backend
        run replay $program.vrrd
        run replay $program.vrrd --repeat 1
        run replay $program.vrrd --as-recorded
        run replay $program.vrrd/slots.vrrl
        run replay $program.vrrd/slots.vrrl --pack
    done
    run diff one.vrrd $program.vrrd
    run check $program.vrrd --as-run
    run info $program.vrrd
    run dump --unfinished $program.vrrd/slots.vrrl
    run check $program.vrrd/slots.vrrl
done
for program in missing-wait message-passing bounded-queue; do
    run explain "$VRRL_SOURCE/examples/$program.mk" --schedules 30 --time 1
    run explore "$VRRL_SOURCE/examples/$program.mk" --schedules 1
done
run selftest --filter dekker --schedules 1

# Logs of one record, and of one that is damaged.
"$VRRL" dump --format csv one.vrrd/slots.vrrl | head -n 2 >one.csv
run import --capacity 1 one.csv one.vrrl
cp one.vrrl damaged.vrrl
printf '\001' | dd of=damaged.vrrl bs=1 seek=40 conv=notrunc 2>/dev/null
for log in one damaged; do
    run verify $log.vrrl
    run info $log.vrrl
    run tail $log.vrrl
    run repair $log.vrrl -o $log-saved.vrrl
    run snapshot $log.vrrl -o $log-copy.vrrl
    run merge $log.vrrl -o $log-merged.vrrl
    run replay $log.vrrl
done
for log in "$data"/vectors/*.vrrl; do
    run verify "$log"
    run info "$log"
    run repair "$log" -o "$(basename "$log")"
done

[ "$(grep -c '' out)" -gt 500 ] || { echo "little was printed"; tail out; exit 1; }
grep -nE "(^|[^0-9.,A-Za-z_-])1 ([a-z-]+ )?($nouns)\b" out >wrong || { echo "one of each"; exit 0; }
sort -u -k 2 wrong
exit 1
