#!/bin/sh
# A baseline as the list of differences that are known to replay and diff: they are told with their reason, and what was
# not compared behind them; any other difference fails, and so does one whose date is over.
set -eu
export LC_ALL=C
. "$VRRL_SOURCE/tests/cli/lib/run.sh"
cd "$work"

# What the reader sees is decided by who is first, in epochs 0 and 2.
cat >early.mk <<'END'
word data
word seen in observable
epoch
    reader: LOAD_U32 data, seen
    writer: STORE_U32 42, data
end
epoch
    STORE_U32 0, data
end
epoch
    late: LOAD_U32 data, seen
    writer: STORE_U32 42, data
end
END
# differs EPOCH: records a run whose replay parts in that epoch first.
differs() {
    seed=1
    while :; do
        rm -rf run.vrrd
        "$VRRL" record early.mk -o run.vrrd --backend scheduled --seed $seed >/dev/null
        "$VRRL" replay run.vrrd >replayed || :
        ! grep -q "^DIVERGED .*epoch $1 " replayed || return 0
        seed=$((seed + 1))
        [ $seed -lt 200 ] || fail "no run differs in epoch $1 first"
    done
}
differs 0
run 1 replay run.vrrd --write-baseline known.json
run 0 replay run.vrrd --baseline known.json
says out "DIVERGED  value   epoch 0"
says out "known: there when the baseline was written"
says out "  tolerated: this difference alone; nothing after epoch 0 was compared"
sed -i 's/"there when.*"/"the reader is early on purpose"/; s/"input": "run.vrrd",//' known.json
run 0 replay run.vrrd --baseline known.json
says out "known: the reader is early on purpose"
run 0 replay run.vrrd --baseline known.json --json
says out '"verdict":"diverged","exit":0'
says out '"known":"the reader is early on purpose"'
run 0 record early.mk -o other.vrrd --backend reference
run 0 diff run.vrrd other.vrrd --baseline known.json
says out "nothing after epoch 0 was compared"
sed 's/"expires": "[0-9]*/"expires": "2001/' known.json >old.json
run 1 replay run.vrrd --baseline old.json
lacks out "tolerated"
says err "has expired on 2001"
# Another difference is none that is known.
differs 2
run 1 replay run.vrrd --baseline known.json
lacks out "tolerated"
lacks err "does not occur any more"
run 0 replay other.vrrd --baseline known.json
says err "does not occur any more"
