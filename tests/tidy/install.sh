#!/bin/sh
# What is installed is complete: a program builds against it with pkg-config, shared, static and as
# C++, and runs; manual pages and completions are where their readers look.
set -eu
build=$(dirname "$VRRL")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

DESTDIR=$work/root cmake --install "$build" --prefix /usr >installed
root=$work/root/usr
wanted="bin/vrrl include/vrrl/vrrl.h share/man/man1/vrrl.1 share/bash-completion/completions/vrrl
    share/zsh/site-functions/_vrrl share/fish/vendor_completions.d/vrrl.fish
    share/doc/vrrl/schema/check.schema.json"
for file in $wanted; do
    [ -f "$root/$file" ] || { echo "not installed: $file"; exit 1; }
done
"$root/bin/vrrl" --version | grep -q '^vrrl [0-9]'

command -v pkg-config >/dev/null || { echo "skipped building against it: no pkg-config"; exit 77; }
cat >program.c <<'C'
#include <stdio.h>
#include <vrrl/vrrl.h>

int main(void)
{
    vrrl_record record = {};
    vrrl_log *log;
    vrrl_log_verdict verdict;
    const vrrl_driver *driver;
    vrrl_error err;
    record.timestamp_ns = 1;
    if (vrrl_log_open("program.vrrl", 4, &log, &err) || vrrl_log_append(log, &record) ||
        vrrl_log_close(log, &err) || vrrl_log_verify("program.vrrl", &verdict, &err) ||
        vrrl_driver_find("threads", &driver, &err)) {
        puts(err.text);
        return 1;
    }
    return verdict.live != 1;
}
C
PKG_CONFIG_PATH=$(dirname "$(find "$root" -name vrrl.pc)")
export PKG_CONFIG_PATH
library=$(pkg-config --variable=libdir vrrl)
[ -f "$library/libvrrl.so" ] || { echo "vrrl.pc: no libvrrl.so in $library"; exit 1; }
flags=$(pkg-config --cflags --libs vrrl)
static_flags=$(pkg-config --cflags --static --libs vrrl)

# run NAME: builds are `program` each, and leave no log behind.
run() {
    LD_LIBRARY_PATH=$library ./program || { echo "FAILED: $1 program"; exit 1; }
    rm -f program program.vrrl
}
# shellcheck disable=SC2086  # flags are meant to be split into words
{
    ${CC:-cc} program.c $flags -o program
    run shared
    ${CC:-cc} -static program.c $static_flags -o program
    run static
    command -v g++ >/dev/null || { echo "skipped as C++: no g++"; exit 77; }
    cp program.c program.cc
    g++ program.cc $flags -o program
    run C++
}
