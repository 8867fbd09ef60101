#!/bin/sh
# Arrays of NumPy and DLPack, and records of logs as an array.
. "$VRRL_SOURCE/tests/python/lib/python.sh"
find_python numpy
"$python" -m unittest -q "$VRRL_SOURCE/tests/python/test_arrays.py"
