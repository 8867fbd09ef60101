"""A second lowering of instruction tensors, which shares nothing with vrrl: random machines and tensors, each held
against what `vrrl check` says of them.

    tensor_oracle.py VRRL FOLDER [MACHINES [SEED]]

A part must precede another if the other cannot start in the greedy run in which the one never ends. Opcodes, roles and
words are random; the description is only written, never read, here.
"""
import json
import random
import struct
import subprocess
import sys

COUNTERS, SIZE, WORDS = 4, 8, 4


class Machine:
    """What opcodes do, as data: parts of (role, roles before, waits, accesses, signals), indices as (k, m) for
    k + m * (operand a)."""

    def __init__(self, rng):
        self.roles = rng.choice([0, 0, 2, 3])
        self.flight = rng.choice([0, 1, 2, 3]) if self.roles else 0
        self.names = ["r%d" % i for i in range(self.roles or 2)]
        self.numbers = rng.sample(range(1, 60), 3)
        self.opcodes = [self.opcode(rng) for _ in self.numbers]

    def opcode(self, rng):
        parts = []
        for _ in range(rng.randint(1, 3)):
            role = rng.randrange(len(self.names))
            others = [r for r in range(len(self.names)) if r != role]
            parts.append({
                "role": role, "after": [r for r in others if rng.random() < .4],
                "waits": [(self.index(rng), rng.randint(1, 3)) for _ in range(rng.choice([0, 0, 1]))],
                "accesses": [(rng.choice(["reads", "writes", "accumulates", "updates"]), self.index(rng),
                              rng.randint(1, 2)) for _ in range(rng.randint(0, 2))],
                "signals": [(self.index(rng), rng.randint(1, 2)) for _ in range(rng.choice([0, 1, 1, 2]))]})
        return parts

    @staticmethod
    def index(rng):
        return rng.randrange(COUNTERS), rng.randrange(2)

    def text(self):
        lines = ["instructions %d words worker first" % WORDS, "counters C[%d]" % COUNTERS,
                 "buffer x[%d] kv" % SIZE]
        if self.roles:
            lines.append("roles " + " ".join(self.names))
        if self.flight:
            lines.append("in flight %d" % self.flight)
        lines += ["opcode 0 noop", "end"]
        say = "(%d + %d * a) %% " + str(COUNTERS)
        for number, parts in zip(self.numbers, self.opcodes):
            lines.append("opcode %d op%d a" % (number, number))
            for p in parts:
                after = " after " + " ".join(self.names[r] for r in p["after"]) if p["after"] else ""
                lines.append("part " + self.names[p["role"]] + after)
                lines += ["waits C[%s] >= %d" % (say % i, t) for i, t in p["waits"]]
                lines += ["%s x[%s : %s + %d]" % (kind, say % i, say % i, n) for kind, i, n in p["accesses"]]
                lines += ["signals C[%s] += %d" % (say % i, n) for i, n in p["signals"]]
                lines.append("end")
            lines.append("end")
        return "\n".join(lines) + "\n"


def lower(machine, tensor):
    """Parts, in queues: each knows the parts that have to end before it, and where it stands."""
    parts, queues = [], {}
    for worker, row in enumerate(tensor):
        entries = []
        for entry, (number, a) in enumerate(row):
            own = []
            described = machine.opcodes[machine.numbers.index(number)] if number else []
            for p in described:
                role = p["role"]
                own.append({"id": len(parts) + len(own), "role": role, "needs": set(), "after": p["after"],
                            "instruction": (worker, entry),
                            "waits": [((k + m * a) % COUNTERS, t) for (k, m), t in p["waits"]],
                            "signals": [((k + m * a) % COUNTERS, n) for (k, m), n in p["signals"]],
                            "accesses": [(kind, (k + m * a) % COUNTERS, (k + m * a) % COUNTERS + n)
                                         for kind, (k, m), n in p["accesses"]]})
            for q in own:
                q["needs"] |= {o["id"] for o in own if o["role"] in q["after"]}
                if machine.flight:
                    q["needs"] |= {o["id"] for e in entries[:max(0, entry - machine.flight + 1)] for o in e}
                queue = queues.setdefault((worker, q["role"] if machine.roles else 0), [])
                q["before"] = queue[-1] if queue else None
                queue.append(q["id"])
            parts += own
            entries.append(own)
    return parts


def run(parts, without=None):
    """The parts that end, or begin, in the greedy run in which one never ends."""
    ended, begun, counters = set(), set(), [0] * COUNTERS
    more = True
    while more:
        more = False
        for p in parts:
            if p["id"] in begun or not p["needs"] <= ended or p["before"] not in ended | {None}:
                continue
            if any(counters[c] < t for c, t in p["waits"]):
                continue
            more = True
            begun.add(p["id"])
            if p["id"] == without:
                continue
            ended.add(p["id"])
            for c, n in p["signals"]:
                counters[c] += n
    return begun


def conflict(p, q):
    return any(a[1] < b[2] and b[1] < a[2] and not a[0] == b[0] == "reads" and not a[0] == b[0] == "accumulates"
               for a in p["accesses"] for b in q["accesses"])


def judge(parts):
    ran = run(parts)
    stuck = len(parts) - len(ran)
    after = {i: run(parts, i) for i in ran}
    pairs = [(p, q) for p in parts for q in parts
             if p["id"] < q["id"] and p["id"] in ran and q["id"] in ran and conflict(p, q)
             and q["id"] in after[p["id"]] and p["id"] in after[q["id"]]]
    instructions = {tuple(sorted((p["instruction"], q["instruction"]))) for p, q in pairs}
    verdict = "deadlock" if stuck else "race" if pairs else "safe"
    return {"verdict": verdict, "pairs": len(pairs), "instruction_pairs": len(instructions),
            "stuck_count": stuck}


def permuted(machine, tensor, rng):
    """The same with other opcode numbers, and workers in another order."""
    numbers = rng.sample(range(1, 60), len(machine.numbers))
    new = dict(zip(machine.numbers, numbers))
    rows = [[(new.get(n, 0), a) for n, a in row] for row in tensor]
    rng.shuffle(rows)
    machine.numbers = numbers
    return rows


def said(vrrl, folder, machine, tensor):
    header = "{'descr': '<i4', 'fortran_order': False, 'shape': (%d, %d, %d), }\n" % (
        len(tensor), len(tensor[0]), WORDS)
    words = [w for row in tensor for n, a in row for w in (n, a, 0, 0)]
    with open(folder + "/t.npy", "wb") as out:
        out.write(b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode())
        out.write(struct.pack("<%di" % len(words), *words))
    with open(folder + "/m.mkd", "w", encoding="utf-8") as out:
        out.write(machine.text())
    done = subprocess.run([vrrl, "check", "--json", "--time", "5", "--machine", folder + "/m.mkd", folder + "/t.npy"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    answer = json.loads(done.stdout)
    if not answer.get("result"):
        return None
    found = {k: answer["result"][k] for k in ("pairs", "instruction_pairs", "stuck_count")}
    return {"verdict": answer["verdict"], **found}


def main():
    vrrl, folder = sys.argv[1:3]
    machines = int(sys.argv[3]) if len(sys.argv) > 3 else 60
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    seen = {}
    for number in range(seed, seed + machines):
        rng = random.Random(number)
        machine = Machine(rng)
        rows, entries = rng.randint(1, 3), rng.randint(1, 5)
        tensor = [[(rng.choice([0] + machine.numbers * 2), rng.randrange(3)) for _ in range(entries)]
                  for _ in range(rows)]
        parts = lower(machine, tensor)
        if not parts:
            continue
        expected = judge(parts)
        for again in range(2):
            if again:
                tensor = permuted(machine, tensor, rng)
            found = said(vrrl, folder, machine, tensor)
            if found != expected:
                print("seed %d: vrrl says %s, expected %s" % (number, found, expected))
                print(machine.text() + str(tensor))
                sys.exit(1)
        seen[expected["verdict"]] = seen.get(expected["verdict"], 0) + 1
    print("%d machines agree: %s" % (sum(seen.values()), seen))
    if machines >= 60 and len(seen) < 3:
        sys.exit("not all verdicts were seen")


main()
