#!/bin/sh
# vrrl info of a recording: how it was made, how far it goes, its files; where its last epoch did not end, which slots
# wait and for what; where it cannot be opened, why.
set -eu
. "$VRRL_SOURCE/tests/cli/lib/run.sh"
cd "$work"
run 3 record "$VRRL_SOURCE/examples/swapped-queue.mk" -o stuck.vrrd --backend reference
run 0 info stuck.vrrd
says out "  recorded   by reference, one slot after the other"
says out "DEADLOCK  epoch 0   3 slots can never end   1 root"
says out "consume waits for produced >= 1, sees 0; produce would change it"
says out "  run        deadlock 1 epoch, "
run 0 info stuck.vrrd --json
says out '"finished":true'
says out '"stuck":{"epoch":0,"slot_count":3,"roots":[{'
says out '"ended":"deadlock"'
run 0 record "$VRRL_SOURCE/examples/message-passing.mk" -o ended.vrrd
run 0 info ended.vrrd
says out "  recorded   by threads, 2 workers, claims in order"
says out "  run        complete 1 epoch, "
says out "; epoch 0 can be replayed"
says out "  snapshots  1, before epoch 0"
says out "  bytes      "
lacks out "waits for"
run 0 record "$VRRL_SOURCE/examples/counter-reset.mk" -o kept.vrrd --snapshot-every 1 --backend reference
run 0 info kept.vrrd
says out "  snapshots  4, before epochs 0, 1, 2, 3"
says out "; epochs 0 to 3 can be replayed"
sum=$(sed -n 's/^  bytes      \([0-9,]*\):.*/\1/p' out | tr -d ,)
[ "$sum" -eq "$(cat kept.vrrd/* | wc -c)" ] || fail "the bytes are not those of all files: $sum"
cp -r ended.vrrd killed.vrrd.partial
sed -i 's/"finished"/"recording"/' killed.vrrd.partial/manifest.json
run 0 info killed.vrrd.partial
says out "  run        cut off after 1 epoch, "
rm kept.vrrd/state-*.zst
run 0 info kept.vrrd
says out "  recording  the log alone can be read: kept.vrrd has no snapshot"
run 0 info kept.vrrd --json
says out '"recording":{"text":"kept.vrrd has no snapshot"'
