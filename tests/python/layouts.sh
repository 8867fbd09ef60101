#!/bin/sh
# The structs that the package mirrors are those of the headers, field by field.
. "$VRRL_SOURCE/tests/python/lib/python.sh"
find_python
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" "$VRRL_SOURCE/tests/python/layouts.py" c >"$work/layouts.c"
${CC:-cc} -std=c11 -I "$VRRL_SOURCE/include" -o "$work/layouts" "$work/layouts.c"
"$work/layouts" >"$work/c"
"$python" "$VRRL_SOURCE/tests/python/layouts.py" python >"$work/python"
diff "$work/c" "$work/python"
