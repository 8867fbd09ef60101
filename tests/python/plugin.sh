#!/bin/sh
# The plugin for pytest.
. "$VRRL_SOURCE/tests/python/lib/python.sh"
find_python pytest
"$python" -m unittest -q "$VRRL_SOURCE/tests/python/test_plugin.py"
