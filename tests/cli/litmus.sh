#!/bin/sh
# Litmus tests as program files: `vrrl explore` finds the famous outcome under exactly the models that
# are known to allow it (docs/memory-models.md), and proves by all schedules that the others do not.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A thread a line, on a worker of its own; the outcome, asked in an epoch of its own, must not be.
program() { # NAME OUTCOME THREAD…
    file=$work/$1.mk outcome=$2
    shift 2
    {
        echo "workers serial $#"
        for word in x y r0 r1 r2 r3; do echo "word $word"; done
        echo "word bad"
        for word in x y r0 r1 r2 r3; do echo "observe $word ignore"; done
        echo "observe bad"
        echo "epoch"
        queue=0
        for thread; do
            echo "    pack $thread on $queue"
            queue=$((queue + 1))
        done
        echo "end"
        echo "epoch"
        echo "    pack $outcome then STORE_U32 1, bad on 0"
        echo "    expect bad == 0"
        echo "end"
    } >"$file"
}

# Fails unless the outcome is seen under the models given, and only there.
allows() { # NAME MODEL…
    name=$1
    shift
    for model in sc tso view; do
        want=0 status=0
        case " $* " in *" $model "*) want=1 ;; esac
        "$VRRL" explore "$work/$name.mk" --strategy exhaustive --model $model >"$work/out" 2>&1 ||
            status=$?
        [ "$status" -eq "$want" ] && grep -q "all schedules" "$work/out" || {
            echo "FAIL $name under $model: exit $status, expected $want" >&2
            cat "$work/$name.mk" "$work/out" >&2
            exit 1
        }
    done
}

wx="STORE_U32 1, x" wy="STORE_U32 1, y" sc="FENCE_SEQ_CST"
rx0="MEMCPY x, r0, 1" ry0="MEMCPY y, r0, 1" rx1="MEMCPY x, r1, 1" ry1="MEMCPY y, r1, 1"
none="IF_EQ r0, 0 then IF_EQ r1, 0"

program SB "$none" "$wx then $ry0" "$wy then $rx1"
allows SB tso view
program SB+F.sc "$none" "$wx then $sc then $ry0" "$wy then $sc then $rx1"
allows SB+F.sc
program MP "IF_EQ r0, 1 then IF_EQ r1, 0" "$wx then $wy" "$ry0 then $rx1"
allows MP view
program MP+rel+acq "IF_EQ r0, 1 then IF_EQ r1, 0" "$wx then STORE_RELEASE 1, y" \
    "LOAD_ACQUIRE y, r0 then $rx1"
allows MP+rel+acq
program MP+fences "IF_EQ r0, 1 then IF_EQ r1, 0" "$wx then FENCE_RELEASE then $wy" \
    "$ry0 then FENCE_ACQUIRE then $rx1"
allows MP+fences
program LB "IF_EQ r0, 1 then IF_EQ r1, 1" "$rx0 then $wy" "$ry1 then $wx"
allows LB
program 2+2W "IF_EQ x, 1 then IF_EQ y, 1" "$wx then STORE_U32 2, y" "$wy then STORE_U32 2, x"
allows 2+2W view

iriw="IF_EQ r0, 1 then IF_EQ r1, 0 then IF_EQ r2, 1 then IF_EQ r3, 0"
program IRIW "$iriw" "$wx" "$wy" "$rx0 then $ry1" "MEMCPY y, r2, 1 then MEMCPY x, r3, 1"
allows IRIW view
program IRIW+F.sc "$iriw" "$wx" "$wy" "$rx0 then $sc then $ry1" \
    "MEMCPY y, r2, 1 then $sc then MEMCPY x, r3, 1"
allows IRIW+F.sc

# --outcomes lists them: the example of the documentation is what is printed, and a proof.
fail() { echo "FAIL $1" >&2; cat "$work/out" >&2; exit 1; }
docs=$VRRL_SOURCE/docs/memory-models.md
sed -n '/^### A litmus test/,/^end/p' "$docs" | sed -n '/^workers/,$p' >"$work/sb.mk"
(cd "$work" && "$VRRL" explore sb.mk --strategy exhaustive --outcomes r >out)
sed -n '1p;/^  outcomes/,/^  searched/p' "$work/out" | sed '/^  searched/d' >"$work/shown"
[ "$(wc -l <"$work/shown")" -eq 11 ] || fail "another listing"
while IFS= read -r line; do
    grep -qxF -- "$line" "$docs" || fail "docs/memory-models.md lacks: $line"
done <"$work/shown"
outcomes() { "$VRRL" explore "$work/sb.mk" "$@" >"$work/out" 2>&1; }
outcomes --strategy exhaustive --model sc,tso --outcomes 'r[1],x' --json
grep -qF '"outcomes":{"word_names":["r[1]","x"],"rows":[{"values":[0,1],"stopped":null,"counts":{"sc":1,"tso":2}' \
    "$work/out" || fail "another object"
outcomes --schedules 100 --strategy random --outcomes x
grep -qF "  outcomes  1" "$work/out" || fail "x has more values"
if grep -q "all that there are" "$work/out"; then fail "random search is no proof"; fi
for wrong in z "r[2]" "" "r,,x"; do
    status=0
    outcomes --outcomes "$wrong" || status=$?
    [ $status -eq 2 ] && grep -q "Fix: name words" "$work/out" || fail "--outcomes '$wrong': exit $status"
done
