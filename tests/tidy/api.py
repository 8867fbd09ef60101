"""The public headers are of one mould: what docs/api.md says of all of them.

Enumerators begin with their type's name, or with it less its last word (vrrl_repair_kind: VRRL_REPAIR_WAIT);
codes alone, which every caller compares with, begin with VRRL_. Structs of options begin with their size, and
have other options by pointer. Parameters come in one order: what it works on, input, options, out, err. No
struct shows how much an array has room for. What a type's _free or _close takes is made by the library, which hands
it out by TYPE **; nothing else is, but arrays, whose count stands behind them. What is handed out so and has members
begins with its size.
"""
import glob
import os
import re
import sys


def code_of(path):
    """A header without its comments, and without backslashes at line ends."""
    text = re.sub(r"/\*.*?\*/", " ", open(path, encoding="utf-8").read(), flags=re.S)
    return text.replace("\\\n", " ")


def tables(code):
    """Of each table of rows, the names that its rows begin with."""
    found = {}
    for name, body in re.findall(r"#define (VRRL_\w+_TABLE)\(X\)([^\n]*)", code):
        found[name] = re.findall(r"\bX\((\w+)", body)
    return found


def enumerators(body, rows):
    """The names in an enum, those of its table included."""
    by_row = re.search(r"#define X\([^)]*\) (\w+)##\w+", body)
    table = re.search(r"(VRRL_\w+_TABLE)\(X\)", body)
    if by_row and table:
        return [by_row.group(1) + name for name in rows[table.group(1)]]
    return re.findall(r"^\s*(\w+)", body.replace(",", "\n"), flags=re.M)


def wrong_enumerators(code):
    rows = tables(code)
    for body, name in re.findall(r"typedef enum \w+ \{(.*?)\} (\w+);", code, flags=re.S):
        words = name.split("_")
        prefixes = {"_".join(words).upper() + "_", "_".join(words[:-1]).upper() + "_"}
        how_many = {name.upper() + "S", name.upper()[:-1] + "IES"}
        for item in enumerators(body, rows):
            if not item.startswith(tuple(prefixes)) and item not in how_many:
                yield f"{item} of {name} does not begin with the type's name"


def wrong_options(code):
    for name, body in re.findall(r"typedef struct (\w+_options) \{(.*?)\n\}", code, flags=re.S):
        if not re.match(r"\s*size_t size;", body):
            yield f"{name} does not begin with `size_t size`"
        for inner in re.findall(r"^\s*(vrrl_\w+_options) ", body, flags=re.M):
            yield f"{name} has {inner} in it: a pointer to it can grow"


def shown_rooms(code):
    for name in re.findall(r"\buint32_t [^;]*?\b((?:\w+_)?room)\b", code):
        yield f"{name} is shown, and only the library's to know"


def rank(parameter):
    """Where a parameter belongs: before options 0, then options, a result, a stream, the error."""
    if re.match(r"const vrrl_(?!assign)\w+_options \*", parameter):
        return 1
    if re.match(r"(vrrl_\w+|char|size_t) \*\*\w", parameter):
        return 2
    if parameter.startswith("FILE *"):
        return 3
    return 4 if parameter.startswith("vrrl_error *") else 0


def wrong_order(code):
    for name, inside in re.findall(r"VRRL_API [^;{]*?(vrrl_\w+)\(([^;]*)\);", code):
        inside = re.sub(r"\([^()]*\)", "", inside)
        ranks = [rank(" ".join(p.split())) for p in inside.split(",")]
        known = [r for r in ranks if r > 0]
        if known != sorted(known) or 0 in ranks[ranks.index(3) if 3 in ranks else len(ranks):]:
            yield f"{name} has its parameters in another order than object, input, options, out, err"


def parameters(code):
    """Of each function its name and its parameters, those of functions that it is given left out."""
    for name, inside in re.findall(r"VRRL_API [^;{]*?(vrrl_\w+)\(([^;]*)\);", code):
        inside = re.sub(r"\([^()]*\)", "", inside)
        yield name, [" ".join(p.split()) for p in inside.split(",")]


def members(code):
    """Of each struct that has members in the headers its name and what stands between the braces."""
    return dict(re.findall(r"typedef struct (\w+) \{(.*?)\n\}", code, flags=re.S))


def wrong_owners(code, owned, with_members):
    """`owned`: the types that have a function to be given back to; `with_members`: those that show what is in them."""
    for name, all_of_it in parameters(code):
        for at, parameter in enumerate(all_of_it):
            by_value = re.match(r"(vrrl_\w+) \*\w", parameter)
            handed_out = re.match(r"(vrrl_\w+) \*\*\w", parameter)
            array = all_of_it[at + 1].endswith("*count") if handed_out else False
            if by_value and by_value.group(1) in owned & with_members and at > 0:
                yield f"{name} fills a {by_value.group(1)}, which is handed out by **, or does not work on its first"
            if handed_out and handed_out.group(1) not in owned and not array:
                yield f"{name} hands out a {handed_out.group(1)} by **, and nothing frees it"
    for name, body in members(code).items():
        if name in owned and not re.match(r"\s*size_t size;", body):
            yield f"{name} is handed out, has members, and does not begin with `size_t size`"


def main():
    root = sys.argv[1]
    wrong = []
    all_code = "".join(code_of(p) for p in sorted(glob.glob(os.path.join(root, "include/vrrl/*/*.h"))))
    owned = {p[0].split(" *")[0] for name, p in parameters(all_code)
             if re.search(r"_(free|close)$", name)}
    with_members = set(members(all_code))
    for path in sorted(glob.glob(os.path.join(root, "include/vrrl/*/*.h"))):
        shown = os.path.relpath(path, root)
        code = code_of(path)
        wrong += [f"{shown}: {what}" for what in (*wrong_enumerators(code), *wrong_options(code), *wrong_order(code),
                                         *shown_rooms(code), *wrong_owners(code, owned, with_members))]
    for line in wrong:
        print(line)
    sys.exit(bool(wrong))


main()
