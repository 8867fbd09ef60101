#!/bin/sh
# The public headers are of one mould: api.py.
set -eu
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }
PYTHONDONTWRITEBYTECODE=1 exec python3 "$VRRL_SOURCE/tests/tidy/api.py" "$VRRL_SOURCE"
