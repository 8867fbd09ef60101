#!/usr/bin/env python3
"""Random graphs in Mirage's format, judged by brute force: a task must precede another if the other cannot start in
the run in which the one never ends, and two tasks conflict if they touch a byte in common.

Then graphs of models, as they are and edited: all of their tasks are renumbered, across layers, too.

usage: mirage_oracle.py VRRL FOLDER COUNT SOURCE
"""
import collections
import json
import os
import random
import re
import subprocess
import sys

NONE = 0x7FFFFFFFFFFFFFFE
SIZES = {941: 2, 950: 4, 965: 8}
ATTENTION, SPLITK, MOE, LINEAR, IDENTITY = 153, 251, 161, 155, 121


def tensor(name, rows, columns, pitch, row=0, column=0, kind=941):
    return {"base_ptr": name, "data_type": kind, "dims": [rows, columns], "strides": [pitch, 1],
            "offset": (row * pitch + column) * SIZES[kind]}


def task(kind, inputs, outputs, depends, request=0, expert=-1):
    return {"task_type": kind, "variant_id": 0, "inputs": inputs or None, "outputs": outputs or None,
            "dependent_event": depends, "trigger_event": NONE, "request_id": request, "expert_offset": expert,
            "kv_idx": 0, "merge_task_offset": -1, "task_offset": -1}


def random_graph(rng):
    """Layers of tasks; each reads what a layer before it has written, whole or a tile, and writes its own buffer or
    one that is there already; a group of a layer waits for a group of the one before."""
    tasks = [task(0, [], [], NONE), task(10, [], [], NONE)]
    events = [{"event_type": 911, "num_triggers": 1, "first_task_id": 0, "last_task_id": 0},
              {"event_type": 903, "num_triggers": 1, "first_task_id": 2, "last_task_id": 0}]
    tasks[1]["trigger_event"] = 1
    buffers, before, layers = [("x", 4, 16)], [], []
    for layer in range(rng.randint(2, 4)):
        kind = rng.choice([LINEAR, IDENTITY, LINEAR, MOE, SPLITK, ATTENTION])
        source = rng.choice(buffers)
        again = layer > 1 and rng.random() < 0.4
        target = rng.choice(buffers) if again else ("b%d" % layer, 4, rng.choice([8, 16]))
        if not again:
            buffers.append(target)
        tiles = rng.choice([1, 2, 4])
        groups = rng.choice([1, 1, 2]) if before else 1
        members = []
        for i in range(tiles):
            width = target[2] // tiles
            whole = rng.random() < 0.6
            step = source[2] // tiles
            read = tensor(source[0], source[1], source[2] if whole else step, source[2], 0, 0 if whole else i * step)
            write = tensor(target[0], target[1], width, target[2], 0, i * width)
            inputs = [read]
            if kind == ATTENTION:
                inputs += [tensor("cache", 2, 4, 4), tensor("values", 2, 4, 4)]
                write = tensor(target[0], target[1], target[2], target[2])
            if kind in (MOE, SPLITK):
                write = tensor(target[0], target[1], target[2], target[2])
            new = task(kind, inputs, [write], NONE, rng.randint(0, 1), rng.randint(0, 1))
            new["group"] = i * groups // tiles
            members.append(new)
        if before:
            for g in range(groups):
                event = len(events)
                first = len(tasks) + sum(m["group"] < g for m in members)
                mine = [m for m in members if m["group"] == g]
                givers = [m for i, m in enumerate(before) if i * groups // len(before) == g]
                for m in mine:
                    m["dependent_event"] = event
                for m in givers:
                    m["trigger_event"] = event
                if mine or givers:
                    events.append({"event_type": 900, "num_triggers": len(givers), "first_task_id": first,
                                   "last_task_id": first + len(mine)})
        tasks += members
        layers.append(len(tasks))
        before = members
    end = len(events)
    count = 0
    for t in tasks[2:]:
        t.pop("group", None)
        if t["trigger_event"] == NONE:
            t["trigger_event"] = end
            count += 1
    events.append({"event_type": 910, "num_triggers": count, "first_task_id": 0, "last_task_id": 0})
    events[1]["last_task_id"] = len(tasks)
    mutable = [e for e in events if e["event_type"] == 900 and e["num_triggers"] > 1]
    if mutable and rng.random() < 0.6:
        rng.choice(mutable)["num_triggers"] += rng.choice([-1, -1, 1])
    return {"all_tasks": tasks, "all_events": events, "first_tasks": [2]}, [2] + layers


def accesses(t):
    """(kind, key, bytes) of each operand: what the built-in rules say, written a second time."""
    for i, x in enumerate(t["inputs"] or []):
        cache = t["task_type"] == ATTENTION and i in (1, 2)
        yield ("rw" if cache else "r"), (("request", t["request_id"]) if cache else None), x
    for x in t["outputs"] or []:
        if t["task_type"] == SPLITK:
            yield "a", None, x
        elif t["task_type"] == MOE:
            yield "w", ("expert", t["expert_offset"]), x
        else:
            yield "w", (("request", t["request_id"]) if t["task_type"] == ATTENTION else None), x


def bytes_of(x):
    size, found = SIZES[x["data_type"]], [x["offset"]]
    for length, stride in zip(x["dims"], x["strides"]):
        found = [at + i * stride * size for at in found for i in range(length)]
    return {(x["base_ptr"], at + i) for at in found for i in range(size)}


def conflict(a, b):
    for kind, key, cells in a:
        for other, its_key, its_cells in b:
            if (kind == "r" and other == "r") or (kind == "a" and other == "a"):
                continue
            if key and its_key and key[0] == its_key[0] and key != its_key:
                continue
            if cells & its_cells:
                return True
    return False


def run(tasks, events, never, step):
    """Which tasks start in a step (from 0), where one never ends in it."""
    counts, started, going = collections.Counter(), set(), True
    for t in tasks[2:]:
        counts[t["trigger_event"]] += step
    while going:
        going = False
        for i in range(2, len(tasks)):
            if i in started:
                continue
            e = tasks[i]["dependent_event"]
            if e != NONE and counts[e] < events[e]["num_triggers"] * (step + 1):
                continue
            started.add(i)
            going = True
            if i != never:
                counts[tasks[i]["trigger_event"]] += 1
    return started


def judge(graph, step=0):
    tasks, events = graph["all_tasks"], graph["all_events"]
    ran = run(tasks, events, None, step)
    stuck = len(tasks) - 2 - len(ran)
    if stuck:
        return "deadlock", stuck
    cells = [[(k, key, bytes_of(x)) for k, key, x in accesses(t)] for t in tasks]
    starts = {i: run(tasks, events, i, step) for i in range(2, len(tasks))}
    pairs = sum(j in starts[i] and i in starts[j] and conflict(cells[i], cells[j])
                for i in starts for j in range(2, i))
    return ("race", pairs) if pairs else ("safe", 0)


def ask(vrrl, path, *options):
    out = subprocess.run([vrrl, "check", "--json", path, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         check=False)
    answer = json.loads(out.stdout)
    result = answer.get("result") or {}
    verdict = answer["verdict"]
    figure = result.get("stuck_count", 0) if verdict == "deadlock" else result.get("pairs", 0)
    labels = (result.get("first") or {}).get("labels") if verdict == "race" else None
    return verdict, figure, labels


def contents(graph, labels):
    """What the tasks of these labels do, whatever their numbers are; which comes first is the order of the file's."""
    tasks = [graph["all_tasks"][int(re.search(r"\(task (\d+)", label).group(1))] for label in labels or []]
    return sorted(json.dumps([t["inputs"], t["outputs"], t["request_id"], t["expert_offset"]]) for t in tasks)


def permuted(graph, names, bounds, rng):
    """Tasks within each two bounds, events and type numbers renumbered; the rules that name the numbers."""
    where = list(range(len(graph["all_tasks"])))
    for first, end in zip(bounds, bounds[1:]):
        own = where[first:end]
        rng.shuffle(own)
        where[first:end] = own
    numbers = sorted({t["task_type"] for t in graph["all_tasks"]})
    new_numbers = dict(zip(numbers, rng.sample(range(1000, 9000), len(numbers))))
    event = list(range(len(graph["all_events"])))
    middle = event[2:-1]
    rng.shuffle(middle)
    event[2:-1] = middle
    tasks = [None] * len(where)
    for old, new in enumerate(where):
        t = dict(graph["all_tasks"][old])
        t["task_type"] = new_numbers[t["task_type"]]
        for field in ("dependent_event", "trigger_event"):
            if t[field] != NONE:
                t[field] = event[t[field]]
        tasks[new] = t
    events = [None] * len(event)
    for old, new in enumerate(event):
        events[new] = graph["all_events"][old]
    rules = "".join("type %d %s\n" % (new_numbers[n], names[n]) for n in numbers)
    return {"all_tasks": tasks, "all_events": events, "first_tasks": graph["first_tasks"]}, rules


def type_names(source):
    """Of each number, as the built-in rules have it."""
    with open(os.path.join(source, "src/graph/mirage.rules"), encoding="utf-8") as text:
        lines = [line.split() for line in text if line.startswith("type ")]
    return {int(number): name for _, number, name in lines}


FIXED = 'thresholds fixed because "to see what the growth is for"\n'
ATTENTION_EVENT = 4  # what one attention of mpk-qwen3-0.6b-cc90-2l waits for
MODELS = [("mpk-qwen3-0.6b-cc90-2l", 0, 1, "", "safe", 0), ("mpk-qwen3-0.6b-cc90-2l", -1, 1, "", "race", 280),
          ("mpk-qwen3-0.6b-cc90-2l", 1, 1, "", "deadlock", 714), ("mpk-qwen3-0.6b-cc90-2l", 0, 3, "", "safe", 0),
          ("mpk-qwen3-0.6b-cc90-2l", 0, 3, FIXED, "race", 23840), ("mpk-qwen3-30b-a3b-cc90-2l", 0, 1, "", "safe", 0),
          ("mpk-qwen3-8b-cc90", 0, 1, "", "safe", 0), ("mpk-custom-war2", 0, 1, "", "race", 64)]


def models(vrrl, folder, source, rng):
    """The graphs of models, edited; renumbered, their tasks across all layers, verdict and pair are the same."""
    path, rules_path = os.path.join(folder, "model.json"), os.path.join(folder, "model.rules")
    for name, amount, steps, extra, *expected in MODELS:
        packed = os.path.join(source, "tests/data/import", name + ".json.zst")
        graph = json.loads(subprocess.run(["zstd", "-dcq", packed], stdout=subprocess.PIPE, check=True).stdout)
        graph["all_events"][ATTENTION_EVENT]["num_triggers"] += amount
        found = []
        again, rules = permuted(graph, type_names(source), [2, len(graph["all_tasks"])], rng)
        for one, text in ((graph, extra), (again, rules + extra)):
            for at, content in ((path, json.dumps(one)), (rules_path, text)):
                with open(at, "w", encoding="utf-8") as out:
                    out.write(content)
            verdict, figure, labels = ask(vrrl, path, "--rules", rules_path, "--steps", str(steps), "--assign", "pool",
                                          "--time", "3")
            if [verdict, figure] != expected:
                sys.exit("%s, %+d, %d steps: %s %d" % (name, amount, steps, verdict, figure))
            found.append(contents(one, labels))
        if found[0] != found[1]:
            sys.exit("%s, %+d, %d steps: renumbered, the pair is another: %s" % (name, amount, steps, labels))


def main():
    vrrl, folder, count, source = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    seed = int(os.environ.get("VRRL_SEED", "1"))
    print("seed", seed)
    names = type_names(source)
    path, other, rules_path = (os.path.join(folder, n) for n in ("graph.json", "other.json", "numbers.rules"))
    seen = collections.Counter()
    for i in range(count):
        rng = random.Random(seed * 1000003 + i)
        graph, bounds = random_graph(rng)
        with open(path, "w", encoding="utf-8") as out:
            json.dump(graph, out)
        expected = judge(graph)
        verdict, figure, labels = ask(vrrl, path, "--steps", "1")
        if (verdict, figure) != expected:
            sys.exit("graph %d: %s %d, by force %s %d: %s" % (i, verdict, figure, *expected, path))
        seen[verdict] += 1
        steps = [judge(graph, step) for step in range(3)]
        of_steps = next((s for s in steps if s[0] != "safe"), ("safe", 0))
        verdict, figure, _ = ask(vrrl, path, "--steps", "3")
        if (verdict, figure) != of_steps:
            sys.exit("graph %d, three steps: %s %d, by force %s %d: %s" % (i, verdict, figure, *of_steps, path))
        across = rng.random() < 0.5
        bounds = [2, len(graph["all_tasks"])] if across else bounds
        again, rules = permuted(graph, names, bounds, rng)
        with open(other, "w", encoding="utf-8") as out:
            json.dump(again, out)
        with open(rules_path, "w", encoding="utf-8") as out:
            out.write(rules)
        verdict, figure, others = ask(vrrl, other, "--rules", rules_path, "--steps", "1", "--assign", "pool")
        if (verdict, figure) != expected:
            sys.exit("graph %d renumbered: %s %d, by force %s %d: %s" % (i, verdict, figure, *expected, other))
        if contents(graph, labels) != contents(again, others):
            sys.exit("graph %d renumbered: other tasks, %s and %s" % (i, labels, others))
    print(", ".join("%d %s" % (n, v) for v, n in sorted(seen.items())))
    if min(seen[v] for v in ("safe", "race", "deadlock")) < count // 20:
        sys.exit("some verdict hardly occurs")
    models(vrrl, folder, source, random.Random(seed))


if __name__ == "__main__":
    main()
