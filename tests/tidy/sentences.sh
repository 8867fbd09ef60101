#!/bin/sh
# Each kind of sentence in a report has a test that would fail if it were not so: sentences.py.
set -eu
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }
export PYTHONDONTWRITEBYTECODE=1
python3 "$VRRL_SOURCE/tests/tidy/sentences.py" "$VRRL_SOURCE"
