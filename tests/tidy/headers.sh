#!/bin/sh
# Every public header stands alone, as C11, C17, C++11 and C++17, without a warning, and twice in a row.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
include=$VRRL_SOURCE/include
warnings="-Wall -Wextra -Wpedantic -Werror"
status=0
have_cxx=$(command -v g++ || :)

for header in "$include"/vrrl/vrrl.h "$include"/vrrl/*/*.h; do
    name=${header#"$include/"}
    printf '#include "%s"\n#include "%s"\nint nothing;\n' "$name" "$name" >"$work/one.c"
    cp "$work/one.c" "$work/one.cc"
    # shellcheck disable=SC2086  # the list is meant to be split into words
    for standard in c11 c17; do
        ${CC:-cc} -std=$standard $warnings -I"$include" -fsyntax-only "$work/one.c" || status=1
    done
    [ -z "$have_cxx" ] || for standard in c++11 c++17; do
        # shellcheck disable=SC2086
        g++ -std=$standard $warnings -I"$include" -fsyntax-only "$work/one.cc" || status=1
    done
    [ "$name" = vrrl/vrrl.h ] && continue
    ! grep -q '^VRRL_API ' "$header" || grep -q 'extern "C"' "$header" || { echo "$name: declares nothing extern \"C\""; status=1; }
    grep -q "\"$name\"" "$include/vrrl/vrrl.h" || { echo "$name: vrrl.h does not include it"; status=1; }
done
[ $status -eq 0 ] || exit 1
[ -n "$have_cxx" ] || { echo "skipped as C++: no g++"; exit 77; }
