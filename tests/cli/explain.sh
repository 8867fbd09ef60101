#!/bin/sh
# vrrl explain: what it prints fits a terminal and can be run again; JSON and SVG can be read.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
    echo "explain: $*" >&2
    exit 1
}

# explained STATUS ARGUMENT...: into `out`, by the exit code of the failure.
explained() {
    wanted=$1 got=0
    shift
    LC_ALL=C "$VRRL" explain "$@" >out 2>err || got=$?
    [ "$got" -eq "$wanted" ] || { cat out err; fail "exit $got, expected $wanted: $*"; }
}

explained 1 "$VRRL_SOURCE/examples/missing-wait.mk" --svg race.svg
grep -q '^  writer writes data$' out || fail "the pair"
grep -q '^FAILS   reader\[2\] before the end of writer$' out || fail "the order"
grep -q '^  yes   wait      reader\[2\] waits for ready >= 1' out || fail "the repair"
grep -q 'explored: 6 cells, all schedules of sc, tso and [0-9,]* of' out || fail "the claim"
LC_ALL=C grep -q '[^ -~]' out && fail "not ASCII in the C locale"

# Both runs, as the commands say: one fails, the other does not.
cp out text
string=$(sed -n 's/.*--schedule //p' text | head -1)
explained 1 "$VRRL_SOURCE/examples/missing-wait.mk" --schedule "$string" --json
mv out json
grep -q '"removes":true' json || fail "json"
string=$(sed -n 's/.*--schedule //p' text | tail -1)
explained 0 "$VRRL_SOURCE/examples/missing-wait.mk" --schedule "$string"
grep -q '^NOTHING TO EXPLAIN  the program does not fail under this schedule$' out || fail "no reason"
explained 0 "$VRRL_SOURCE/examples/message-passing.mk" --schedules 20 --json
grep -q '"verdict":"no-failure"' out || fail "nothing as JSON"
explained 2 "$VRRL_SOURCE/examples/missing-wait.mk" --schedule v1:wrong
explained 3 "$VRRL_SOURCE/examples/residency.mk"

# A search that ran nothing to its end has not seen that nothing fails.
cat >long.mk <<'M'
words x[140000]
epoch
    MEMCPY x[0], x[70000], 70000
end
M
explained 125 long.mk --model view --schedules 3
grep -q 'no schedule was run to its end: each is too long for its memory model' err ||
    fail "a search without a run"

# A drawing does not replace what is there, nor what a link points at; not even a link to nothing.
cp race.svg kept.svg
ln -s kept.svg link.svg
ln -s nothing.svg broken.svg
for there in kept.svg link.svg broken.svg; do
    explained 2 "$VRRL_SOURCE/examples/missing-wait.mk" --svg $there
    grep -q "$there is there already" err || fail "no reason why not into $there"
    [ ! -s out ] || fail "explained before it looked at $there"
done
cmp -s race.svg kept.svg || fail "kept.svg was written over"
[ ! -e nothing.svg ] || fail "a link to nothing was followed"

# A slot a step, each slot going last once meets what nothing orders both ways: the claim says so.
explained 1 "$VRRL_SOURCE/tests/data/programs/toy-2l.drop-wait-1.json"
grep -q 'each slot went last in one' out || fail "what the search of a graph is worth"

if command -v python3 >/dev/null; then
    python3 - <<'P' || fail "the SVG or the JSON cannot be read"
import json, xml.dom.minidom
svg = xml.dom.minidom.parse("race.svg")
texts = [t.firstChild.data for t in svg.getElementsByTagName("title")]
assert "writer" in texts and "reader[2]" in texts, texts
explained = json.load(open("json"))["result"]
assert explained["pair"]["touched"] == "data"
assert any(r["kind"] == "wait" and r["removes"] for r in explained["repairs"])
P
fi

# The string that explore prints names a run in which the reader began after the writer had ended, and
# yet did not see it: they are the pair, and the release is what helps.
cat >mailbox.mk <<'M'
word letter
word flag
word seen in observable
epoch
    send: pack STORE_U32 42, letter then ATOMIC_ADD 1, flag
    take: pack WAIT_GE flag, 1 then LOAD_U32 letter, seen
end
M
string=$("$VRRL" explore mailbox.mk | sed -n 's/.*--schedule //p')
explained 1 mailbox.mk --schedule "$string"
grep -q '^FAILS   take after, but seeing less than, send$' out || fail "not the pair of a stale load"
grep -q '^  yes   release   send: ATOMIC_ADD .* becomes SIGNAL$' out || fail "no release tried"

# An expectation that fails at the end, and no two slots that conflict by what they touch: the critical step says
# which two steps it is, and who wrote the word. The two runs are the same but for that step.
"$VRRL" selftest --print dekker-one-fence >dekker.mk
explained 1 dekker.mk
cat >want <<'W'
expect at inside   2 workers, tso
  inside is 2, expected any of 0, 1   (dekker.mk:16)
  between right and left, about b

FAILS   left reads b = 0, then right's store b = 1 reaches memory
        inside is 2
          left adds to inside (0 -> 1), having read b = 0
          right adds to inside (1 -> 2), having read a = 0
W
head -8 out | diff want - || fail "the critical step of dekker"
grep -q "^GOOD    right's store b = 1 reaches memory, then left reads b = 1\$" out ||
    fail "the good run of dekker"
grep -A1 '^  yes   fence     FENCE_SEQ_CST before operation 2 of right' out >found
grep -q 'all schedules, none fails' found || fail "dekker's fences"
set -- $(sed -n 's/.*--schedule //p' out)
"$VRRL" replay dekker.mk --schedule "$1" >run && fail "the run that fails does not"
"$VRRL" replay dekker.mk --schedule "$2" >run || fail "the run that does not fail does"

# A claim of its slot before another, and a store where memory has no one order.
"$VRRL" selftest --print lock-leaked >leaked.mk
explained 3 leaked.mk
grep -q '^  between second and first$' out || fail "no pair where a lock is not given back"
grep -q '^GOOD    worker 0 claims second$' out || fail "no claim to take instead"
"$VRRL" selftest --print crossed-writes-release >crossed.mk
explained 1 crossed.mk
grep -q '^FAILS   one stores y = 2, behind a store that counts as newer$' out || fail "crossed writes"

# Of a failure of every schedule: who wrote the word.
"$VRRL" selftest --print buffer-not-reset >kept.mk
explained 1 kept.mk
grep -q '^  sum is 6, expected 3   (kept.mk:' out || fail "no expectation"
grep -q '^          collect stores sum = 6, having read arrived = 2 and total = 6$' out ||
    fail "nobody wrote the word"
grep -q '^            total = 4: tile\[0\] adds to total (3 -> 4)$' out || fail "not back to the start"

# What lacks in one line of a repeat, and in a slot that is none of the pair.
"$VRRL" selftest --print queue-publish-relaxed >publish.mk
explained 1 publish.mk
grep -A1 '^  yes   release   all 3 slots publish\[\.\.\.\]: ATOMIC_ADD (operation 2) becomes$' out >found ||
    fail "not the release that lacks"
grep -q '^                  SIGNAL$' found || fail "released by something else"

# A deadlock is told link by link: what each slot waits for, and what the next has to do with it. The
# first of them looks at a STATUS word, which goes by the name of its slot.
cat >cycle.mk <<'M'
workers serial 3
word go
word came
epoch
    queue 0
        fence: pack BATCH_FENCE 3, 1, 0 then NOP
        tell: SIGNAL go, 1
    end
    queue 1
        wait: WAIT_GE go, 1
        last: STORE_U32 1, came
    end
end
M
explained 3 cycle.mk
cat >want <<'W'
  root  fence  slot 0  worker 0  waits for the end of last
        a cycle of 4:
          fence waits for the end of last
          last is behind wait in queue 1
          wait waits for go >= 1, sees 0; tell would change it
          tell is behind fence in queue 0
W
grep -A5 '^  root' out | diff want - || fail "the cycle"
grep -q 'ring\[' out && fail "a STATUS word by its place in the ring"
"$VRRL" explore cycle.mk >found && fail "no deadlock"
grep -A5 '^  root' found | diff want - || fail "the cycle that explore prints"
grep -q '^  deadlock  fence: waits for the end of last$' found || fail "the line of explore"
if command -v python3 >/dev/null; then
    "$VRRL" explore cycle.mk --json >explored && fail "no deadlock as JSON"
    explained 3 cycle.mk --json
    mv out explained
    python3 - <<'P' || fail "the wait-for graph as JSON"
import json
links = [["fence", "end"], ["last", "turn"], ["wait", "value"], ["tell", "turn"]]
for stuck in (json.load(open("explored"))["result"]["defects"][0]["stuck"],
              json.load(open("explained"))["result"]["stuck"]):
    cycle = stuck["roots"][0]["cycle"]
    assert [[c["label"], c["waits"]] for c in cycle] == links, cycle
    assert cycle[2]["word_name"] == "go" and cycle[2]["wanted"] == 1 and cycle[1]["queue"] == 1
P
fi

# Slots of one name, or of names that are shortened to one, have labels of their own: their positions.
cat >same.mk <<'M'
word data
word seen in observable
workers serial 2
epoch
    it: STORE_U32 42, data on 0
    it: LOAD_U32 data, seen on 1
end
M
explained 1 same.mk
grep -q '^FAILS   it#1 before the end of it#0$' out || fail "two slots of one name are told as one"
[ "$(grep -c '\[it#0' out)" -eq 2 ] && [ "$(grep -c '\[it#1' out)" -eq 2 ] || fail "two slots have one label"
cat >long.mk <<'M'
words data[8]
words seen[8]
workers serial 8
observe seen
epoch
    repeat 8 as i
        `the_work_of_layer.down_projection`[i]: pack STORE_U32 i + 1, data[i] then MEMCPY data[(i + 1) % 8], seen[i], 1 on i
    end
end
M
LC_ALL=C.UTF-8 "$VRRL" explain long.mk >out || [ $? -eq 1 ] || fail "long.mk"
sed -n '/^FAILS/,/vrrl replay/p' out | sed -n 's/^  worker.*│//p' | sed 's/[├┤]/\n/g' | grep '[a-z]' |
    sort | uniq -d >twice
[ ! -s twice ] || fail "labels that are alike: $(cat twice)"

# Of two that are alike nobody knows which should be first, unless an expectation fails: it is one order,
# and the other.
cat >alike.mk <<'M'
word total
words got[2]
workers serial 2
observe got
epoch
    repeat 2 as i
        draw[i]: FETCH_ADD 1, total, got[i] on i
    end
end
M
explained 1 alike.mk
grep -q '^ONE     draw' out && grep -q '^OTHER   draw' out && grep -q 'nothing says which' out ||
    fail "an order that nobody meant is called good"
sed 's/^    end$/&\n    expect got == 0, 1/' alike.mk >told.mk
explained 1 told.mk
grep -q '^FAILS   draw' out && grep -q '^GOOD    draw' out || fail "an expectation decides nothing"

# What cannot be written is refused before the search, not after it.
explained 2 "$VRRL_SOURCE/examples/missing-wait.mk" --svg nowhere/race.svg
[ ! -s out ] || fail "explained before it looked where the drawing goes"
grep -q 'write into nowhere: No such file' err || fail "no reason"

# The run that fails takes a string that is longer than one may be: the rest is told.
cat >long.mk <<'M'
words b[60016] of 2
words c[3752]
init c[0] = 16
epoch
    repeat 1875 as l
        repeat 16 as k
            task P[l][k]
                waits c[l] >= 16
                reads b[l * 16:l * 16 + 16]
                writes b[(l + 1) * 16 + k]
                signals c[l + 1] += 1
            end
        end
    end
    repeat 16 as k
        task X[k]
            reads b[30000:30016]
            writes b[30016 + k]
            signals c[1876] += 1
        end
    end
    repeat 1874 as l
        repeat 16 as k
            task Q[l][k]
                waits c[l + 1876] >= 16
                reads b[(l + 1876) * 16:(l + 1876) * 16 + 16]
                writes b[(l + 1877) * 16 + k]
                signals c[l + 1877] += 1
            end
        end
    end
end
M
explained 1 long.mk --schedules 40 # of which a few are drawn before the check is asked
grep -q '^FAILS   X' out && grep -q '^GOOD    X' out || fail "a long run is not told"
grep -q '^  no command: its schedule string would be longer than 65,536 bytes$' out || fail "no word of the string"

# Luck is judged in epochs of at most 64 slots; of others the report says that it was not.
{
    printf 'word node\nword bad\nobserve bad order-only\nepoch\nreader: pack IF_EQ node, 9 then ATOMIC_ADD 1, bad\n'
    printf 'freer: STORE_U32 9, node\nreuser: STORE_U32 7, node\n'
    for _ in $(seq 64); do echo NOP; done
    printf 'expect bad == 0\nend\n'
} >luck.mk
explained 1 luck.mk --time 20 --schedules 200
grep -q '^GOOD ' out || fail "no run is good"
tr -s ' \n' ' ' <out | grep -q 'by luck was not looked at: its epoch has more than 64 slots' || fail "luck of 67 slots"
sed '/^NOP/d' luck.mk >small.mk
explained 1 small.mk
! grep -q 'not looked at' out || fail "luck of three slots"

# Nor where the run cannot be taken again as it was: a queue had admitted a slot before its neighbour changed the word.
explained 3 "$VRRL_SOURCE/tests/data/cases/pipelined-admit.mk"
tr -s ' \n' ' ' <out | grep -q 'or its steps could not be taken again under view' || fail "luck of an admitted slot"

# Who only reads what the other writes, later, has not changed it: down[0][2] comes before norm2[1] in the file, too.
explained 1 "$VRRL_SOURCE/tests/data/repairs/threshold-low.mk"
! grep -q '^  norm2.*reads h' out || fail "a reader is told to have changed what it reads"
grep -q '^  yes   threshold 24 slots att' out || fail "threshold-low.mk: no repair"

# Where a memory model could not be run, it is not known whether nothing fails, as explore says, too.
explained 125 "$VRRL_SOURCE/tests/data/cases/many.mk"
grep -q '^NOT KNOWN  no failure in [0-9]* schedules; not all was run: none came to its end under view, since ' out ||
    fail "a model that was not run is not told"
explained 125 "$VRRL_SOURCE/tests/data/cases/many.mk" --json
grep -q '"verdict":"not-known"' out || fail "a model that was not run has another verdict"
explained 0 "$VRRL_SOURCE/tests/data/cases/many.mk" --model sc

# A graph that reads what nobody writes is wrong, whether a schedule fails or not.
explained 1 "$VRRL_SOURCE/tests/data/cases/tile-nobody-writes.json"
grep -q '^UNWRITTEN' out err && grep -q '^NOTHING TO EXPLAIN' out || fail "an unwritten part"

# A word that is set back tells those who go by it nothing any more: what an earlier epoch did is as wrong as before.
explained 1 "$VRRL_SOURCE/tests/data/cases/weakest-0.mk"
! grep -q '^  yes ' out || fail "a reset that blinds who looks is a repair"
[ "$(grep -c '^  hides reset' out)" -eq 5 ] || fail "five resets hide"
grep -q 'word is told nothing any more' out || fail "how a reset hides"
explained 1 "$VRRL_SOURCE/tests/data/repairs/reset-forgotten.mk"
grep -q '^  yes   reset     the prologue of each later epoch resets flag' out || fail "a flag that is reset"

# What a slot does behind a condition, it may do: here each run has one of the two stores only.
cat >either.mk <<'M'
workers pool
word o
word f
observe o
epoch
  a: pack IF_EQ f, 0 then STORE_U32 1, o
  b: pack IF_EQ f, 1 then STORE_U32 2, o
  c: STORE_U32 1, f
end
M
explained 1 either.mk
grep -q '^  a may write o$' out && grep -q '^  b may write it$' out || fail "stores behind conditions are told as certain"
