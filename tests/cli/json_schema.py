"""Holds lines of JSON against docs/schema/: json_schema.py SCHEMAS FILE ...

A file "out-N-COMMAND" is what that command printed. Of any other file the lines are looked at that are
an answer; one whose command line has cut the tool off has it added. Prints what does not fit.
"""
import json
import os
import re
import sys

from jsonschema import Draft202012Validator

MOST = 20  # complaints


def placed(schema, file):
    """The schema of that file with its references as they are where all files stand in one schema."""
    if isinstance(schema, list):
        return [placed(item, file) for item in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: placed(item, file) for key, item in schema.items()}
    if "$ref" in schema:
        other, _, inside = schema["$ref"].partition("#")
        changed["$ref"] = f"#/files/{other or file}{inside}"
    return changed


def load(folder):
    """A validator for each command, by its name. (Older versions of jsonschema have no registry of files.)"""
    files = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            schema = json.load(file)
        Draft202012Validator.check_schema(schema)
        files[name] = placed(schema, name)
    return {
        name.split(".")[0]: Draft202012Validator({"$ref": f"#/files/{name}", "files": files}) for name in files
    }


def lines(path):
    """(command, object) of each line that is an answer."""
    printed = re.match(r"out-[0-9]+-([a-z]+)$", os.path.basename(path))
    with open(path, encoding="utf-8") as file:
        for line in file:
            if printed:
                yield printed.group(1), json.loads(line)
            elif line.startswith('{"schema":"vrrl-1"'):
                answer = json.loads(re.sub(r"_ns\":T\b", '_ns":0', line))
                answer.setdefault("tool", {"name": "vrrl", "version": "0"})
                yield answer["command"], answer


def nearest(error):
    """Of a choice of which nothing fits, what is wrong with that which has least against it."""
    while error.context:
        branches = {}
        for inner in error.context:
            branches.setdefault(inner.schema_path[0], []).append(inner)
        error = min(branches.values(), key=len)[0]
    return error


def main(folder, paths):
    validators, wrong, count = load(folder), 0, 0
    for path in paths:
        for command, answer in lines(path):
            count += 1
            if command not in validators:
                print(f"{path}: {command} has no schema")
                wrong += 1
                continue
            for error in validators[command].iter_errors(answer):
                error = nearest(error)
                where = "/".join(str(part) for part in error.absolute_path)
                print(f"{path}: {command}: {where}: {error.message[:300]}")
                wrong += 1
            if wrong >= MOST:
                return 1
    print(f"{count} answers")
    return 1 if wrong or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
