#!/bin/sh
# What nobody should name, and names that nobody should give: FIFOs, folders, devices, links that lead
# round, the input as the output; spaces, newlines, escapes and bytes that are no UTF-8; sparse files that
# say to be huge; a file that somebody cuts, overwrites and replaces while it is read. Each command ends
# with an error and a hint, or with what it should: no crash, no wait, no memory beyond the file's size.
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cp "$VRRL_SOURCE/tests/data/vectors/wrapped.vrrl" good.vrrl
printf 'program "p"\nwords x[8]\nepoch times 3\n    STORE_U32 1, x[1]\nend\n' >p.mk
"$VRRL" record p.mk -o run.vrrd >/dev/null

python3 - "$VRRL" <<'END'
import json, os, random, shutil, struct, subprocess, sys, threading, time

vrrl = sys.argv[1]
good = open("good.vrrl", "rb").read()
LOG_COMMANDS = (["info"], ["dump"], ["verify"], ["tail", "-n", "all"], ["snapshot", "-o", "out"],
                ["repair", "-o", "out"], ["merge", "-o", "out"], ["replay"])
OUTPUTS = ("snapshot", "repair", "merge")
READ = (0, 125)  # what was read to its end; a replay has nothing to compare there
sanitized = "VRRL_RUNS" in os.environ  # their own memory is no measure


def run(*arguments):
    """Exit code, standard output and error, and the most memory in bytes."""
    if os.path.lexists("out"):
        os.unlink("out")
    with open("stdout", "wb") as out, open("stderr", "wb") as err:
        process = subprocess.Popen([vrrl, *arguments], stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        timer = threading.Timer(60, process.kill)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
    return (process.returncode, open("stdout", "rb").read(), open("stderr", "rb").read(),
            1024 * usage.ru_maxrss)


def check(condition, arguments, result):
    if not condition:
        sys.exit(f"FAILED: vrrl {arguments}: exit {result[0]}\n{result[1][-500:]}\n{result[2]}")


def refused(*arguments):
    result = run(*arguments)
    check(result[0] == 2 and b"Fix: " in result[2], arguments, result)
    check(not os.path.lexists("out"), arguments, result)
    return result


# ---- Kinds of files
os.mkfifo("fifo")
os.mkdir("folder")
os.symlink("circle", "circle")
for name in ("fifo", "folder", "circle", "/dev/zero", "/dev/null", "absent", "", "good.vrrl/x"):
    for command in LOG_COMMANDS:
        refused(*command, name)
for part in os.listdir("run.vrrd"):
    for kind in ("fifo", "folder", "circle", "/dev/zero"):
        shutil.rmtree("broken.vrrd", ignore_errors=True)
        shutil.copytree("run.vrrd", "broken.vrrd")
        os.unlink(f"broken.vrrd/{part}")
        os.symlink(os.path.abspath(kind), f"broken.vrrd/{part}")
        for command in ("replay", "check"):
            refused(command, "broken.vrrd")

# ---- The input as the output, by each of its names
os.link("good.vrrl", "hard.vrrl")
os.symlink("good.vrrl", "soft.vrrl")
for command in OUTPUTS:
    for output in ("good.vrrl", "./good.vrrl", "hard.vrrl", "soft.vrrl", "circle"):
        result = run(command, "good.vrrl", "-o", output)
        check(result[0] == 2 and b"Fix: " in result[2], (command, output), result)
check(open("good.vrrl", "rb").read() == good, "the input", result)
check(os.readlink("circle") == "circle", "the link", result)

# ---- Names
os.mkdir(b"names")
for name in (b" ", b"-", b"--help", b"a b.vrrl", b"new\nline.vrrl", b"esc\x1b[31m.vrrl", b"\xc2\x9b.vrrl",
             b"\xff\xfe.vrrl", "gr\u00fc\u00df.vrrl".encode(), b"'\"$(x)`y`.vrrl", b"%s%n.vrrl"):
    path = os.path.join(b"names", name) if name != b"--help" else b"./--help"
    with open(path, "wb") as file:
        file.write(good)
    for command in LOG_COMMANDS:
        result = run(*command, path)
        check(result[0] == READ[command[0] == "replay"], (command, path), result)
        said = result[1] + result[2]
        check(b"\x1b" not in said and b"\xc2\x9b" not in said, (command, path), result)
    found = json.loads(run("info", "--json", path)[1])["result"]["log"]
    check(found == path.decode("utf-8", "replace"), path, (found, b"", b""))
    for command in OUTPUTS:
        result = run(command, "good.vrrl", "-o", path + b".out")
        check(result[0] == 0 and os.path.exists(path + b".out"), (command, path), result)
        os.unlink(path + b".out")
    with open(path, "r+b") as file:
        file.truncate(100)
    for command in LOG_COMMANDS:
        result = run(*command, path)
        check(result[0] in (1, 2) and b"\x1b" not in result[1] + result[2], (command, path), result)
shutil.rmtree("names")
os.mkdir(b"names")
for name in (b"esc\x1b[31m.vrrl", b"new\nline.vrrl"):
    shutil.copy(b"good.vrrl", os.path.join(b"names", name))
result = run("dump", "names")
check(result[0] == 0 and b"\x1b" not in result[1] + result[2], "dump names", result)

# ---- Sparse files
LARGEST = 1 << 20
PROCESS = 6 << 20
BEFORE = run("--version")[3] + (1 << 20)  # a child is counted with what we had when it was forked


def sparse(name, capacity, size):
    with open(name, "wb") as file:
        file.write(b"VRRL0001" + struct.pack("<IIQQ", 1, 0, capacity, 0))
        file.truncate(size)


for capacity, size in ((LARGEST, 100), (LARGEST, 32 + 64 * LARGEST), (LARGEST, 1 << 40), (1, 1 << 40),
                       (0, 1 << 40), (1 << 63, 1 << 40)):
    try:
        sparse("sparse.vrrl", capacity, size)
    except OSError:
        print("left out: no sparse files of a terabyte here")
        break
    for command in LOG_COMMANDS:
        result = run(*command, "sparse.vrrl")
        check(result[0] in (0, 1, 2, 125), (command, capacity, size), result)
        room = min(size, 32 + 64 * LARGEST) + (2 if command == ["replay"] else 1) * PROCESS
        room = max(room, BEFORE)
        check(sanitized or result[3] <= room, (command, capacity, size, result[3], room), result)
os.unlink("sparse.vrrl")

# A manifest whose values take more memory than the file, and one that is deep.
for text in ("[" + "0," * (1 << 24) + "0]", "[" * 100000, '{"a":' * 100000):
    if sanitized and len(text) > 1 << 20:
        continue
    shutil.rmtree("broken.vrrd", ignore_errors=True)
    shutil.copytree("run.vrrd", "broken.vrrd")
    with open("broken.vrrd/manifest.json", "w") as file:
        file.write(text)
    result = refused("replay", "broken.vrrd")
    check(sanitized or result[3] < 1 << 30, len(text), result)

# ---- A file that does not hold still
with open("good.csv", "wb") as file:
    file.write(run("dump", "--format", "csv", "good.vrrl")[1])
result = run("import", "--format", "csv", "--capacity", "5000", "good.csv", "base.vrrl")
check(result[0] == 0, "import", result)
base = open("base.vrrl", "rb").read()
shutil.copy("base.vrrl", "moving.vrrl")
over = threading.Event()


def disturb():
    choose = random.Random(1)
    while not over.is_set():
        how = choose.randrange(5)
        if how == 0:
            os.truncate("moving.vrrl", choose.randrange(len(base) + 1000))
        elif how == 1:
            os.truncate("moving.vrrl", len(base))
        elif how == 2:
            shutil.copy("base.vrrl", "fresh.vrrl")
            os.rename("fresh.vrrl", "moving.vrrl")
        else:
            with open("moving.vrrl", "r+b") as file:
                file.seek(choose.randrange(len(base)) if how == 3 else 0)
                file.write(choose.randbytes(choose.randrange(200)) if how == 3 else base[:5000])
        time.sleep(choose.random() * 0.002)


thread = threading.Thread(target=disturb)
thread.start()
try:
    end = time.monotonic() + 4
    while time.monotonic() < end:
        for command in LOG_COMMANDS:
            result = run(*command, "moving.vrrl")
            check(result[0] in (0, 1, 2, 3, 125), command, result)
            check(result[0] != 2 or b"Fix: " in result[2], command, result)
            if os.path.exists("out"):
                os.rename("out", "made")
                made = run("verify", "made")
                check(made[0] == 0, command, made)
finally:
    over.set()
    thread.join()
left = [name for name in os.listdir(".") if name.endswith(".new")]
check(not left, left, result)
END
