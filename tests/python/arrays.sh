#!/bin/sh
# Arrays of NumPy and DLPack, and records of logs as an array.
. "$VRRL_SOURCE/tests/python/lib/python.sh"
find_python numpy
cd "$VRRL_SOURCE/tests/python"
"$python" -m unittest -q test_arrays
