#!/bin/sh
# Random graphs in Mirage's format: verdict, figure and pair are those of a judgement by brute force, in Python, also of
# later steps, and with tasks, events and type numbers numbered otherwise. VRRL_GRAPHS sets how many.
set -eu
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }
export PYTHONDONTWRITEBYTECODE=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$VRRL_SOURCE/tests/cli/mirage_oracle.py" "$VRRL" "$work" "${VRRL_GRAPHS:-25}" "$VRRL_SOURCE"
