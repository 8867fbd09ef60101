#!/bin/sh
# What docs/python.md shows is what happens.
. "$VRRL_SOURCE/tests/python/lib/python.sh"
find_python numpy pytest
"$python" "$VRRL_SOURCE/tests/python/documents.py" "$VRRL_SOURCE"
