"""Every sentence that a report can print is of a kind in tests/data/sentences.tsv, and each kind names the
tests that would fail if what it says were not so.

A sentence is a string literal of three words or more in the files below, or one that begins with a verdict,
put together as the compiler does it. Left out are error messages (they come with "Fix:" and have tests of their own), help, and names of JSON.
A row that no sentence matches, a test that is not there, and a script of tests/cli that has none of the
sentences of its row fail as well."""
import fnmatch
import glob
import os
import re
import sys

# Where reports are made: files whose literals all count, and files of which only what is printed does.
MADE = ("src/report/*.c", "src/report/*.h", "src/check/*.c", "src/graph/graph_lint.c",
        "src/graph/graph_holes.c", "src/graph/graph_keys.c", "src/explain/explain*.c")
PRINTED = ("cli/*.c",)
LEFT_OUT = ("*_json.c", "*_svg.c", "cli/main.c")
PRINTERS = {"printf", "fprintf", "puts", "fputs"}
NOT_REPORTS = {"error_set", "error_errno", "json_pack", "argp_error", "json_wrong"}

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|PRI[a-zA-Z]\d+'
                   r'|^[ \t]*#[^\n]*(?:\\\n[^\n]*)*|\w+|\s+|.', re.S | re.M)
CONVERSION = re.compile(r"%[-+ #0-9.*]*(?:ll|l|z|h)*[a-zA-Z%]")


def literals(path):
    """(line, calls around it, text) of each run of adjacent string literals."""
    source = open(path, encoding="utf-8").read()
    calls, last, text, line = [], "", None, 0
    for match in TOKEN.finditer(source):
        token = match.group()
        if token.isspace() or token.startswith(("/*", "//")) or token.lstrip().startswith("#"):
            continue
        if token.startswith('"'):
            if text is None:
                text, line = "", source.count("\n", 0, match.start()) + 1
            text += token[1:-1]
            continue
        if token.startswith("PRI") and text is not None:
            text += "u"
            continue
        if text is not None:
            yield line, set(calls), text
            text = None
        if token == "(":
            calls.append(last)
        elif token == ")" and calls:
            calls.pop()
        last = token


def is_sentence(text):
    plain = CONVERSION.sub(" ", text.replace("\\n", " "))
    words = re.findall(r"[A-Za-z][A-Za-z']+", plain)
    json, progress = re.match(r'[{,]\\"', text), text.startswith("\\r")
    verdict = re.match(r"[A-Z]{4,}\b", plain.strip())
    return (len(words) >= 3 or bool(verdict)) and " " in plain.strip() and not json and not progress


def sentences(root):
    for folder in ("src", "cli"):
        for base, _, names in os.walk(os.path.join(root, folder)):
            for name in sorted(names):
                path = os.path.relpath(os.path.join(base, name), root)
                if any(fnmatch.fnmatch(path, p) for p in LEFT_OUT):
                    continue
                made = any(fnmatch.fnmatch(path, p) for p in MADE)
                printed = any(fnmatch.fnmatch(path, p) for p in PRINTED)
                for line, calls, text in literals(path) if made or printed else ():
                    counts = not calls & NOT_REPORTS if made else bool(calls & PRINTERS)
                    if counts and is_sentence(text):
                        yield path, line, text


def rows(path):
    with open(path, encoding="utf-8") as table:
        for number, line in enumerate(table, 1):
            if line.startswith("#") or not line.strip():
                continue
            columns = line.rstrip("\n").split("\t")
            if len(columns) != 4:
                sys.exit(f"{path}:{number}: {len(columns)} columns, expected kind, file, pattern, tests")
            yield number, columns


def is_there(root, test):
    """unit.test_NAME:FUNCTION, a test that a unit test's main lists; or cli.NAME, tidy.NAME: a script."""
    if test.startswith("unit."):
        name, _, function = test[5:].partition(":")
        path = (glob.glob(os.path.join(root, "tests/unit/*", name + ".c")) or [""])[0]
        listed = rf"\bcmocka_unit_test\w*\(\s*{re.escape(function)}\b"
        return bool(function) and os.path.exists(path) and re.search(listed, open(path).read())
    folder, _, name = test.partition("=")[0].partition(".")
    return os.path.exists(os.path.join(root, "tests", folder, name + ".sh"))


def core(text):
    """The longest part of a sentence that is the same whenever it is printed."""
    parts = re.split(CONVERSION.pattern + r"|\{\w+\}|\\n|\s{2,}", text.replace('\\"', '"'))
    return max((part.strip() for part in parts), key=len)


def looks_at(test, texts):
    """Of a script that compares what is printed: whether it has one of the sentences, or the text behind =."""
    folder, _, name = test.partition(".")
    name, _, other = name.partition("=")
    if folder != "cli":
        return True
    beside = [f"tests/cli/{name}{end}" for end in (".sh", ".expected", ".py")]
    seen = "".join(open(path, encoding="utf-8", errors="replace").read()
                   for path in beside if os.path.exists(path))
    return other in seen if other else any(core(text) in seen for text in texts)


def main(root):
    os.chdir(root)
    table = "tests/data/sentences.tsv"
    wrong, found = [], list(sentences("."))
    kinds = [(number, kind, file, re.compile(pattern), tests.split(), [])
             for number, (kind, file, pattern, tests) in rows(table)]
    for path, line, text in found:
        path = os.path.normpath(path)
        fits = [k for k in kinds if fnmatch.fnmatch(path, k[2]) and k[3].search(text)]
        for k in fits:
            k[5].append(text)
        if not fits:
            wrong.append(f"{path}:{line}: no row of {table} is for: {text}")
    for number, kind, _, _, tests, hits in kinds:
        if not hits:
            wrong.append(f"{table}:{number}: no sentence is of this kind: {kind}")
        if not tests:
            wrong.append(f"{table}:{number}: no test: {kind}")
        for test in tests:
            if not is_there(".", test):
                wrong.append(f"{table}:{number}: no such test: {test}")
            elif not looks_at(test, hits):
                wrong.append(f"{table}:{number}: {test} has none of these sentences: {kind}")
    print("\n".join(wrong) or f"{len(found)} sentences of {len(kinds)} kinds")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
