#!/bin/sh
# Every command and every kind of input: it is taken, or refused in one line that says what it is and which
# command takes it, at once and without a byte of the file. FIFOs, sockets and devices are not opened;
# descriptors are read to their end; several inputs get a line each and the worst exit code.
set -eu
export LC_ALL=C
for needed in python3 bash; do
    command -v $needed >/dev/null || { echo "$needed is missing"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
data=$VRRL_SOURCE/tests/data
cp "$data/vectors/wrapped.vrrl" log.vrrl
cp "$data/vectors/header-only.vrrl" cut.vrrl
cp "$data/programs/toy-2l.json" graph.json
cp "$data/programs/llama-3.2-1b.json.zst" graph.json.zst
printf 'program "p"\nwords x[8]\nepoch times 3\n    STORE_U32 1, x[1]\nend\n' >p.mk
printf 'word x\nepoch\n    STORE_U32 1, x\n    STORE_U32 2, x\nend\n' >racy.mk
"$VRRL" record p.mk -o run.vrrd >/dev/null
cp -r run.vrrd run.vrrd.partial
"$VRRL" dump --format csv log.vrrl >records.csv

python3 - "$VRRL" <<'END'
import bz2, gzip, io, lzma, os, socket, struct, subprocess, sys, tarfile, threading, zipfile

vrrl = sys.argv[1]
program = open("p.mk", "rb").read()


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


def archive(name, member):
    with zipfile.ZipFile(name, "w") as made:
        made.writestr(member, b"\x93NUMPY")


write("bom.mk", b"\xef\xbb\xbf" + program)
write("bom.json", b"\xef\xbb\xbf" + open("graph.json", "rb").read())
write("utf16.mk", program.decode().encode("utf-16"))
write("list.json", b"[1, 2]")
write("words.json", b"hello \x1b[31m\xff\n")
write("object.json", b'{"a": 1}')
write("empty.json", b"")
write("p.mk.gz", gzip.compress(program))
write("p.mk.xz", lzma.compress(program))
write("p.mk.bz2", bz2.compress(program))
write("kernel.ptx", b"//\n\n.version 7.8\n.target sm_90\n")
write("kernel.cubin", b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HH", 2, 190) + bytes(44))
write("a.npy", b"\x93NUMPY\1\0v\0")
write("noise", b"\xff\x9b\x1b[31m\0" * 200)
archive("a.zip", "p.mk")
archive("a.npz", "a.npy")
with tarfile.open("a.tar", "w") as tar:
    tar.add("p.mk")
write("schedule.txt", b"v1:sc.op.w2")
os.mkfifo("fifo")
os.mkdir("folder")
socket.socket(socket.AF_UNIX).bind("socket")
write("secret", program)
os.chmod("secret", 0)

# What a refusal says, and which commands take it: P as a program, R as a recording, L as a log, E as one that is damaged, K as a kernel.
KINDS = {
    "log.vrrl": ("is a log: ", "PL"), "cut.vrrl": ("is a log: ", "PL"),
    "run.vrrd": ("is a recording: ", "PRL"), "run.vrrd.partial": ("is an unfinished recording: ", "PRL"),
    "p.mk": ("is a program file: ", "PW"), "bom.mk": ("is a program file: ", "PW"),
    "graph.json": ("is a task graph: ", "PW"), "bom.json": ("is a task graph: ", "PW"),
    "graph.json.zst": ("is compressed by zstd, as task graphs may be: ", "PW"), "object.json": ("is a JSON object: ", "PW"),
    "list.json": ("is JSON, but no task graph: ", ""), "words.json": ("is JSON, but no task graph: ", ""),
    "empty.json": ("is empty: ", "E"), "utf16.mk": ("is text in UTF-16: ", ""),
    "p.mk.gz": ("is compressed by gzip: ", ""), "p.mk.xz": ("is compressed by xz: ", ""),
    "p.mk.bz2": ("is compressed by bzip2: ", ""), "a.zip": ("is a zip archive: ", ""),
    "a.tar": ("is a tar archive: ", ""), "a.npy": ("is a tensor (.npy): ", ""),
    "a.npz": ("is an archive of tensors (.npz): ", ""), "kernel.ptx": ("is a GPU kernel (PTX): ", "K"),
    "kernel.cubin": ("is a GPU kernel (cubin ", ""), "noise": ("is nothing that vrrl knows: ", "E"),
    "records.csv": ("is records as CSV: ", ""), "schedule.txt": ("is a schedule string: ", ""),
    "run.vrrd/manifest.json": ("is a part of a recording: ", ""), "folder": ("is a folder without ", "F"),
    "fifo": ("it is a FIFO, not", ""), "socket": ("it is a socket, not", ""),
    "/dev/zero": ("it is a device, not", ""), "/dev/full": ("it is a device, not", ""),
    "absent": ("No such file", ""), "p.mk/x": ("Not a directory", ""),
}
QUICK = ["--schedules", "3"]
COMMANDS = {
    "check": ("P", []), "explore": ("P", QUICK), "explain": ("P", QUICK), "shrink": ("P", QUICK + ["-o", "out"]),
    "record": ("W", ["-o", "out"]), "replay": ("RLP", []), "diff": ("R", ["run.vrrd"]), "info": ("LE", []),
    "dump": ("LEF", []), "tail": ("LE", []), "verify": ("LE", []), "repair": ("LE", ["-o", "out"]),
    "merge": ("LE", ["-o", "out"]), "snapshot": ("LE", ["-o", "out"]), "ptx": ("K", []),
}


def run(*arguments, stdin=subprocess.DEVNULL):
    subprocess.run(["rm", "-rf", "out", "out.mk", "out.vrrd"], check=True)
    done = subprocess.run([vrrl, *arguments], stdin=stdin, capture_output=True, timeout=60)
    for byte in done.stdout + done.stderr:
        if not (32 <= byte < 127 or byte in b"\n\t"):
            sys.exit(f"FAILED: vrrl {arguments}: byte {byte:#x}: {done}")
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def check(condition, *what):
    if not condition:
        sys.exit(f"FAILED: {what}")


for command, (taken, options) in COMMANDS.items():
    for path, (says, kinds) in KINDS.items():
        code, out, err = run(command, path, *options)
        if set(taken) & set(kinds):
            # A kind that it takes; what is wrong inside is told by who reads it.
            check(code != 2 or "Fix: " in err, command, path, code, out, err)
            check(f"{path} {says}" not in err, command, path, code, out, err)
            continue
        # Any file may be verified: the conditions of the format come first, then what it is.
        if command == "verify" and "not" not in says.split(",")[-1] and code == 1:
            check(says.split(":")[0].replace("is ", "it is ") in out, command, path, code, out, err)
            continue
        check(code == 2 and not out, command, path, code, out, err)
        check(says in err.split("\n")[0] and "Fix: " in err, command, path, code, out, err)

# A mark of UTF-8 is no part of what is read.
for path in ("p.mk", "bom.mk", "graph.json", "bom.json", "graph.json.zst", "run.vrrd", "run.vrrd.partial"):
    check(run("check", path)[0] == 0, "check", path)
write("bom.csv", b"\xef\xbb\xbf" + open("records.csv", "rb").read())
check(run("import", "--capacity", "5", "bom.csv", "out")[0] == 0, "import bom.csv")

# ---- Unreadable
if os.geteuid() != 0:
    for command, (taken, options) in COMMANDS.items():
        code, out, err = run(command, "secret", *options)
        check(code == 2 and "Permission denied" in err, command, code, out, err)

# ---- Descriptors
with open("p.mk") as file:
    check(run("check", "-", stdin=file)[0] == 0, "check -")
with open("log.vrrl") as file:
    code, out, err = run("dump", "--format", "csv", "/dev/stdin", stdin=file)
    check(code == 0 and out.encode() == open("records.csv", "rb").read(), "dump /dev/stdin", err)
with open("log.vrrl") as file:
    check("standard input" in run("tail", "-f", "-", stdin=file)[2], "tail -f -")
with open("/dev/zero") as file:
    check(run("check", "-", stdin=file)[0] == 2, "check - </dev/zero")
with open("records.csv") as file:
    check(run("import", "--capacity", "5", "-", "out", stdin=file)[0] == 0, "import -")
check("standard input is empty" in run("check", "-")[2], "check - </dev/null")
# A pipe that comes in pieces, and one that is cut.
for data, wanted in ((program, 0), (program[:-5], 2), (open("log.vrrl", "rb").read(), 125)):
    ends = os.pipe()
    thread = threading.Thread(target=lambda: [os.write(ends[1], data[i:i + 7]) for i in range(0, len(data), 7)] and
                              os.close(ends[1]))
    thread.start()
    code, out, err = run("check", "-", stdin=ends[0])
    thread.join()
    os.close(ends[0])
    check(code == wanted and "/proc" not in out + err, "check a pipe", code, out, err)
for line, wanted in (("check <(cat p.mk)", 0), ("info <(head -c 100 log.vrrl)", 2),
                     ("merge -o out <(cat log.vrrl) log.vrrl", 0), ("replay racy.mk --schedule @fifo", 2),
                     ("check --assign fifo graph.json", 2)):
    subprocess.run(["rm", "-rf", "out"], check=True)
    done = subprocess.run(["bash", "-c", f'"{vrrl}" {line}'], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    check(done.returncode == wanted and b"/proc" not in done.stdout + done.stderr, line, done)

# ---- Several inputs
code, out, err = run("check", "p.mk", "racy.mk", "graph.json", "noise")
check(code == 2 and out == "p.mk: SAFE\nracy.mk: RACE\ngraph.json: SAFE\nnoise: NOT READ\n", code, out, err)
code, out, err = run("check", "p.mk", "log.vrrl")
check(code == 125 and out == "p.mk: SAFE\nlog.vrrl: NOT KNOWN\n", code, out, err)
check(run("check", "log.vrrl", "racy.mk")[0] == 1, "a race is worse than not known")
code, out, err = run("explore", "p.mk", "racy.mk", "noise", "log.vrrl", *QUICK)
check(code == 2 and [line.split("  ")[0] for line in out.splitlines()] ==
      ["p.mk: NO FAILURE", "racy.mk: FAILS", "noise: NOT READ", "log.vrrl: NOT KNOWN"], code, out, err)
check(run("explore", "p.mk", "racy.mk", *QUICK)[0] == 1, "a failure is worse than none")
code, out, err = run("verify", "log.vrrl", "cut.vrrl", "run.vrrd")
check(code == 1 and [line.split(":")[0] for line in out.splitlines()] ==
      ["log.vrrl", "cut.vrrl", "run.vrrd/slots.vrrl"], code, out, err)
code, out, err = run("info", "log.vrrl", "fifo")
check(code == 2 and out == "log.vrrl: 5 records of 5, epochs 1 to 2, 2 with evidence, 3 in flight\nfifo: not read\n", out, err)

# ---- What was in flight
code, out, err = run("info", "log.vrrl")
check("in flight  3 publishes without an end, oldest first:\n    record 0  epoch 1  slot 15  USER+6\n" in out, out)
check("in flight" not in run("info", "run.vrrd")[1], "a run that ended has nothing in flight")
code, out, err = run("dump", "--unfinished", "--format", "csv", "log.vrrl")
check([line.split(",")[0] for line in out.splitlines()[1:]] == ["0", "1", "2"] and not err, out, err)
code, out, err = run("dump", "--unfinished", "--epochs", "2", "--format", "csv", "log.vrrl")
check([line.split(",")[0] for line in out.splitlines()[1:]] == ["1", "2"], out, err)
with open("bare.csv", "w") as file:
    file.writelines(line for line in open("records.csv") if not line.rstrip().endswith(tuple("0123456789")) or "index" in line)
check(run("import", "--capacity", "8", "bare.csv", "bare.vrrl")[0] == 0, "import")
code, out, err = run("dump", "--unfinished", "bare.vrrl")
check(out.count("\n") == 4 and "no record tells of an end" in err, out, err)
check("3 publishes without an end (no record tells of one)" in run("info", "bare.vrrl")[1], "no ends")

# ---- A bare log's program
code, out, err = run("check", "run.vrrd/slots.vrrl")
check(code == 0 and "  bare log   as far as its records tell" in out, code, out, err)
code, out, err = run("explore", "run.vrrd/slots.vrrl", *QUICK)
check(code == 0 and "  bare log   as far as its records tell" in out, code, out, err)
check(run("explore", "log.vrrl")[0] == 125, "explore a log that leaves out")
check("  bare log   as far as its records tell" in run("explain", "run.vrrd/slots.vrrl", *QUICK)[1], "explain a bare log")
END
