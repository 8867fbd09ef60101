#!/bin/sh
# What README.md, docs/ and the manual pages show is what happens: documents.py.
set -eu
for needed in python3 bash; do
    command -v $needed >/dev/null || { echo "$needed is missing"; exit 77; }
done
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$VRRL_SOURCE/tests/tidy/documents.py" "$VRRL_SOURCE" "$(dirname "$VRRL")"
