"""Whether what vrrl shrink calls 1-minimal is: each slot, operation, row and operand of it is left out by
code of this file's own, and all schedules of what is left are searched. None may fail in the same way.

    shrink_minimal.py VRRL STRIDE     one planted bug of the selftest in so many
"""
import json
import os
import re
import subprocess
import sys
import tempfile

VRRL, STRIDE = sys.argv[1], int(sys.argv[2])
STATES = 200000


def run(*arguments):
    done = subprocess.run([VRRL, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return done.returncode, done.stdout


def slots_of(lines):
    """(first line, line behind the last) of each slot, task blocks whole."""
    inside, at = False, 0
    while at < len(lines):
        line = lines[at].strip()
        if line == "epoch" or line.startswith("epoch "):
            inside = True
        elif inside and line == "prologue":
            while lines[at].strip() != "end":
                at += 1
        elif inside and line == "end":
            inside = False
        elif inside and line and not line.startswith("expect"):
            end = at + 1
            if line.startswith("task "):
                while lines[end - 1].strip() != "end":
                    end += 1
            yield at, end
            at = end - 1
        at += 1


def without_operations(line):
    """The line of a packed slot without each of its operations."""
    head, packed, rest = line.partition("pack ")
    if not packed:
        return
    rest, on, queue = rest.partition(" on ")
    operations = rest.split(" then ")
    for i in range(len(operations)):
        left = operations[:i] + operations[i + 1:]
        if left:
            yield head + ("pack " if len(left) > 1 else "") + " then ".join(left) + on + queue, operations[i]


def with_zeros(line):
    """The line with each number among its operands as 0."""
    start = line.index(": ") if ": " in line else 0
    stop = line.index(" on ") if " on " in line else len(line)
    for found in re.finditer(r"(?<![\w\[\].:`])(0x[0-9A-Fa-f]+|[0-9]+)(?![\w\[\]:`])", line[start:stop]):
        if int(found[0], 0):
            at = start + found.start()
            before = line[start:at].replace(":", " ").split()
            opcode = next(w for w in before[::-1] if w.isupper())
            if not re.match("LOAD|MEMCPY|BATCH_FENCE", opcode):  # these have addresses, and how many
                yield line[:at] + "0" + line[start + found.end():], opcode


def smaller(text):
    """(program, what was left out) of each program with one part less."""
    lines = text.split("\n")
    for first, end in slots_of(lines):
        yield lines[:first] + lines[end:], lines[first]
        if end > first + 1:
            for row in range(first + 1, end - 1):
                if not lines[row].strip().startswith("identity"):
                    yield lines[:row] + lines[row + 1:], lines[row]
            continue
        for change in (without_operations, with_zeros):
            for line, what in change(lines[first]):
                yield lines[:first] + [line] + lines[end:], what


def searched(path, shrunk, model):
    """All schedules of a program: its defects by kind and name, each with its root and its value;
    and whether all of them fail. None: not known."""
    command = ["explore", path, "--grain", "op", "--strategy", "exhaustive", "--model", model, "--json",
               "--schedules", str(STATES)]
    if shrunk["after"]["workers"]:
        command += ["--workers", str(shrunk["after"]["workers"])]
    if shrunk["after"]["in_flight"]:
        command += ["--in-flight", str(shrunk["after"]["in_flight"])]
    code, out = run(*command)
    if code in (2, 125):
        return None
    found = json.loads(out)["result"]
    if not found["complete"]:
        return None
    roots = {(d["kind"], d["name"]): (d["stuck"]["roots"][0]["kind"] if "stuck" in d else None, d["found"])
             for d in found["defects"]}
    return roots, found["failures"] == found["schedules"]


def fails_alike(path, shrunk, whole):
    """Whether some schedule fails as the shrunk program does: slot or word, kind, root; some do not
    where some did not; and not under a stronger model that spared it."""
    key = (shrunk["kind"], shrunk["name"])
    found = searched(path, shrunk, shrunk["model"])
    if not found or key not in found[0] or found[0][key][0] != whole["shows"][0]:
        return False
    if whole["always"] and (found[0][key] != whole["shows"] or not found[1]):
        return False
    if found[1] and not whole["always"]:
        return False
    if whole["spared"]:
        stronger = searched(path, shrunk, whole["spared"])
        return bool(stronger) and key not in stronger[0]
    return True


def pair_of(path, *options):
    """The names of the two slots that explain says it is about, () where it names none; and whether every
    schedule fails."""
    code, out = run("explain", path, "--grain", "op", "--json", "--schedules", "40", *options)
    explained = json.loads(out)["result"]
    pair = explained["pair"]
    return tuple(pair["labels"]) if pair else (), explained["every_schedule"]


def buffers_of(lines, task):
    """The buffers that a task reads, writes or updates."""
    stripped = [line.strip() for line in lines]
    first = stripped.index("task " + task)
    rows = stripped[first:stripped.index("end", first)]
    return {name for row in rows if re.match("reads|writes|updates|accumulates", row)
            for name in re.findall(r"[a-z_]\w*(?=\[|,|$)", row.partition(" ")[2])}


def shared(lines, pair):
    """Words that the lines of both slots name, as data: not those that they wait for and signal."""
    names = []
    for slot in pair:
        if "task " + slot in map(str.strip, lines):  # the buffers of its rows
            names.append(buffers_of(lines, slot))
            continue
        own = " ".join(line for line in lines if line.strip().startswith(slot + ":"))
        own = re.sub(r"(WAIT_\w+|SIGNAL\w*|TAKE) [^,]*(, \S+)?( then|$)", "", own)
        names.append(set(re.findall(r"[a-z_]\w*(?:\[[^]]*\])*", own.partition(": ")[2])))
    return names[0] & names[1] - {"pack", "then", "on"} if len(names) == 2 else set()


def check(name, folder):
    """Returns how many smaller programs were searched; None: it is not called 1-minimal."""
    bug, least = os.path.join(folder, name + ".mk"), os.path.join(folder, name + ".least")
    open(bug, "w", encoding="utf-8").write(run("selftest", "--print", name)[1])
    code, out = run("shrink", bug, "--grain", "op", "--json", "-o", least + ".vrrd")
    shrunk = json.loads(out)["result"]
    assert code == (1 if shrunk["kind"] in ("value", "status", "expect") else 3), (name, code)
    if not shrunk["minimal"]:
        return None
    key = (shrunk["kind"], shrunk["name"])
    found = searched(least + ".mk", shrunk, shrunk["model"])
    if not found:
        return 0
    assert key[0] in [kind for kind, _ in found[0]], f"{name}: what is left does not fail: {found[0]}"
    if key not in found[0]:  # the same end is told of another slot, by another schedule that leads there
        return 0
    pair, always = pair_of(least + ".mk", "--schedule", shrunk["string"])
    whole_pair = pair_of(bug)[0]
    whole = {"shows": found[0][key], "always": always, "spared": None}
    models = ["sc", "tso", "view"]
    for model in models[:models.index(shrunk["model"])]:
        stronger = searched(least + ".mk", shrunk, model)
        if stronger and key not in stronger[0]:
            whole["spared"] = model
    count, text = 0, open(least + ".mk", encoding="utf-8").read()
    for lines, what in smaller(text):
        path = os.path.join(folder, "smaller.mk")
        open(path, "w", encoding="utf-8").write("\n".join(lines))
        count += 1
        # What nobody writes is not expected of anybody.
        slots = [lines[at] for first, end in slots_of(lines) for at in range(first, end)]
        if shrunk["kind"] == "expect" and not any(shrunk["name"] in line for line in slots):
            continue
        # Without its wait, or without who lets it through, it is a wait that is not there; and two slots
        # that have nothing to do with each other any more are not what it was about.
        # Nor is what is left without one of the two that the whole program is about.
        gone = what.strip().removeprefix("task ").partition(": ")[0] in whole_pair
        other = gone or re.search("WAIT|TAKE|SIGNAL|waits|signals", what) or any(
            shared(text.split("\n"), two) and not shared(lines, two) for two in (pair, whole_pair))
        if not other and fails_alike(path, shrunk, whole):
            raise SystemExit(f"{name}: still {key} without {what.strip()!r} of\n{text}\nas\n"
                             + "\n".join(lines))
    return count


def main():
    names = [line.split()[0] for line in run("selftest", "--list")[1].splitlines()
             if line[31:35].strip() != "-" and not line.startswith("mutant")]
    minimal = total = 0
    names = [name for name in names if mutation_free(name)][::STRIDE]
    names = sys.argv[3:] or names
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            count = check(name, folder)
            minimal += count is not None
            total += count or 0
    print(f"{minimal} of {len(names)} are 1-minimal; {total} smaller programs do not fail so")
    assert total > 3 * minimal > 0, "nothing was left out"


def mutation_free(name):
    """A bug of the machine is not in its program, which does not fail."""
    return not re.match("mutant|protocol|worker|status|effects|counts", name)


main()
