#!/bin/sh
# Task graphs that the tool takes fit docs/schema/task-graph.schema.json, and what is wrong with one neither takes.
set -eu
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }
python3 -c "import jsonschema" 2>/dev/null || { echo "jsonschema of Python is missing (python3-jsonschema)"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$VRRL_SOURCE/tests/cli/graph_schema.py" "$VRRL_SOURCE/docs/schema/task-graph.schema.json" "$VRRL" "$work" \
    "$VRRL_SOURCE"/tests/data/programs/*.json "$VRRL_SOURCE"/tests/data/cases/*.json \
    "$VRRL_SOURCE"/examples/graphs/*.json
