"""Runs the sessions that README.md and docs/*.md show, and the examples of the manual pages.

    documents.py SOURCE FOLDER-OF-VRRL

A block marked ```console is a session: "$ " begins a command, "> " goes on with it, the rest is what
it prints. Times and rates are not compared; a line "..." stands for any lines; a command without
output shown is only run. Behind <!-- varies --> nothing is compared. A block marked
```mk NAME.mk is a file that the sessions use; all documents share one folder. No command may be a
usage error.
"""
import os
import re
import subprocess
import sys
import tempfile

USAGE = (2, 125, 126, 127)  # and what a shell says of a command that is not there
VARIES = "<!-- varies -->"


def blocks(text):
    """(info string, lines, varies) of each fenced block."""
    info, lines, before = None, [], ""
    for line in text.splitlines():
        if info is not None and line == "```":
            yield info, lines, before == VARIES
            info, before = None, ""
        elif info is not None:
            lines.append(line)
        elif line.startswith("```"):
            info, lines = line[3:].strip(), []
        elif line.strip():
            before = line


def commands(lines):
    """[command, [line of output, ...]] of a session."""
    found = []
    for line in lines:
        if line.startswith("$ "):
            found.append([line[2:], []])
        elif line.startswith("> ") and not found[-1][1]:
            found[-1][0] += "\n" + line[2:]
        else:
            found[-1][1].append(line)
    return found


def masked(line):
    line = re.sub(r"[0-9][0-9,.]* (schedules/s|ms|s)\b", r"T \1", line)
    return line.rstrip()


def same(shown, printed):
    if not shown:
        return not printed
    if shown[0].strip() == "...":
        return any(same(shown[1:], printed[at:]) for at in range(len(printed) + 1))
    return bool(printed) and masked(shown[0]) == masked(printed[0]) and same(shown[1:], printed[1:])


def run_all(session, folder):
    """Output and exit status of each command, all in one shell."""
    script = "".join(
        f"printf '\\001\\n'\n(exit $status)\n{command}\nstatus=$?; printf '\\002%d\\n' $status\n"
        for command in session)
    done = subprocess.run(["bash", "-c", "status=0\n" + script], cwd=folder, text=True, timeout=500,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    for part in done.stdout.split("\001\n")[1:]:
        printed, _, status = part.rpartition("\002")
        yield printed.splitlines(), int(status)


def prepare(source, folder):
    for name in ("examples", "include", "tests"):
        os.symlink(os.path.join(source, name), os.path.join(folder, name))
    os.symlink(os.path.abspath(sys.argv[2]), os.path.join(folder, "build"))


def check_document(path, folder):
    """The complaints about one document."""
    session, wrong = [], []
    for info, lines, varies in blocks(open(path, encoding="utf-8").read()):
        words = info.split()
        if len(words) == 2 and words[0] == "mk" and words[1].endswith(".mk"):
            session.append([f"cat >{words[1]} <<'END'\n" + "\n".join(lines) + "\nEND", [], True])
        elif words[:1] == ["console"]:
            session += [[command, shown, varies] for command, shown in commands(lines)
                        if not command.startswith("make")]
    for (command, shown, varies), (printed, status) in zip(
            session, run_all([command for command, _, _ in session], folder)):
        if status in USAGE:
            wrong.append(f"$ {command}\n  exit {status}: " + "\n  ".join(printed))
        elif shown and not varies and not same(shown, printed):
            wrong.append(f"$ {command}\n" + "\n".join("  shown    " + line for line in shown) + "\n"
                         + "\n".join("  printed  " + line for line in printed))
    return len(session), wrong


def page_examples(path):
    """The commands in a manual page's EXAMPLES."""
    inside = False
    for line in open(path, encoding="utf-8"):
        if line.startswith(".SH"):
            inside = line.startswith(".SH EXAMPLES")
        elif inside and line.startswith("vrrl "):
            yield line.strip().replace("\\-", "-")


# What the examples name: commands that make it.
PAGE_FILES = """
cp examples/missing-wait.mk race.mk; cp race.mk missing-wait.mk; cp race.mk prog.mk
cp tests/data/programs/toy-2l.json graph.json; cp tests/data/ptx/spins.ptx kernel.ptx
printf 'words r0[1]\\nwords r1[1]\\nobserve r0 ignore\\nobserve r1 ignore\\nepoch\\nNOP\\nend\\n' >litmus.mk
zstd -q graph.json -o graph.json.zst; cp graph.json.zst llama.json.zst
vrrl record examples/counter-reset.mk -o other.vrrd
cp other.vrrd/slots.vrrl run.vrrl; cp run.vrrl producer-1.vrrl; cp run.vrrl producer-2.vrrl
vrrl record examples/counter-reset.mk -o kept.vrrd; cp -r kept.vrrd min.vrrd
"""


def check_pages(source, folder):
    """The complaints about all manual pages: each page's examples in a folder of their own."""
    count, wrong = 0, []
    pages = os.path.join(source, "docs", "man")
    for name in sorted(os.listdir(pages)):
        here = os.path.join(folder, name)
        os.mkdir(here)
        prepare(source, here)
        made = name in ("vrrl.1", "vrrl-record.1", "vrrl-diff.1")  # they make run.vrrd themselves
        keep = "" if made else "mv kept.vrrd run.vrrd"
        session = [PAGE_FILES + keep]
        for command in page_examples(os.path.join(pages, name)):
            if "v1:..." in command or " -f" in command:
                continue  # no schedule of anything; follows for ever
            command = re.sub(r" \|.*", "", command).replace("--time 60", "--time 1")
            session.append("timeout 3 " + command.replace("&& vrrl", "&& timeout 3 vrrl"))
        for command, (printed, status) in zip(session, run_all(session, here)):
            if status in USAGE or (command.startswith(PAGE_FILES) and status != 0):
                wrong.append(f"{name}: $ {command}\n  exit {status}: " + "\n  ".join(printed))
        count += len(session) - 1
    return count, wrong


def main(source, tools):
    os.environ["PATH"] = os.path.abspath(tools) + ":" + os.environ["PATH"]
    os.environ["NO_COLOR"] = "1"
    source, failed, total = os.path.abspath(source), 0, 0
    docs = os.path.join(source, "docs")
    documents = [os.path.join(source, "README.md")]
    documents += [os.path.join(docs, name) for name in sorted(os.listdir(docs)) if name.endswith(".md")]
    with tempfile.TemporaryDirectory() as folder:
        prepare(source, folder)
        for path in documents:
            count, wrong = check_document(path, folder)
            total += count
            failed += len(wrong)
            for complaint in wrong:
                print(f"{os.path.relpath(path, source)}: {complaint}")
        count, wrong = check_pages(source, folder)
        total += count
        failed += len(wrong)
        print("\n".join(wrong))
    print(f"{total} commands, {failed} of them not as shown")
    return 1 if failed or total < 30 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
