#!/bin/sh
# vrrl info of a recording whose last epoch did not end: which slots, and what each waits for; nothing of one that ended.
set -eu
. "$VRRL_SOURCE/tests/cli/lib/run.sh"
cd "$work"
run 3 record "$VRRL_SOURCE/examples/swapped-queue.mk" -o stuck.vrrd --backend reference
run 0 info stuck.vrrd
says out "  recorded   by reference, one slot after the other"
says out "DEADLOCK  epoch 0   3 slots can never end   1 root"
says out "consume waits for produced >= 1, sees 0; produce would change it"
run 0 info stuck.vrrd --json
lacks out "DEADLOCK"
run 0 record "$VRRL_SOURCE/examples/message-passing.mk" -o ended.vrrd
run 0 info ended.vrrd
lacks out "recorded   by"
