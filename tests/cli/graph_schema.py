"""Holds task graphs against docs/schema/task-graph.schema.json: graph_schema.py SCHEMA VRRL FOLDER GRAPH ...

What the tool takes fits the schema; the same graph in the optional fields alone gets the same answer; and of a graph
with one thing wrong both say so. FOLDER is for graphs made here; the last GRAPH has all optional fields.
"""
import copy
import json
import os
import subprocess
import sys

from jsonschema import Draft202012Validator


def at(graph, path):
    """What holds the last step of a path, and that step."""
    for step in path[:-1]:
        graph = graph[step]
    return graph, path[-1]


MISSING = object()

# What is put where, in the graph with all optional fields. Tasks: 1 has accesses, 3 has inputs and outputs.
WRONG = [
    (["ir_version"], "0.3"), (["ir_version"], 2), (["buffers"], MISSING), (["counters"], {}), (["tasks"], []),
    (["target"], {"num_sms": 65537}), (["target"], {"num_sms": "82"}),
    (["buffers", 0, "id"], -1), (["buffers", 0, "id"], 4294967295), (["buffers", 0, "name"], ""),
    (["buffers", 0, "name"], "x\u001b[2J"), (["buffers", 0, "kind"], "weight"), (["buffers", 0, "shape"], [4, 0]),
    (["buffers", 0, "shape"], 4), (["buffers", 0, "shape"], MISSING),
    (["counters", 0, "id"], MISSING), (["counters", 0, "init"], None), (["counters", 0, "init"], 1.5),
    (["counters", 1, "grows"], "yes"), (["counters", 1, "grows"], 1), (["counters", 0, "note"], 7),
    (["tasks", 1, "id"], "1"), (["tasks", 1, "op"], MISSING), (["tasks", 1, "label"], 7), (["tasks", 1, "params"], []),
    (["tasks", 1, "sm"], 65536), (["tasks", 1, "accesses"], {}), (["tasks", 1, "accesses"], MISSING),
    (["tasks", 1, "accesses", 0], 0), (["tasks", 1, "accesses", 0, "buffer"], MISSING),
    (["tasks", 1, "accesses", 0, "kind"], "reads"), (["tasks", 1, "accesses", 0, "columns"], [0]),
    (["tasks", 1, "accesses", 0, "columns"], 64), (["tasks", 1, "accesses", 0, "rows"], [0, "4"]),
    (["tasks", 1, "accesses", 0, "after_waits"], -1), (["tasks", 1, "waits"], {}),
    (["tasks", 1, "waits", 0, "counter"], MISSING), (["tasks", 1, "waits", 0, "threshold"], MISSING),
    (["tasks", 3, "waits", 0, "growth"], -8), (["tasks", 1, "waits", 0, "order"], "acquire"),
    (["tasks", 1, "signals"], 1), (["tasks", 1, "signals"], MISSING), (["tasks", 1, "signals", 0], 1),
    (["tasks", 1, "signals", 0, "counter"], -1), (["tasks", 1, "signals", 0, "amount"], 0),
    (["tasks", 1, "signals", 0, "amount"], 4294967296), (["tasks", 1, "signals", 0, "order"], None),
    (["tasks", 3, "inputs"], MISSING), (["tasks", 3, "outputs"], MISSING), (["tasks", 3, "inputs"], [-2]),
    (["tasks", 3, "out_counter"], MISSING), (["tasks", 3, "out_counter"], "0"), (["tasks", 3, "op"], "GEMV_TILE"),
]


def in_other_words(graph):
    """The graph with `accesses` in place of inputs, outputs and tiles, and `signals` in place of out_counter."""
    graph = copy.deepcopy(graph)
    for task in graph["tasks"]:
        params, tile = task.get("params", {}), task["op"] in ("GEMV_TILE", "GEMM_TILE")
        accesses = [{"buffer": buffer, "kind": "read"} for buffer in task.pop("inputs", [])]
        for buffer in task.pop("outputs", []):
            accesses.append({"buffer": buffer, "kind": "write"})
            if tile:
                accesses[-1]["columns"] = [params["n_off"], params["n_off"] + params["N_tile"]]
            if task["op"] == "GEMM_TILE" and "m_off" in params:
                accesses[-1]["rows"] = [params["m_off"], params["m_off"] + params["M_tile"]]
        task["accesses"] = accesses + task.get("accesses", [])
        counter = task.pop("out_counter", None)
        task["signals"] = ([] if counter is None else [{"counter": counter}]) + task.get("signals", [])
    return graph


def answer(tool, path):
    """What check says of a graph, without what moves."""
    printed = subprocess.run([tool, "check", path, "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             check=False).stdout.decode().replace(path, "GRAPH")
    said = json.loads(printed)
    said["result"].pop("seconds", None)
    return said


def write(folder, graph):
    name = os.path.join(folder, "made.json")
    with open(name, "w", encoding="utf-8") as file:
        json.dump(graph, file)
    return name


def main(schema, tool, folder, graphs):
    with open(schema, encoding="utf-8") as file:
        loaded = json.load(file)
    Draft202012Validator.check_schema(loaded)
    validator, bad = Draft202012Validator(loaded), 0

    def exit_code(path):
        return subprocess.run([tool, "check", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              check=False).returncode

    for path in graphs:
        with open(path, encoding="utf-8") as file:
            graph = json.load(file)
        errors = [error.message[:200] for error in validator.iter_errors(graph)]
        if errors or exit_code(path) == 2:
            print(f"{path}: {errors or 'the tool refuses it'}")
            bad += 1
        elif answer(tool, path) != answer(tool, write(folder, in_other_words(graph))):
            print(f"{path}: another answer where the same stands in the optional fields")
            bad += 1
    for path, value in WRONG:
        changed = copy.deepcopy(graph)
        holder, key = at(changed, path)
        if value is MISSING:
            del holder[key]
        else:
            holder[key] = value
        name = write(folder, changed)
        said = "left out" if value is MISSING else value
        if validator.is_valid(changed):
            print(f"{path} {said!r}: the schema takes it")
            bad += 1
        if exit_code(name) != 2:
            print(f"{path} {said!r}: the tool takes it")
            bad += 1
    print(f"{len(graphs)} graphs, {len(WRONG)} wrong ones")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]))
