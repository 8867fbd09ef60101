"""Runs the examples of docs/python.md, in one folder and one namespace, and compares what they print.

    documents.py SOURCE

A block marked ```python is run, one with a file's name is that file, as one of ```mkd is; ```sh is a command of the
shell, but for pip, which tests/python/wheel.sh runs. A block ```text behind one of them is what it prints: times are not
compared, and a line "..." stands for any lines.
"""
import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile


def blocks(text):
    """(info string, text, the line before it) of each fenced block."""
    info, lines, before = None, [], ""
    for line in text.splitlines():
        if info is not None and line == "```":
            yield info, "\n".join(lines) + "\n", before
            info, before = None, ""
        elif info is not None:
            lines.append(line)
        elif line.startswith("```"):
            info, lines = line[3:].strip(), []
        elif line.strip():
            before = line


def masked(line):
    return re.sub(r"[0-9][0-9,.]* ?(ms|s)\b", r"T \1", line).rstrip()


def same(shown, printed):
    if not shown:
        return not printed
    if shown[0].strip() == "...":
        return any(same(shown[1:], printed[at:]) for at in range(len(printed) + 1))
    return bool(printed) and masked(shown[0]) == masked(printed[0]) and same(shown[1:], printed[1:])


def run_python(source, names):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(source, "docs/python.md", "exec"), names)  # pylint: disable=exec-used
    return out.getvalue()


def run_shell(source):
    command = source.replace("pytest ", f"{sys.executable} -m pytest -p vrrl.pytest_plugin ", 1)
    done = subprocess.run(["sh", "-c", command], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.stdout


def has(module):
    try:
        __import__(module)
    except ImportError:
        return False
    return True


def main():
    path = os.path.join(os.path.abspath(sys.argv[1]), "docs/python.md")
    names, printed, ran = {"__name__": "example"}, "", 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for info, text, before in blocks(open(path, encoding="utf-8").read()):
            words = info.split()
            if len(words) == 2:
                open(words[1], "w", encoding="utf-8").write(text)
            elif words == ["python"] and (before != "<!-- torch -->" or has("torch")):
                printed, ran = run_python(text, names), ran + 1
            elif words == ["sh"] and not text.startswith("pip "):
                printed, ran = run_shell(text), ran + 1
            elif words == ["text"] and not same(text.splitlines(), printed.splitlines()):
                sys.exit(f"shown:\n{text}\nprinted:\n{printed}")
        os.chdir("/")
    if ran < 12:
        sys.exit(f"docs/python.md: only {ran} examples were found; was its form changed?")
    if not has("torch"):
        print("left out: the example with torch, which is not installed")


main()
