#!/bin/sh
# A project that has this one as a subdirectory links vrrl::vrrl and vrrl::log, and builds neither tool nor tests.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES C)
set(CMAKE_C_FLAGS -O0)
add_subdirectory($VRRL_SOURCE vrrl)
add_executable(logs $VRRL_SOURCE/examples/c/log.c)
target_link_libraries(logs PRIVATE vrrl::log)
add_executable(checks $VRRL_SOURCE/examples/c/check_graph.c)
target_link_libraries(checks PRIVATE vrrl::vrrl)
CMAKE
cmake -S "$work" -B "$work/build" >"$work/said" 2>&1 || { cat "$work/said"; exit 1; }
cmake --build "$work/build" -j 2 >"$work/said" 2>&1 || { grep -E "rror|Stop" "$work/said" | head -20; exit 1; }
"$work/build/logs" "$work/run.vrrl" | diff -u "$VRRL_SOURCE/tests/data/api/log.expected" -
"$work/build/checks" | diff -u "$VRRL_SOURCE/tests/data/api/check_graph.expected" -
[ -z "$(find "$work/build" -name 'test_*' -o -name vrrl -type f)" ] || { echo "builds the tool or tests, too"; exit 1; }
