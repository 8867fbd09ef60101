#!/bin/sh
# vrrl ptx: what it says of what nvcc wrote, of an instruction that is not supported, and of what is wrong.
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# try ARGUMENT ...: prints the command, all that it says, and its exit code.
try() {
    echo "\$ vrrl $*"
    code=0
    "$VRRL" "$@" 2>&1 || code=$?
    echo "[$code]"
}

{
    cp "$VRRL_SOURCE/tests/data/ptx/spins.ptx" .
    try ptx spins.ptx
    printf '.version 9.0\n.target sm_100a\n.entry k(.param .u32 n)\n{\n.reg .b32 %%r<4>;\nldmatrix.sync.aligned.m8n8.x1.shared.b16 {%%r1},\n  [%%r2];\nst.shared.u32 [%%r1], 1;\n}\n' >tensor.ptx
    try ptx tensor.ptx
    printf '.version 9.0\n.target sm_90\n.entry most() .maxntid 128, 2, 1\n{\nret;\n}\n.entry exact() .reqntid 64\n{\nret;\n}\n' >sizes.ptx
    try ptx sizes.ptx
    printf '.version 9.0\n.target sm_90\n.entry k()\n{\n.reg .b64 %%d;\nadd.u32 %%d, %%d, 1;\n}\n' >wrong.ptx
    try ptx wrong.ptx
    printf '\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\276\0' >kernel.cubin
    try ptx kernel.cubin
    try ptx
} >found
[ -z "${VRRL_REFRESH:-}" ] || cp found "$VRRL_SOURCE/tests/cli/ptx.expected"
diff -u "$VRRL_SOURCE/tests/cli/ptx.expected" found
