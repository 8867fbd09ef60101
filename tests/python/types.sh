#!/bin/sh
# The package is typed, strictly, but that the decorators of pluggy 1.0, which Debian 12 has under its pytest,
# have no types.
. "$VRRL_SOURCE/tests/python/lib/python.sh"
find_python mypy pytest
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$VRRL_SOURCE/python"
"$python" -m mypy --strict --allow-untyped-decorators --no-error-summary --cache-dir "$work" -p vrrl
