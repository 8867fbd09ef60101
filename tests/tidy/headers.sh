#!/bin/sh
# Every public header stands alone, as C17 and as C++11, without a warning, and twice in a row.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
warnings="-Wall -Wextra -Wpedantic -Werror"
status=0

for header in "$VRRL_SOURCE"/include/vrrl/*.h; do
    name=$(basename "$header")
    printf '#include "vrrl/%s"\n#include "vrrl/%s"\nint nothing;\n' "$name" "$name" >"$work/one.c"
    cp "$work/one.c" "$work/one.cc"
    # shellcheck disable=SC2086  # the list is meant to be split into words
    ${CC:-cc} -std=c17 $warnings -I"$VRRL_SOURCE/include" -fsyntax-only "$work/one.c" || status=1
    [ "$name" = vrrl.h ] || grep -q 'extern "C"' "$header" || {
        echo "vrrl/$name: declares nothing extern \"C\""
        status=1
    }
    grep -q "\"vrrl/$name\"" "$VRRL_SOURCE/include/vrrl/vrrl.h" || [ "$name" = vrrl.h ] || {
        echo "vrrl/$name: vrrl.h does not include it"
        status=1
    }
    command -v g++ >/dev/null || continue
    # shellcheck disable=SC2086
    g++ -std=c++11 $warnings -I"$VRRL_SOURCE/include" -fsyntax-only "$work/one.cc" || status=1
done
[ $status -eq 0 ] || exit 1
command -v g++ >/dev/null || {
    echo "skipped as C++: no g++"
    exit 77
}
