#!/bin/sh
# Identifiers and file names are those of docs/glossary.md: words.py.
set -eu
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }
export PYTHONDONTWRITEBYTECODE=1
python3 "$VRRL_SOURCE/tests/tidy/words.py" "$VRRL_SOURCE"
