"""Holds a file against what the schema of SARIF 2.1.0 requires: sarif.py FILE ...

Of the members that vrrl writes: which there must be, of which type, which words and which others there may not be, as
the schema of OASIS (sarif-schema-2.1.0.json) has them. Written out here, since that schema is not on every machine.
"""
import json
import re
import sys

# Of each object its members: (type, needed). A type is a name below, a Python type, a set of words, or a list of one.
OBJECTS = {
    "log": {"$schema": (str, False), "version": ({"2.1.0"}, True), "runs": (["run"], True)},
    "run": {
        "tool": ("tool", True),
        "invocations": (["invocation"], False),
        "results": (["result"], False),
        "columnKind": ({"utf16CodeUnits", "unicodeCodePoints"}, False),
    },
    "tool": {"driver": ("driver", True)},
    "driver": {
        "name": (str, True),
        "version": (str, False),
        "semanticVersion": (str, False),
        "informationUri": ("uri", False),
        "rules": (["rule"], False),
    },
    "rule": {"id": (str, True), "shortDescription": ("text", False), "defaultConfiguration": ("configuration", False)},
    "text": {"text": (str, True)},
    "configuration": {"level": ({"none", "note", "warning", "error"}, False)},
    "invocation": {
        "executionSuccessful": (bool, True),
        "exitCode": (int, False),
        "toolExecutionNotifications": (["notification"], False),
        "properties": ("bag", False),
    },
    "notification": {
        "level": ({"none", "note", "warning", "error"}, False),
        "message": ("text", True),
        "locations": (["location"], False),
    },
    "result": {
        "ruleId": (str, False),
        "ruleIndex": ("index", False),
        "level": ({"none", "note", "warning", "error"}, False),
        "message": ("text", True),
        "locations": (["location"], False),
        "partialFingerprints": ("bag", False),
        "suppressions": (["suppression"], False),
        "properties": ("bag", False),
    },
    "location": {"physicalLocation": ("place", False), "logicalLocations": (["logical"], False)},
    "place": {"artifactLocation": ("artifact", True), "region": ("region", False)},
    "artifact": {"uri": ("uri", True)},
    "region": {"startLine": ("line", False)},
    "logical": {"name": (str, False), "kind": (str, False)},
    "suppression": {"kind": ({"inSource", "external"}, True), "justification": (str, False)},
}
URI = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")


def hold(kind, value, where):
    if isinstance(kind, list):
        assert isinstance(value, list), where
        for number, item in enumerate(value):
            hold(kind[0], item, f"{where}/{number}")
    elif isinstance(kind, set):
        assert value in kind, f"{where}: {value}"
    elif isinstance(kind, type):
        assert type(value) is kind, f"{where}: {value}"
    elif kind == "uri":
        assert isinstance(value, str) and URI.fullmatch(value), f"{where}: {value}"
    elif kind in ("index", "line"):
        assert type(value) is int and value >= (kind == "line"), f"{where}: {value}"
    elif kind == "bag":
        assert isinstance(value, dict), where
    else:
        assert isinstance(value, dict), where
        members = OBJECTS[kind]
        for name in value:
            assert name in members, f"{where}: {name} is none of {kind}"
        for name, (inner, needed) in members.items():
            assert name in value or not needed, f"{where}: no {name}"
            if name in value:
                hold(inner, value[name], f"{where}/{name}")


def main(paths):
    for path in paths:
        with open(path, encoding="utf-8") as file:
            log = json.load(file)
        hold("log", log, path)
        for run in log["runs"]:
            rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
            assert len(set(rules)) == len(rules), f"{path}: a rule twice"
            for result in run["results"]:
                assert rules[result["ruleIndex"]] == result["ruleId"], path


if __name__ == "__main__":
    main(sys.argv[1:])
