"""Holds lines of JSON against docs/schema/: json_schema.py SCHEMAS FILE ...

A file "out-N-COMMAND" is what that command printed. Of any other file the lines are looked at that are
an answer; one whose command line has cut the tool off has it added. Prints what does not fit, and the members
of the schemas that nothing has: a few may be left.
"""
import json
import os
import re
import sys

from jsonschema import Draft202012Validator

MOST = 20  # complaints
READ = {"task-graph.schema.json"}  # what commands read, not what they print
UNPRINTED = 0.06  # of the members of the schemas, at most; unit.test_check_parts and test_repair_text make each kind


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
    """All schemas by their files, as one. (Older versions of jsonschema have no registry of files.)"""
    files = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            schema = json.load(file)
        Draft202012Validator.check_schema(schema)
        files[name] = placed(schema, name)
    return files


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


class Members:
    """Which members of which schemas have been printed."""

    def __init__(self, files):
        self.files, self.printed = files, set()

    def at(self, reference):
        schema = {"files": self.files}
        for part in reference.removeprefix("#/").split("/"):
            schema = schema[part]
        return schema

    def note(self, schema, place, value):
        """Notes the members of a value that fits the schema, which stands at that place."""
        if "$ref" in schema:
            self.note(self.at(schema["$ref"]), schema["$ref"], value)
        for choice in ("oneOf", "anyOf", "allOf"):
            for number, branch in enumerate(schema.get(choice, [])):
                if choice == "allOf" or Draft202012Validator({**branch, "files": self.files}).is_valid(value):
                    self.note(branch, f"{place}/{choice}/{number}", value)
        for key, inner in schema.get("properties", {}).items():
            if isinstance(value, dict) and key in value:
                self.printed.add((place, key))
                self.note(inner, f"{place}/properties/{key}", value[key])
        if isinstance(value, list) and isinstance(schema.get("items"), dict):
            for item in value:
                self.note(schema["items"], f"{place}/items", item)

    def all(self, schema=None, place=""):
        """Those that there are."""
        if schema is None:
            for name in sorted(self.files.keys() - READ):
                yield from self.all(self.files[name], f"#/files/{name}")
            return
        for key, inner in schema.items():
            if key == "properties":
                yield from ((place, name) for name in inner)
                for name, member in inner.items():
                    yield from self.all(member, f"{place}/properties/{name}")
            elif key == "$defs":
                for name, member in inner.items():
                    yield from self.all(member, f"{place}/$defs/{name}")
            elif key == "items":
                yield from self.all(inner, f"{place}/items")
            elif key in ("oneOf", "anyOf", "allOf"):
                for number, branch in enumerate(inner):
                    yield from self.all(branch, f"{place}/{key}/{number}")


def main(folder, paths):
    files = load(folder)
    members, wrong, count = Members(files), 0, 0
    for path in paths:
        for command, answer in lines(path):
            count += 1
            name = f"{command}.schema.json"
            if name not in files:
                print(f"{path}: {command} has no schema")
                wrong += 1
                continue
            schema = {"$ref": f"#/files/{name}"}
            for error in Draft202012Validator({**schema, "files": files}).iter_errors(answer):
                error = nearest(error)
                where = "/".join(str(part) for part in error.absolute_path)
                print(f"{path}: {command}: {where}: {error.message[:300]}")
                wrong += 1
            if wrong >= MOST:
                return 1
            members.note(schema, "", answer)
    print(f"{count} answers")
    every = list(members.all())
    never = [f"{place}: {name}" for place, name in every if (place, name) not in members.printed]
    print("\n".join(never))
    print(f"{len(never)} of {len(every)} members are printed by none of them")
    return 1 if wrong or count == 0 or len(never) > UNPRINTED * len(every) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
