#!/bin/sh
# Some epochs of a recording are a recording of their own, which replays and compares as the whole does; and a replay
# that changes its backend in the middle.
set -eu
export LC_ALL=C
. "$VRRL_SOURCE/tests/cli/lib/run.sh"
cd "$work"
examples=$VRRL_SOURCE/examples

# ---- Every range of a run with snapshots, of one that has wrapped, and of one without ------------

sed 's/times 4/times 12/; s/times 3/times 12/' "$examples/counter-reset.mk" >long.mk
run 0 record long.mk -o kept.vrrd --snapshot-every 3
run 0 record long.mk -o whole.vrrd
run 0 record long.mk -o wrapped.vrrd --capacity 56
epochs=$("$VRRL" info kept.vrrd --json | grep -o '"epochs":[0-9]*,"records"' | tr -cd 0-9)
first=$("$VRRL" info wrapped.vrrd --json | grep -o '"first_epoch":[0-9]*' | tr -cd 0-9)
[ "$epochs" -ge 4 ] || fail "only $epochs epochs"
ranges=0
for whole in kept whole wrapped; do
    begin=0
    [ $whole != wrapped ] || begin=$first
    a=$begin
    while [ "$a" -lt "$epochs" ]; do
        b=$a
        while [ "$b" -lt "$epochs" ]; do
            rm -rf part.vrrd
            run 0 trim $whole.vrrd --epochs "$a-$b" -o part.vrrd
            from=$(sed -n '1s/.*epochs* \([0-9]*\).*/\1/p' out)
            [ "$from" -le "$a" ] || fail "$whole $a-$b begins with $from"
            [ "$from" -eq "$a" ] || says out "it begins with the snapshot before epoch $from"
            run 0 verify part.vrrd
            run 0 replay part.vrrd --backend threads
            says out "SAME  $((b - from + 1)) epoch"
            run 0 diff $whole.vrrd part.vrrd
            says out "SAME  $((b - from + 1)) epoch"
            says out "trimmed"
            ranges=$((ranges + 1))
            b=$((b + 2))
        done
        a=$((a + 2))
    done
done
[ $ranges -ge 8 ] || fail "only $ranges ranges"

# Records that the log has no room for any more, kept beside it.
printf 'word x\nepoch times 60\nATOMIC_ADD 1, x\nATOMIC_ADD 2, x\nend\n' >long.mk
run 0 record long.mk -o all.vrrd --capacity 31 --keep-all
run 0 trim all.vrrd --epochs 20-40 -o middle.vrrd
run 0 replay middle.vrrd
says out "SAME"

# ---- What is said of a part ----------------------------------------------------------------------

rm -rf part.vrrd
run 0 trim kept.vrrd --epochs "$((epochs - 1))-" -o part.vrrd
run 0 info part.vrrd
says out "  run        trimmed; it had at least $epochs epochs"
for command in check explore explain shrink; do
    run 125 $command part.vrrd
    says err "part.vrrd is a part of a recording: its run may have had more epochs"
done
run 0 trim part.vrrd --epochs "$((epochs - 1))" -o again.vrrd
run 0 replay again.vrrd
run 0 pack part.vrrd -o part.pack
run 0 unpack part.pack -o unpacked.vrrd
run 0 diff part.vrrd unpacked.vrrd
run 3 record "$examples/swapped-queue.mk" -o stuck.vrrd --backend reference
run 0 trim stuck.vrrd --epochs 0 -o end.vrrd
run 0 info end.vrrd
says out "consume waits for produced >= 1, sees 0; produce would change it"
cp -r kept.vrrd killed.vrrd.partial
sed -i 's/"finished"/"recording"/' killed.vrrd.partial/manifest.json
run 0 trim killed.vrrd.partial --epochs 1 -o cut.vrrd
run 0 verify cut.vrrd
says out "finished; epochs 0 to 1 are whole"

# ---- What cannot be had --------------------------------------------------------------------------

run 2 trim kept.vrrd --epochs "2-$epochs" -o none.vrrd
says err "the last one is $((epochs - 1))"
run 2 trim kept.vrrd --epochs "$((epochs + 4))-" -o none.vrrd
run 2 trim wrapped.vrrd --epochs 0 -o none.vrrd
says err "Fix: begin with epoch $first, its oldest, or a later one."
run 2 trim kept.vrrd --epochs 3-2 -o none.vrrd
run 2 trim kept.vrrd -o none.vrrd
says err "--epochs A-B is expected"
run 2 trim kept.vrrd --epochs 1 -o part.vrrd
says err "already there"
run 2 trim long.mk --epochs 1 -o none.vrrd
run 0 pack kept.vrrd --no-memory -o dry.pack
run 0 unpack dry.pack -o dry.vrrd
run 125 trim dry.vrrd --epochs 1 -o none.vrrd
cp -r kept.vrrd bad.vrrd
printf 'XXXX' | dd of=bad.vrrd/pages-3.zst bs=1 seek=70 conv=notrunc 2>/dev/null
run 2 trim bad.vrrd --epochs 3 -o none.vrrd
[ -z "$(ls -d none* 2>/dev/null)" ] || fail "something is left of what was refused"

# ---- Another backend in the middle ---------------------------------------------------------------

for until in 0 1 2; do
    for then in threads scheduled reference; do
        run 0 replay kept.vrrd --until $until --then $then
        says out "SAME  $epochs epochs"
        says out "reference, one slot after the other, to epoch $until; then $then"
    done
done
run 0 replay kept.vrrd --from 4 --until 3 --backend threads --then reference
says out "SAME  $((epochs - 3)) epochs"
run 2 replay kept.vrrd --from 4 --until 2 --then threads
says err "the replay begins with epoch 3: epoch 2 is not run"
run 2 replay kept.vrrd --until "$((epochs - 1))" --then threads
says err "none of them comes after epoch $((epochs - 1))"
run 2 replay kept.vrrd --until 1
says err "--until E and --then BACKEND go together"
run 2 replay kept.vrrd/slots.vrrl --until 1 --then threads
run 2 replay kept.vrrd --as-recorded --until 1 --then threads
run 125 replay kept.vrrd --until 1 --then nosuch
# Memory is handed over: the second epoch reads what the first one left, whichever backend that was.
printf 'word x\nword seen in observable\nepoch\nSTORE_U32 7, x\nend\nepoch\nLOAD_U32 x, seen\nend\n' >hand.mk
run 0 record hand.mk -o hand.vrrd
run 0 replay hand.vrrd --until 0 --then threads
# A difference before the change is told of the backend that had it, and nothing is run on the other one.
printf 'word x\nword seen in observable\nepoch\nr: LOAD_U32 x, seen\nw: STORE_U32 7, x\nend\nepoch\nNOP\nend\n' >early.mk
seed=1
until "$VRRL" record early.mk -o early.vrrd --backend scheduled --seed $seed >/dev/null &&
    ! "$VRRL" replay early.vrrd >/dev/null; do
    rm -rf early.vrrd
    seed=$((seed + 1))
done
run 1 replay early.vrrd --until 0 --then threads
says out "DIVERGED  value   epoch 0"
lacks out "; then"
