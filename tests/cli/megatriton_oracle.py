"""MegaTriton's archives, as they are, edited, and with layers, ids, names and type numbers permuted: what `vrrl check` says is
what this reader of the archive finds by going over all pairs.

usage: megatriton_oracle.py VRRL DATA WORK
"""

import ast
import json
import random
import re
import struct
import subprocess
import sys
import zipfile
from array import array


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {info.filename[:-4]: archive.read(info) for info in archive.infolist()}


def numbers(npy):
    """The array of a .npy file of version 1, and its shape."""
    size = struct.unpack("<H", npy[8:10])[0]
    head = ast.literal_eval(npy[10:10 + size].decode())
    code = {"<i4": "i", "<u4": "I", "<i8": "q", "|u1": "B"}[head["descr"]]
    return array(code, npy[10 + size:]), head["shape"], head["descr"]


def npy(values, shape, descr):
    head = repr({"descr": descr, "fortran_order": False, "shape": tuple(shape)})
    head += " " * (63 - (10 + len(head)) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + values.tobytes()


class Model:
    """An archive as lists: rows[queue][entry] is the words of a task."""

    def __init__(self, path):
        parts = members(path)
        words, shape, _ = numbers(parts["work_queues"])
        sizes = numbers(parts["num_tasks"])[0]
        self.board = list(numbers(parts["scoreboard_shape"])[0])
        flat = numbers(parts["task_deps"])[0]
        self.deps = [list(flat[2 * i:2 * i + 2]) for i in range(len(flat) // 2)]
        self.width = shape[2]
        self.rows = [[list(words[(e * shape[1] + q) * self.width:(e * shape[1] + q + 1) * self.width])
                      for e in range(sizes[q])] for q in range(shape[1])]
        self.footprints = json.loads(numbers(parts["footprints"])[0].tobytes())

    def flag(self, layer, node, tile):
        return (layer * self.board[1] + node) * self.board[2] + tile

    def parts(self):
        entries = max(len(queue) for queue in self.rows) + 1
        words = array("I")
        for entry in range(entries):
            for queue in self.rows:
                words.extend(queue[entry] if entry < len(queue) else [0xFFFFFFFF] * self.width)
        footprints = array("B", json.dumps(self.footprints).encode())
        return {
            "work_queues": npy(words, (entries, len(self.rows), self.width), "<u4"),
            "num_tasks": npy(array("i", [len(queue) for queue in self.rows]), (len(self.rows),), "<i4"),
            "scoreboard_shape": npy(array("q", self.board), (3,), "<i8"),
            "task_deps": npy(array("i", [n for dep in self.deps for n in dep]), (len(self.deps), 2), "<i4"),
            "footprints": npy(footprints, (len(footprints),), "|u1"),
        }

    def write(self, path, **instead):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in {**self.parts(), **instead}.items():
                if data is not None:
                    archive.writestr(name + ".npy", data)


# ---- The judgement ------------------------------------------------------------------------------


def spans(operand, output):
    """(first, end, kind) of the elements of a row-major buffer; where no region is told, all of it."""
    name, shape, region = operand
    total = 1
    for length in shape:
        total *= length
    if region is None:
        return [(0, total, "apart" if output else "read")]
    runs = [(0, 1)]
    for length, start, size in zip(shape, *region[:2]):
        stop = min(start + size, length)
        whole = start == 0 and stop == length
        if whole and all(end - first == 1 or first == 0 for first, end in runs) and len(runs) == 1:
            runs = [(first * length, end * length) for first, end in runs]
        else:
            runs = [(at * length + start, at * length + stop) for first, end in runs for at in range(first, end)]
    return [(first, end, "write" if output else "read") for first, end in runs]


def judge(model, pool):
    """(verdict, figure): unordered pairs, or tasks that never start."""
    tasks, place = [], {}
    for q, queue in enumerate(model.rows):
        for e, row in enumerate(queue):
            place[model.flag(*row[1:4])] = len(tasks)
            tasks.append((q, e, row))
    needs = []
    for i, (q, e, row) in enumerate(tasks):
        flags = [f for dep in model.deps[row[4]:row[5]] for f in range(*dep)]
        need = {place.get(f, -1) for f in flags}
        if len(model.rows) > 1 and not pool and e > 0:
            need.add(i - 1)
        needs.append(need)
    before, waiting = [None] * len(tasks), set(range(len(tasks)))
    while True:
        ready = [t for t in waiting if all(n >= 0 and before[n] is not None for n in needs[t])]
        if not ready:
            break
        for t in ready:
            mask = 0
            for n in needs[t]:
                mask |= before[n] | 1 << n
            before[t] = mask
        waiting.difference_update(ready)
    if waiting:
        return "deadlock", len(waiting)
    prints = {model.flag(*f[1:4]): f for f in model.footprints}
    by_buffer = {}
    for t, (_, _, row) in enumerate(tasks):
        footprint = prints[model.flag(*row[1:4])]
        for output, operands in enumerate(footprint[4:6]):
            for operand in operands:
                for span in spans(operand, output):
                    by_buffer.setdefault(operand[0], []).append((t, *span))
    pairs = set()
    for accesses in by_buffer.values():
        writes = [a for a in accesses if a[3] != "read"]
        for a in writes:
            for b in accesses:
                alike = a[3] == b[3] == "apart"
                if a[0] == b[0] or alike or a[1] >= b[2] or b[1] >= a[2]:
                    continue
                if not before[a[0]] >> b[0] & 1 and not before[b[0]] >> a[0] & 1:
                    pairs.add((min(a[0], b[0]), max(a[0], b[0])))
    return ("race", len(pairs)) if pairs else ("safe", 0)


# ---- The tool -----------------------------------------------------------------------------------


def check(vrrl, path, *arguments):
    """(verdict, figure, where the first pair or root stands, all that it said)."""
    done = subprocess.run([vrrl, "check", "--time", "1", *arguments, path], capture_output=True, text=True)
    out = done.stdout
    place = re.findall(r"(?:worker \d+, )?entry \d+", out)[:2]
    if done.returncode == 0:
        assert "SAFE" in out, out
        return "safe", 0, place, out
    if done.returncode == 1:
        count = re.search(r"([\d,]+) unordered pair", out)
        return "race", int(count.group(1).replace(",", "")), place + re.findall(r"^RACE  (.*?)    ", out), out
    if done.returncode == 3:
        return "deadlock", int(re.search(r"([\d,]+) tasks? stuck", out).group(1).replace(",", "")), place, out
    raise AssertionError(f"{path}: exit {done.returncode}\n{out}{done.stderr}")


def shuffled(rng, items):
    items = sorted(items)
    rng.shuffle(items)
    return items


def permuted(model, seed):
    """The same with other numbers of layers, task ids and types, other names of operations and of buffers."""
    rng = random.Random(seed)
    other = Model.__new__(Model)
    other.board, other.width = list(model.board), model.width
    layers, nodes = shuffled(rng, range(model.board[0])), shuffled(rng, range(model.board[1]))
    types = {t: n for n, t in enumerate(shuffled(rng, {r[0] for q in model.rows for r in q}))}
    operations = dict(zip(sorted({f[0] for f in model.footprints}),
                          [f"op{n}" for n in shuffled(rng, range(len({f[0] for f in model.footprints})))]))
    buffers = sorted({o[0] for f in model.footprints for side in f[4:6] for o in side})
    names = dict(zip(buffers, [f"x{n}" for n in shuffled(rng, range(len(buffers)))]))
    tiles = model.board[2]

    def turned(flag):
        layer, node, tile = flag // tiles // model.board[1], flag // tiles % model.board[1], flag % tiles
        return model.flag(layers[layer], nodes[node], tile)

    other.rows = [[[types[r[0]], layers[r[1]], nodes[r[2]], *r[3:]] for r in queue] for queue in model.rows]
    other.deps = []
    for first, end in model.deps:
        assert first // tiles == (end - 1) // tiles
        other.deps.append([turned(first), turned(first) + end - first])
    other.footprints = [[operations[f[0]], layers[f[1]], nodes[f[2]], f[3],
                         *[[[names[o[0]], *o[1:]] for o in side] for side in f[4:6]]] for f in model.footprints]
    rng.shuffle(other.footprints)
    return other


def agree(vrrl, work, model, what, pool):
    path = f"{work}/{what}.npz"
    arguments = ("--assign", "pool") if pool else ()
    model.write(path)
    expected, found = judge(model, pool), check(vrrl, path, *arguments)
    assert expected == found[:2], f"{what}, pool {pool}: {expected}, found {found[3]}"
    permuted(model, what).write(path)
    again = check(vrrl, path, *arguments)
    assert again[:3] == found[:3], f"{what}, pool {pool}, permuted:\n{found[3]}\n{again[3]}"
    return found


# ---- Edits --------------------------------------------------------------------------------------


def without_waits(model, node):
    """No task of a node waits."""
    for queue in model.rows:
        for row in queue:
            if row[2] == node:
                row[5] = row[4]


def with_flags_of(model, node, tiles):
    """All ranges of a node's flags go on, up to flags that nobody sets: the strides of another scoreboard."""
    first = model.flag(0, node, 0)
    for dep in model.deps:
        if first <= dep[0] < first + model.board[2]:
            dep[1] = max(dep[1], first + tiles)


def main():
    vrrl, data, work = sys.argv[1:]
    static = f"{data}/megatriton-qwen3-1.7b-2l-sm132.npz"
    runtime = f"{data}/megatriton-qwen3-1.7b-2l-runtime.npz"
    assert check(vrrl, static)[:2] == ("safe", 0)
    assert check(vrrl, runtime)[:2] == ("safe", 0)
    assert check(vrrl, static, "--assign", "pool")[:2] == ("race", 10103)
    agree(vrrl, work, Model(static), "static", False)
    agree(vrrl, work, Model(static), "as-pool", True)
    agree(vrrl, work, Model(runtime), "runtime", False)
    for path, kind, node in ((static, "static", 17), (runtime, "runtime", 14)):
        model = Model(path)
        without_waits(model, node)
        found = agree(vrrl, work, model, f"{kind}-waits", False)
        assert found[0] == "race", found
        print(f"{kind}, task {node} does not wait: {found[0]} {found[1]}")
    model = Model(static)
    with_flags_of(model, 5, 40)
    found = agree(vrrl, work, model, "flags", False)
    assert found[0] == "deadlock", found
    print(f"flags that nobody sets: {found[0]} {found[1]}")


if __name__ == "__main__":
    main()
