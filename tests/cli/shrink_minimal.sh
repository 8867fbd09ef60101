#!/bin/sh
# What vrrl shrink calls 1-minimal is so, by code that has nothing to do with it: one planted bug in eight;
# VRRL_ALL=1: all of them.
set -eu
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }
stride=8
[ -z "${VRRL_ALL:-}" ] || stride=1
python3 "$VRRL_SOURCE/tests/cli/shrink_minimal.py" "$VRRL" $stride
