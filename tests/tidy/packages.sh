#!/bin/sh
# The installed library as other projects use it: the examples of examples/c, as C11 and C++17, without a warning,
# by pkg-config and by find_package; what they print; and that who takes vrrl::log links threads alone.
set -eu
build=$(dirname "$VRRL")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
expected=$VRRL_SOURCE/tests/data/api
warnings="-Wall -Wextra -Wpedantic -Werror"
skipped=
cd "$work"
cmake --install "$build" --prefix "$work/root" >installed
examples=$(find "$work/root" -type d -path '*examples/c')
libraries=$(dirname "$(find "$work/root" -name libvrrl.so)")
export LD_LIBRARY_PATH="$libraries"

# compare PROGRAM EXAMPLE: what the program prints is what the example's page of tests/data/api says.
compare() {
    rm -rf run.vrrl run.vrrd
    case $2 in
    log) "./$1" run.vrrl ;;
    own_opcodes) "./$1" --graph ;;
    *) "./$1" run.vrrd ;;
    esac >printed || { echo "$1: exit $?"; exit 1; }
    diff -u "$expected/$2.expected" printed || { echo "$1 prints something else"; exit 1; }
}

# links_threads_alone PROGRAM: no library of ours, and none that ours needs.
links_threads_alone() {
    ! readelf -d "$1" | grep NEEDED | grep -E 'vrrl|jansson|zstd|xxhash|blake3' || { echo "$1 links more than logs need"; exit 1; }
}

if command -v pkg-config >/dev/null; then
    PKG_CONFIG_PATH=$libraries/pkgconfig
    export PKG_CONFIG_PATH
    [ "vrrl $(pkg-config --modversion vrrl)" = "$("$VRRL" --version)" ] || { echo "vrrl.pc has another version"; exit 1; }
    for example in log own_opcodes record_replay check_graph; do
        package=vrrl
        case $example in log | own_opcodes) package=vrrl-log ;; esac
        # shellcheck disable=SC2046,SC2086  # flags are meant to be split into words
        ${CC:-cc} -std=c11 $warnings "$examples/$example.c" $(pkg-config --cflags --libs $package) -o $example
        compare $example $example
        command -v g++ >/dev/null || { skipped="$skipped C++ (no g++)"; continue; }
        cp "$examples/$example.c" $example.cc
        # shellcheck disable=SC2046,SC2086
        g++ -std=c++17 $warnings $example.cc $(pkg-config --cflags --libs $package) -o $example.cxx
        compare $example.cxx $example
    done
    links_threads_alone log
    links_threads_alone own_opcodes
else
    skipped="$skipped pkg-config (not installed)"
fi

# The same by find_package, from a folder that has been moved since.
mv root moved
LD_LIBRARY_PATH=$(dirname "$(find "$work/moved" -name libvrrl.so)")
mkdir consumer
cat >consumer/CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.16)
project(consumer LANGUAGES C)
find_package(vrrl 0.1 REQUIRED)
foreach(example log own_opcodes record_replay check_graph)
    add_executable(${example} ${EXAMPLES}/${example}.c)
    target_link_libraries(${example} PRIVATE vrrl::vrrl)
endforeach()
add_executable(log_alone ${EXAMPLES}/log.c)
target_link_libraries(log_alone PRIVATE vrrl::log)
CMAKE
cmake -S consumer -B consumer/build "-DCMAKE_PREFIX_PATH=$work/moved" \
    "-DEXAMPLES=$(find "$work/moved" -type d -path '*examples/c')" >configured
cmake --build consumer/build >built || { cat built; exit 1; }
for example in log own_opcodes record_replay check_graph; do
    compare consumer/build/$example $example
done
compare consumer/build/log_alone log
links_threads_alone consumer/build/log_alone
mkdir later
sed 's/vrrl 0.1 REQUIRED/vrrl 0.2 REQUIRED/' consumer/CMakeLists.txt >later/CMakeLists.txt
if cmake -S later -B later/build "-DCMAKE_PREFIX_PATH=$work/moved" -DEXAMPLES=. >configured 2>&1; then
    echo "find_package takes 0.1 for 0.2, which may break programs"
    exit 1
fi
grep -q 'version: 0[.]1' configured || { cat configured; exit 1; }
[ -z "$skipped" ] || { echo "skipped:$skipped"; exit 77; }
