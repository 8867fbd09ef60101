"""Holds identifiers and file names to docs/glossary.md: what its last columns refuse is nowhere."""
import os
import re
import sys

TREES = ("src", "cli", "include", "tests/unit", "bench", "fuzz")
NOT_CODE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.S)


def refused(path):
    """Identifiers, and names of files, from the last column of each table."""
    words, files = set(), set()
    for line in open(path, encoding="utf-8"):
        if line.startswith("| ") and line.count(" | ") == 2:
            for name in re.findall(r"`([^`]+)`", line.rsplit(" | ", 1)[1]):
                (files if name.endswith((".c", ".h")) else words).add(name)
    return words, files


def main():
    root = sys.argv[1]
    words, files = refused(os.path.join(root, "docs/glossary.md"))
    if len(words) < 10 or len(files) < 10:
        sys.exit("docs/glossary.md: its last columns refuse too little; was its form changed?")
    wrong = []
    for tree in TREES:
        for folder, _, names in os.walk(os.path.join(root, tree)):
            for name in sorted(name for name in names if name.endswith((".c", ".h"))):
                path = os.path.join(folder, name)
                shown = os.path.relpath(path, root)
                if name in files:
                    wrong.append(f"{shown}: a name that docs/glossary.md refuses")
                code = NOT_CODE.sub("", open(path, encoding="utf-8").read())
                for word in sorted(words & set(re.findall(r"\w+", code))):
                    wrong.append(f"{shown}: `{word}`, which docs/glossary.md refuses")
    print("\n".join(wrong))
    sys.exit(bool(wrong))


main()
