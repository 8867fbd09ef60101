#!/bin/sh
# What README.md, docs/ and the manual pages show is what happens: documents.py. The picture, too.
set -eu
for needed in python3 bash jq; do
    command -v $needed >/dev/null || { echo "$needed is missing"; exit 77; }
done
export PYTHONDONTWRITEBYTECODE=1
python3 "$VRRL_SOURCE/tests/tidy/documents.py" "$VRRL_SOURCE" "$(dirname "$VRRL")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$VRRL" explain "$VRRL_SOURCE/examples/missing-wait.mk" --workers 2 --svg "$work/drawn.svg" >/dev/null || [ $? -eq 1 ]
cmp "$work/drawn.svg" "$VRRL_SOURCE/docs/missing-wait.svg"
