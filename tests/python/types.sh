#!/bin/sh
# The package is typed, strictly.
. "$VRRL_SOURCE/tests/python/lib/python.sh"
find_python mypy pytest
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$VRRL_SOURCE/python"
"$python" -m mypy --strict --no-error-summary --cache-dir "$work" -p vrrl
