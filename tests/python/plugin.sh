#!/bin/sh
# The plugin for pytest.
. "$VRRL_SOURCE/tests/python/lib/python.sh"
find_python pytest
cd "$VRRL_SOURCE/tests/python"
"$python" -m unittest -q test_plugin
