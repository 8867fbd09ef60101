#!/bin/sh
# Findings for continuous integration: ids that stay, known ones, which of them fail, JUnit, SARIF, --bisect, and
# the workflow and the hook of examples/ci.
set -eu
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "FAILED: $1"; cat out err; exit 1; }
run() { # WANTED ARGUMENT ...
    wanted=$1
    shift
    status=0
    "$VRRL" "$@" >out 2>err || status=$?
    [ "$status" -eq "$wanted" ] || fail "vrrl $*: exit $status, expected $wanted"
}
ids() { "$VRRL" check "$1" --verbose | sed -n 's/^  id  \([^ ]*\).*/\1/p'; }

cat >race.mk <<'M'
word data
word flag
word seen in observable
epoch
    writer: STORE_U32 42, data
    reader: LOAD_U32 data, seen
end
M
ids race.mk >before
[ "$(wc -l <before)" -eq 1 ] || fail "not one finding"
grep -q '^race-[0-9a-f]\{12\}$' before || fail "no id"
run 1 check race.mk --verbose
grep -q "^  id  $(cat before)  line 5$" out || fail "the line of the finding"
run 1 check race.mk --json
grep -q '"text":"writer writes data, reader reads it, and nothing orders the two"' out || fail "what the finding says"
run 1 check "$VRRL_SOURCE/tests/data/cases/tile-nobody-writes.json" --json
grep -q '"findings":\[{"id":"unwritten-.*"text":"L0.down\[t0\] reads L0.g\[240:256\], which no task writes"' out || fail "what a hole says"
# Lines, positions and addresses move; labels stay.
sed '1i # moved\nwords other[9]' race.mk | sed 's/^epoch/epoch\n    first: STORE_U32 1, other[3]/' >moved.mk
ids moved.mk | cmp -s - before || fail "the id has moved"
# Another label or buffer is another finding; two with one key are told apart.
sed 's/writer/author/' race.mk >other.mk
! ids other.mk | cmp -s - before || fail "another label has the same id"
sed 's/reader:.*/&\n    reader: LOAD_U32 data, seen/' race.mk >twice.mk
"$VRRL" check twice.mk --json >out || :
python3 - out <<'P' || fail "two of one key"
import json, sys
found = [f["id"] for f in json.load(open(sys.argv[1]))["findings"] if f["kind"] == "race"]
assert len(set(found)) == len(found), found
P
# Slots without labels have no numbers in their key.
printf 'word x\nepoch\n    STORE_U32 1, x\n    STORE_U32 2, x\nend\n' >plain.mk
printf 'word x\nword y\nepoch\n    STORE_U32 7, y\n    STORE_U32 1, x\n    STORE_U32 2, x\nend\n' >plain-moved.mk
[ "$(ids plain.mk)" = "$(ids plain-moved.mk)" ] || fail "positions are in the id"
# The expectation that breaks is part of it.
printf 'word x\nword y\nepoch\n    STORE_U32 1, x\n    expect x == 2\nend\n' >expect.mk
printf 'word x\nword y\nepoch\n    STORE_U32 1, x\n    expect y == 2\nend\n' >expect-y.mk
[ "$(ids expect.mk)" != "$(ids expect-y.mk)" ] || fail "two expectations have one id"
run 1 check expect.mk -v
grep -q 'line 5$' out || fail "the line of the expectation"

# ---- Known findings
run 1 check race.mk --write-baseline known.json --quiet
[ ! -s out ] || fail "--quiet prints"
run 2 check race.mk --write-baseline known.json
run 0 check race.mk --baseline known.json
grep -q "^  id  $(cat before)  line 5  known: there when the baseline" out || fail "not said to be known"
run 0 check race.mk --baseline known.json --json
grep -q '"verdict":"race","exit":0,.*"known":"there when' out || fail "the verdict is another"
run 1 check race.mk other.mk --baseline known.json
run 1 check other.mk --baseline known.json
sed 's/"expires": "[^"]*"/"expires": "2020-01-31"/' known.json >old.json
run 1 check race.mk --baseline old.json
grep -q "baseline: $(cat before) has expired on 2020-01-31" err || fail "expired: not said"
sed 's/STORE_U32 42, data/NOP/' race.mk >mended.mk
sed 's/race.mk/mended.mk/' known.json >gone.json
run 0 check mended.mk --baseline gone.json
grep -q "baseline: $(cat before) does not occur any more" err || fail "gone: not said"
for wrong in 's/"reason": "[^"]*"/"reason": ""/' 's/"expires": "[^"]*"/"expires": "soon"/' 's/vrrl-baseline-1/x/' 's/{/[/'; do
    sed "$wrong" known.json >wrong.json
    run 2 check race.mk --baseline wrong.json
    grep -q 'Fix: ' err || fail "no hint for $wrong"
done

# ---- Which verdicts fail
run 0 check race.mk --fail-on deadlock,unknown
run 1 check race.mk --fail-on deadlock,race
run 2 check race.mk --fail-on sometimes
run 2 check nothing.mk
run 125 check nothing.mk --bisect
run 125 explore nothing.mk --bisect
run 125 replay nothing.vrrd --bisect
run 2 check race.mk --bisect --no-such-option

# ---- Files for others
graph=$VRRL_SOURCE/tests/data/programs/toy-2l.drop-wait-1.json
run 2 check race.mk mended.mk "$graph" nothing.mk --baseline known.json --junit j.xml --sarif s.json
python3 - "$(cat before)" <<'P' || fail "JUnit or SARIF"
import json, sys, xml.etree.ElementTree as tree
suites = tree.parse("j.xml").getroot()
assert suites.tag == "testsuites"
counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
for suite in suites:
    cases = suite.findall("testcase")
    found = {"tests": len(cases), "failures": len(suite.findall("*/failure")),
             "errors": len(suite.findall("*/error")), "skipped": len(suite.findall("*/skipped"))}
    for key, count in found.items():
        assert int(suite.get(key)) == count, (suite.get("name"), key)
        counts[key] += count
    assert all(case.get("name") and case.get("classname") == "check" for case in cases)
assert counts == {key: int(suites.get(key)) for key in counts}, counts
assert (counts["failures"], counts["errors"], counts["skipped"]) == (1, 1, 1), counts

log = json.load(open("s.json"))
assert log["version"] == "2.1.0" and "sarif-schema-2.1.0" in log["$schema"]
run, = log["runs"]
rules = run["tool"]["driver"]["rules"]
assert run["tool"]["driver"]["name"] == "vrrl"
assert run["invocations"][0]["executionSuccessful"] is False and run["invocations"][0]["exitCode"] == 2
for result in run["results"]:
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert result["level"] in ("error", "warning", "note") and result["message"]["text"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"]
    assert place.get("region", {}).get("startLine", 1) >= 1
known = [r for r in run["results"] if r.get("suppressions")]
assert [r["partialFingerprints"]["vrrlFinding/v1"] for r in known] == [sys.argv[1]]
assert known[0]["suppressions"][0]["kind"] == "external" and known[0]["suppressions"][0]["justification"]
assert known[0]["locations"][0]["physicalLocation"]["region"]["startLine"] == 5
assert len(run["results"]) == 2
P
# One file has one name, however it is given: the same id, known all the same, one URI.
run 0 check ./race.mk --baseline known.json
run 1 check ./race.mk --write-baseline dotted.json
run 0 check race.mk --baseline dotted.json
run 0 check .//race.mk --baseline dotted.json --sarif s.json
grep -q '"uri": "race.mk"' s.json || fail "SARIF: the path"
# Tasks of a graph have the lines of their file, where it is JSON and not compressed.
python3 - "$graph" <<'P'
import json, sys
json.dump(json.load(open(sys.argv[1])), open("graph.json", "w"), indent=1)
P
run 1 check graph.json --json --sarif s.json
python3 - <<'P' || fail "the line of a task"
import json
finding = json.load(open("out"))["findings"][0]
lines = open("graph.json").read().split("\n")
assert lines[finding["line"] - 1].strip() == "{", lines[finding["line"] - 1]
assert lines[finding["line"]].strip() == f'"id": {finding["task"]},', lines[finding["line"]]
region = json.load(open("s.json"))["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
assert region == {"startLine": finding["line"]}
P
run 1 check - --json <graph.json
grep -q '"line":[0-9]' out || fail "the line of a task that came by a pipe"
run 1 check "$VRRL_SOURCE/tests/data/programs/llama-3.2-1b.drop-wait-5.json.zst" --json
grep -q '"line":null' out || fail "a line of a compressed file"
# Of an epoch 16 defects are told one by one. That there are more is said, and no baseline makes them known.
{
    printf 'words x[20]\nwords y[20] in observable\nepoch\n'
    for i in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do
        printf 'w%d: STORE_U32 1, x[%d]\nr%d: LOAD_U32 x[%d], y[%d]\n' $i $i $i $i $i
    done
    echo end
} >many.mk
run 1 check many.mk --write-baseline many.json --verbose
more=$(sed -n 's/^  \([0-9]*\) more defects* \(is\|are\) counted, and without an id: .*/\1/p' out)
[ "${more:-0}" -gt 0 ] || fail "more defects than there are ids: not said"
run 1 check many.mk --baseline many.json --json --sarif s.json
grep -q "\"findings_more\":$more," out || fail "more defects: JSON"
grep -q "\"text\": \"$more more defects* \(is\|are\) counted, and not listed\"" s.json || fail "more defects: SARIF"
cp s.json sarif-many.json
run 2 check race.mk "$graph" nothing.mk 'a b%.mk' --baseline known.json --sarif sarif-all.json
python3 "$VRRL_SOURCE/tests/cli/sarif.py" s.json sarif-many.json sarif-all.json 2>err || fail "SARIF: the schema"
# A deadlock has its schedule string, as a race has.
run 3 check "$VRRL_SOURCE/examples/swapped-queue.mk" --json
grep -q '"id":"deadlock-[^{]*"string":"v1:' out || fail "a deadlock without its string"
# explore, replay, diff and explain have findings, too.
cp "$VRRL_SOURCE/examples/missing-wait.mk" .
run 1 explore missing-wait.mk --schedules 200 --junit j.xml --sarif s.json --json
string=$(sed 's/.*"string":"\(v1:[^"]*\)".*/\1/' out)
run 1 replay missing-wait.mk --schedule "$string" --json
grep -q '"findings":\[{"id":"fails-' out || fail "replay: no finding"
run 1 explain missing-wait.mk --schedule "$string" --verbose
grep -q '^  id  fails-' out || fail "explain: no finding"
run 0 record missing-wait.mk -o a.vrrd --backend reference
sed 's/STORE_U32 42/STORE_U32 43/' missing-wait.mk >b.mk
"$VRRL" record b.mk -o b.vrrd --backend reference >out 2>err || :
run 1 diff a.vrrd b.vrrd --junit j.xml --json
grep -q '"findings":\[{"id":"diverged-' out || fail "diff: no finding"
"$VRRL" diff a.vrrd b.vrrd --sarif sarif-diff.json >out 2>err || :
"$VRRL" explore missing-wait.mk --schedules 200 --sarif sarif-explore.json >out 2>err || :
python3 "$VRRL_SOURCE/tests/cli/sarif.py" sarif-diff.json sarif-explore.json 2>err || fail "SARIF: the schema"
grep -q '<failure type="diverged"' j.xml || fail "diff: no failure"

# ---- examples/ci: the steps of the workflow, and the hook
command -v git >/dev/null || { echo "skipped examples/ci: git is missing"; exit 77; }
mkdir repository
cd repository
export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
git init -q .
mkdir ci
cp "$VRRL_SOURCE/examples/ci/check.sh" ci/
cp "$VRRL_SOURCE/examples/ci/pre-commit" .git/hooks/
cp ../mended.mk .
git add .
git commit -q -m one >../out 2>../err || { cd ..; fail "the hook refuses what is right"; }
cp ../race.mk .
git add race.mk
if git commit -q -m two >../out 2>../err; then cd ..; fail "the hook takes a race"; fi
git commit -q --no-verify -m two
sed -n 's/^ *\(git ls-files.*\)/\1/p' "$VRRL_SOURCE/examples/ci/workflow.yml" >../step
[ -s ../step ] || { cd ..; fail "no step in the workflow"; }
if sh -e ../step >../out 2>../err; then cd ..; fail "the workflow takes a race"; fi
[ -s vrrl.sarif ] && [ -s vrrl-junit.xml ] || { cd ..; fail "the workflow leaves no files"; }
cat >unfit.json <<'END'
{"ir_version": "0.2", "abi_version": "0.2", "counters": [{"id": 0}],
 "buffers": [{"id": 0, "name": "a", "kind": "IO_OUTPUT", "shape": [1, 1, 1, 2, 8]}],
 "tasks": [{"id": 0, "op": "FILL", "inputs": [], "outputs": [0], "out_counter": 0}]}
END
if sh ci/check.sh unfit.json >../out 2>../err; then cd ..; fail "the workflow takes a graph that its machine does not"; fi
rm unfit.json
"$VRRL" check mended.mk race.mk --write-baseline .vrrl-baseline.json -q || :
sh -e ../step >../out 2>../err || { cd ..; fail "the workflow does not know what is known"; }
