#!/bin/sh
# What an opcode is stands in its row (src/ops/): nobody else switches over opcode numbers, or lists them. Who
# makes programs names the opcodes that he makes, one at a time.
set -eu
cd "$VRRL_SOURCE"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
grep -rnE 'case (VRRL_OPCODE_|OP_OPCODE_)[A-Z]' src cli --include='*.[ch]' | grep -v '^src/ops/' |
    sed 's/^/a switch over opcode numbers: /' >"$work/wrong" || :
# One value that is compared with three numbers, on a line or two.
find src cli -name '*.[ch]' ! -path 'src/ops/*' | LC_ALL=C sort | while IFS= read -r file; do
    tr '\n' ' ' <"$file" |
        grep -oE '\b([a-z_.>-]+) [=!]= VRRL_OPCODE_[A-Z_0-9]+ (\|\||&&) +\1 [=!]= VRRL_OPCODE_[A-Z_0-9]+ (\|\||&&) +\1 [=!]= VRRL_OPCODE_[A-Z_0-9]+' |
        sed "s|^|a list of opcode numbers: $file: |" >>"$work/wrong" || :
done
cat "$work/wrong"
[ ! -s "$work/wrong" ]
