#!/bin/sh
# Every call, what it refuses, Ctrl-C and progress; without NumPy.
. "$VRRL_SOURCE/tests/python/lib/python.sh"
find_python
"$python" -m unittest -q "$VRRL_SOURCE/tests/python/test_calls.py"
