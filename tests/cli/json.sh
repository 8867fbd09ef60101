#!/bin/sh
# What --json prints, of every command that has it: one object a line in one envelope, in UTF-8, no name
# twice in an object, names in snake_case; "exit" is the exit code.
set -eu
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
examples=$VRRL_SOURCE/examples
graphs=$VRRL_SOURCE/tests/data/programs

cat >check.py <<'PYTHON'
import json, re, sys

KEYS = {"schema", "tool", "command", "input", "verdict", "exit", "result", "findings", "error"}

def members(pairs):
    names = [name for name, _ in pairs]
    assert len(set(names)) == len(names), f"a name twice: {names}"
    for name in names:
        assert re.fullmatch("[a-z][a-z0-9_-]*", name), f"the name {name}"
    return dict(pairs)

def refuse(constant):
    raise ValueError(f"{constant} is no JSON")

def check(text, status, command):
    lines = text.split("\n")
    assert lines.pop() == "", "the last line does not end"
    assert lines, "nothing"
    exits = []
    for line in lines:
        found = json.loads(line, object_pairs_hook=members, parse_constant=refuse)
        if command == "tail" and "index" in found:
            continue
        assert set(found) == KEYS, "the envelope"
        assert found["command"] == command, "another command"
        assert (found["result"] is None) != (found["error"] is None), "a result or an error"
        exits.append(found["exit"])
    assert not exits or status in exits, f"another exit code than {exits}"

for number, row in enumerate(open("tried", encoding="utf-8")):
    status, command, *_ = row.split()
    try:
        check(open(f"out-{number}", encoding="utf-8").read(), int(status), command)
    except Exception as problem:
        sys.exit(f"vrrl {row.split(' ', 1)[1]}{type(problem).__name__}: {problem}\n{open(f'out-{number}').read()}")
PYTHON

# json WANTED ARGUMENT ...: the command ends with that exit code, and prints such lines: check.py looks at them.
: >tried
number=0
json() {
    wanted=$1
    shift
    status=0
    "$VRRL" "$@" >"out-$number" 2>err || status=$?
    [ "$status" -eq "$wanted" ] || { echo "vrrl $*: exit $status, expected $wanted"; cat "out-$number" err; exit 1; }
    echo "$status $*" >>tried
    number=$((number + 1))
}

# A label that is not UTF-8: a program file may hold any bytes but a few.
printf 'word x\nword y in observable\nepoch\n`w\377`: STORE_U32 1, x\nr: LOAD_U32 x, y\nend\n' >bytes.mk

json 0 record "$examples/counter-reset.mk" -o same.vrrd --json
json 3 record "$graphs/toy-2l.over-wait-1.json" -o stuck.vrrd --json
json 0 replay same.vrrd --json
json 0 replay same.vrrd --repeat 3 --json
json 3 replay stuck.vrrd --json
json 125 replay same.vrrd/slots.vrrl --json
json 1 replay "$examples/missing-wait.mk" --json --schedule v1:sc.op.w1.y1.a94124800a96.c3.AQEB.7f41257d
json 0 diff same.vrrd same.vrrd --json
json 1 diff same.vrrd stuck.vrrd --json
json 0 check same.vrrd --json
json 0 pack same.vrrd -o same.pack --json
json 0 unpack same.pack -o again.vrrd --json
json 0 trim same.vrrd --epochs 0 -o part.vrrd --json
json 2 trim same.vrrd --epochs 100-200 -o none.vrrd --json
json 2 unpack same.vrrd/slots.vrrl -o none.vrrd --json
json 1 check "$graphs/toy-2l.drop-wait-1.json" --json
json 3 check "$graphs/toy-2l.over-wait-1.json" --json
json 1 check bytes.mk --json
json 1 explore "$examples/missing-wait.mk" --json --schedules 200 --outcomes seen
json 1 explore bytes.mk --json --schedules 200
json 3 explore "$graphs/toy-2l.over-wait-1.json" --json --schedules 20
json 1 shrink bytes.mk --json
json 1 explain bytes.mk --json
json 1 explain "$examples/missing-wait.mk" --json
json 0 info same.vrrd/slots.vrrl --json
json 0 tail same.vrrd/slots.vrrl --json
json 0 snapshot same.vrrd/slots.vrrl -o copy.vrrl --json
json 0 repair same.vrrd/slots.vrrl -o saved.vrrl --json
json 0 selftest --filter dekker --json

json 0 verify same.vrrd/slots.vrrl --json
json 1 verify bytes.mk --json
json 2 verify bytes.mk nothing --json
json 0 dump same.vrrd/slots.vrrl --json
json 0 dump same.vrrd/slots.vrrl --epochs 77 --json
json 2 dump bytes.mk --json
json 2 dump --json
json 0 merge same.vrrd/slots.vrrl copy.vrrl -o merged.vrrl --json
"$VRRL" dump --format csv copy.vrrl >copy.csv
json 0 import --capacity 100 copy.csv imported.vrrl --json
json 0 selftest --list --json
# Errors, those of the command line among them.
json 2 check nothing --json
json 2 check --json
json 2 check --states none bytes.mk --json
json 2 check --no-such-option --json
json 2 replay bytes.mk --json
json 2 explore bytes.mk --outcomes nothing --json
json 0 explain "$examples/message-passing.mk" --schedules 20 --json
json 125 record bytes.mk -o none.vrrd --backend none --json

# Kernels.
json 0 ptx "$examples/kernels/split_k.ptx" --json
json 0 explore "$examples/kernels/split_k.ptx" --launch "$examples/kernels/split_k.launch" --schedules 5 --json
json 2 explore "$examples/kernels/split_k.ptx" --json
json 0 shrink "$examples/kernels/split_k.ptx" --launch "$examples/kernels/split_k.launch" --schedules 5 --json
json 0 explain "$examples/kernels/split_k.ptx" --launch "$examples/kernels/split_k.launch" --schedules 5 --json
json 1 explain "$VRRL_SOURCE/tests/data/kernels/explain/pass.ptx" --launch "$VRRL_SOURCE/tests/data/kernels/explain/pass.launch" --json

"$VRRL" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | while IFS= read -r command; do
    ! "$VRRL" "$command" --help | grep -q -- --json || grep -q "^[0-9]* $command " tried ||
        { echo "vrrl $command --json: not tried here"; exit 1; }
done
python3 check.py
