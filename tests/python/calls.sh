#!/bin/sh
# Every call, what it refuses, Ctrl-C and progress; without NumPy.
. "$VRRL_SOURCE/tests/python/lib/python.sh"
find_python
cd "$VRRL_SOURCE/tests/python"
"$python" -m unittest -q test_calls
