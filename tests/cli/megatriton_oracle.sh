#!/bin/sh
# MegaTriton's work queues: verdict, figure and pair are those of a judgement by brute force, in Python, also of edits,
# and with task ids, names and type numbers permuted.
set -eu
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }
export PYTHONDONTWRITEBYTECODE=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$VRRL_SOURCE/tests/cli/megatriton_oracle.py" "$VRRL" "$VRRL_SOURCE/tests/data/import" "$work"
