#!/bin/sh
# The opcode bodies are written in a subset that kernel languages share: they compile as OpenCL C 1.2
# and 3.0, and as C++.
set -e
if ! command -v clang >/dev/null; then
    echo "clang is not installed: skipped"
    exit 77
fi
file=$VRRL_SOURCE/tests/tidy/opcode_bodies.cl
flags="-Wall -Wno-unused-function -Werror -fsyntax-only -I$VRRL_SOURCE/src"
for standard in CL1.2 CL3.0; do
    clang -x cl -cl-std=$standard -Xclang -finclude-default-header $flags "$file"
done
clang -x c++ -std=c++17 $flags "$file"
