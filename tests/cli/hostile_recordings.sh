#!/bin/sh
# Each file of a recording damaged, missing, another recording's, of another kind: each command ends with a documented
# code and a hint, within a limit of memory, of processor time and of bytes written, and writes nothing but its output.
# Of a recording that is damaged nobody says that it is whole, that a replay is the same, or that it differs.
set -eu
export LC_ALL=C
. "$VRRL_SOURCE/tests/cli/lib/run.sh"
cd "$work"

# The same machine, and another run.
printf 'program "p"\nring 4\nwords x[8]\nepoch times 20\n    three: ATOMIC_ADD 3, x[2]\nend\n' >own.mk
sed 's/three/five/; s/3,/5,/' own.mk >alien.mk
for name in own alien; do
    "$VRRL" record "$name.mk" -b reference -o "$name-whole.vrrd" >/dev/null
    "$VRRL" record "$name.mk" -b reference --capacity 16 -o "$name-wraps.vrrd" >/dev/null
    "$VRRL" record "$name.mk" -b reference --capacity 32 --keep-all -o "$name-kept.vrrd" >/dev/null
done
cp -r own-wraps.vrrd own-killed.vrrd
sed -i 's/"state": "finished"/"state": "recording"/' own-killed.vrrd/manifest.json
cp -r alien-wraps.vrrd alien-killed.vrrd
# A host's, of an older vrrl: its frames say nothing of whose they are, and its manifest has no digests.
tail -c +2 "$VRRL_SOURCE/fuzz/corpus/pack/h1-as-it-is" >host.pack
"$VRRL" unpack host.pack -o own-host.vrrd >/dev/null
mkdir alien-host.vrrd
mkfifo fifo
echo '{"secret": "/somewhere/else"}' >secret

python3 - "$VRRL" <<'END'
import os, random, resource, shutil, subprocess, sys

vrrl = sys.argv[1]
sanitized = "VRRL_RUNS" in os.environ  # their own memory is no measure
OTHERS = (["info"], ["dump"], ["check"], ["merge", "-o", "out"], ["repair", "-o", "out"], ["pack", "-o", "out"])
COMMANDS = (["verify"], ["replay"], *OTHERS)
EVERY = "VRRL_HOSTILE" in os.environ  # each command with each damage; else verify, replay and one more in turn
EXITS = (0, 1, 2, 3, 125)
FLIPS = 40 if "VRRL_HOSTILE" in os.environ else 3


def limit():
    if not sanitized:
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 24, 1 << 24))


def run(*arguments):
    if os.path.lexists("out"):
        shutil.rmtree("out") if os.path.isdir("out") else os.unlink("out")
    done = subprocess.run([vrrl, *arguments], stdin=subprocess.DEVNULL, capture_output=True, preexec_fn=limit)
    return done.returncode, done.stdout, done.stderr


def check(condition, what, result):
    if not condition:
        sys.exit(f"FAILED: {what}: exit {result[0]}\n{result[1][-800:].decode()}\n{result[2][-800:].decode()}")


def replace(path, content):
    os.unlink(path)
    with open(path, "wb") as file:
        file.write(content)


def link(path, target):
    os.unlink(path)
    os.symlink(target, path)


def folder(path):
    os.unlink(path)
    os.mkdir(path)


def damages(own, alien, name):
    """(what, a function of the file's path, whether a reader has to see it) for each kind of damage."""
    with open(f"{own}/{name}", "rb") as file:
        whole = file.read()
    choose = random.Random(name)
    json = name.endswith(".json") or name == "host.names"
    yield "missing", os.unlink, True
    for what, content in (("empty", b""), ("a byte", whole[:1]), ("half", whole[:len(whole) // 2]),
                          ("cut", whole[:-2]), ("zeros", bytes(len(whole))), ("ones", b"\xff" * len(whole)),
                          ("noise", choose.randbytes(len(whole)))):
        yield what, lambda path, content=content: replace(path, content), True
    yield "longer", lambda path: replace(path, whole + b"\xff" * 99), json
    for i in range(FLIPS):
        at = choose.randrange(len(whole))
        flipped = whole[:at] + bytes([whole[at] ^ 1 << choose.randrange(8)]) + whole[at + 1:]
        yield f"bit {at}", lambda path, content=flipped: replace(path, content), None
    yield "folder", folder, True
    for target in (os.path.abspath("fifo"), "/dev/zero", "/dev/null", "absent", name, os.path.abspath("secret")):
        yield f"link to {target}", lambda path, target=target: link(path, target), True
    if name != "manifest.json":
        yield "sparse", lambda path: os.truncate(path, 1 << 40), json
    if os.path.exists(f"{alien}/{name}"):
        yield "alien", lambda path: shutil.copy(f"{alien}/{name}", path), True
    for other in sorted(os.listdir(own)):
        if other != name:
            yield other, lambda path, other=other: shutil.copy(f"{own}/{other}", path), True


def paths(top):
    return sorted(os.path.join(at, name) for at, folders, files in os.walk(top) for name in folders + files
                  if name != "out")


def try_all(kind, own, name, what, damage, seen, good):
    shutil.rmtree("broken.vrrd", ignore_errors=True)
    shutil.copytree(own, "broken.vrrd")
    damage(f"broken.vrrd/{name}")
    before = paths(".")
    turn = OTHERS if EVERY else [OTHERS[tried % len(OTHERS)]]
    for command in (["verify"], ["replay"], *turn, *([["pack", "-o", "out"]] if "secret" in what else [])):
        result, about = run(*command, "broken.vrrd"), (kind, name, what, command[0])
        check(result[0] in EXITS, about, result)
        check(result[0] != 2 or b"Fix: " in result[2], about, result)
        check(result[0] != 2 or not os.path.lexists("out"), about, result)
        check(paths(".") == before, about, result)
        if command[0] == "replay":
            check(result[0] != 1, about, result)  # a damaged recording differs from nothing
        if command[0] == "pack" and "secret" in what:
            check(result[0] == 2, about, result)  # what lies elsewhere is not packed
        twice = kind == "kept" and name.startswith("slots")  # log and slots-E.zst can have the same records
        finished = kind in ("whole", "wraps", "kept") and not twice
        if command[0] == "verify" and seen and finished:
            check(result[0] != 0, about, result)
        if command[0] == "verify" and seen is None and finished and name != "manifest.json":
            plain = [line for line in result[1].split(b"\n") if b"note:" not in line]
            check(result[0] != 0 or plain == good, about, result)


tried = 0
for kind in ("whole", "wraps", "kept", "killed", "host"):
    own, alien = f"own-{kind}.vrrd", f"alien-{kind}.vrrd"
    shutil.rmtree("broken.vrrd", ignore_errors=True)
    shutil.copytree(own, "broken.vrrd")
    sound = run("verify", "broken.vrrd")
    check(sound[0] == 0, (kind, "as it is"), sound)
    good = sound[1].split(b"\n")
    for name in sorted(os.listdir(own)):
        for what, damage, seen in list(damages(own, alien, name))[::1 if EVERY or kind == "whole" else 2]:
            try_all(kind, own, name, what, damage, seen, good)
            tried += 1
check(tried > 300, tried, (0, b"", b""))

# ---- Numbers and names that a recorder never writes
def edited(text, old, new):
    shutil.rmtree("broken.vrrd", ignore_errors=True)
    shutil.copytree("own-whole.vrrd", "broken.vrrd")
    with open("broken.vrrd/manifest.json") as file:
        text = file.read()
    assert old in text, old
    with open("broken.vrrd/manifest.json", "w") as file:
        file.write(text.replace(old, new, 1))


for old, new in (('"version": 1', '"version": 3'), ('"version": 1', '"version": 0'), ('"version": 1', '"version": 2'),
                 ('"user_words": 8', '"user_words": 4294967295'), ('"user_words": 8', '"user_words": 268435456'),
                 ('"ring_slots": 4', '"ring_slots": 4294967295'), ('"debug_records": 0', '"debug_records": 4294967295'),
                 ('"epochs": 20', '"epochs": 4294967295'), ('"records": 80', '"records": 9223372036854775807'),
                 ('"capacity": 80', '"capacity": 1048576'), ('"slot_words": 16', '"slot_words": 128'),
                 ('"backend": "reference"', '"backend": "../../etc/passwd"'), ('"workers": 2', '"workers": 4294967295')):
    edited(None, old, new)
    for command in COMMANDS:
        result = run(*command, "broken.vrrd")
        check(result[0] in EXITS and (result[0] != 2 or b"Fix: " in result[2]), (old, new, command), result)
        check(command[0] != "replay" or result[0] != 1, (old, new, command), result)

# A snapshot of which the name says another epoch, and a million names of snapshots.
shutil.rmtree("broken.vrrd")
shutil.copytree("own-wraps.vrrd", "broken.vrrd")
oldest = min(int(name[6:-4]) for name in os.listdir("broken.vrrd") if name.startswith("state-"))
os.rename(f"broken.vrrd/state-{oldest}.zst", "broken.vrrd/state-4294967295.zst")
for command in COMMANDS:
    result = run(*command, "broken.vrrd")
    check(result[0] in EXITS and (result[0] != 2 or b"Fix: " in result[2]), ("renamed", command), result)
    check(command[0] != "verify" or result[0] != 0, ("renamed", command), result)
END
