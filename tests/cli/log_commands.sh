#!/bin/sh
# What info, dump, verify and import print, word for word, with their exit codes.
# After a wanted change: VRRL_REFRESH=1 ctest --preset dev -R cli.log_commands
set -u
export LC_ALL=C
expected="$VRRL_SOURCE/tests/cli/log_commands.expected"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
cp "$VRRL_SOURCE"/tests/data/vectors/*.vrrl .

# Runs the tool and prints the command, its output, its errors and its exit code.
try() {
    echo "\$ vrrl $*"
    "$VRRL" "$@" 2>stderr >stdout
    code=$?
    sed 's/"version":"[^"]*"/"version":"V"/' stdout
    sed 's/^/! /' stderr
    echo "[$code]"
}

{
    for command in info dump verify import; do
        try $command --help
    done
    try info partial.vrrl
    try info --json wrapped.vrrl
    try info empty.vrrl
    try info missing.vrrl
    try info .
    try info bad-version.vrrl
    try info
    try dump wrapped.vrrl
    try dump --format csv wrapped.vrrl
    try dump --format jsonl all-zero-evidence.vrrl
    try dump --format csv --failures evidence-every-class.vrrl
    try dump --format csv --epochs 2-3 evidence-every-class.vrrl
    try dump --format csv --epochs 4- evidence-every-class.vrrl
    try dump --format csv --epochs -0 evidence-every-class.vrrl
    try dump --format csv --tenant 2 --opcode store_u32 wrapped.vrrl
    try dump --format csv --slot 18 --opcode USER+13 wrapped.vrrl
    try dump --format csv --opcode 0x5 wrapped.vrrl
    try dump --format xml wrapped.vrrl
    try dump --epochs 3-2 wrapped.vrrl
    try dump --tenant -1 wrapped.vrrl
    try dump --opcode NOSUCH wrapped.vrrl
    try dump --format csv bad-record-magic.vrrl
    try dump --format csv truncated-mid-record.vrrl
    for name in *.vrrl; do
        try verify "$name"
    done
    try verify missing.vrrl
} >output

if [ "${VRRL_REFRESH:-}" ]; then
    cp output "$expected"
fi
diff -u "$expected" output
