#!/bin/sh
# The sample of docs/writing-an-opcode.md compiles in the table as it is, and does not without its footprint.
set -eu
cc=${CC:-cc}
command -v "$cc" >/dev/null || { echo "$cc is missing"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$VRRL_SOURCE"

# The indented lines below a heading.
sample() {
    awk -v heading="## $1" '/^## / { on = $0 == heading } on && /^    / { print substr($0, 5) }' \
        docs/writing-an-opcode.md
}

# src/ops/ with the sample's row as one more group, whose file is $1.
with_group() {
    rm -rf "$work/ops"
    cp -r src/ops "$work/ops"
    cp "$1" "$work/ops/sample.h"
    sed -i 's|^#include "ops/wait.h"|&\n#include "ops/sample.h"|; s|OPS_BUILTIN(X) *\\$|OPS_SAMPLE(X) &|
            s|OPS_BUILTIN(X) OPS_SIGNAL|OPS_SAMPLE(X) &|' "$work/ops/table.h" "$work/ops/ops.h"
    grep -q OPS_SAMPLE "$work/ops/table.h" && grep -q OPS_SAMPLE "$work/ops/ops.h"
}

compiles() {
    for file in opcode footprint; do
        "$cc" -std=c17 -Wall -Werror -Wno-unused-function -fsyntax-only -I "$work" -I src -I include \
            "$work/ops/$file.c" 2>>"$work/messages" || return 1
    done
}

{
    printf '#ifndef OPS_SAMPLE\n#define OPS_SAMPLE(X) '
    sample "The row"
    printf '#endif\n#if defined OP_PARAMS && !defined OPS_SAMPLE_BODIES\n#define OPS_SAMPLE_BODIES\n'
    sample "The body"
} >"$work/without.h"
{
    cat "$work/without.h"
    sample "The footprint"
    echo '#endif'
} >"$work/sample.h"
echo '#endif' >>"$work/without.h"

with_group "$work/sample.h"
compiles || { cat "$work/messages"; echo "the sample of docs/writing-an-opcode.md does not compile"; exit 1; }
with_group "$work/without.h"
! compiles || { echo "a row without its footprint compiles"; exit 1; }
