# For tests of the Python package: finds an interpreter, of 3.9 or later, that has what a test needs, and sets the
# environment in which it finds the package and the library of this build.
#   . lib/python.sh; find_python MODULE ...      $python is the interpreter; without one the test is skipped
set -eu
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$VRRL_SOURCE/python${PYTHONPATH:+:$PYTHONPATH}"
VRRL_LIBRARY=$(dirname "$VRRL")/libvrrl.so
export VRRL_LIBRARY

find_python() {
    for python in ${VRRL_PYTHON:-} python3 /usr/bin/python3; do
        "$python" - "$@" 2>/dev/null <<'END' && return
import importlib, sys
assert sys.version_info >= (3, 9)
for name in sys.argv[1:]:
    importlib.import_module(name)
END
    done
    echo "no Python of 3.9 or later${1:+ that has $*}"
    exit 77
}
