#!/bin/sh
# A file of src/ whose functions other files call has a header of its name, which declares them. (What is public
# stands in include/vrrl/; a row of a table is data, and stands in the table's header. The parts of the reader of
# machine descriptions, src/tensor/mkd_*.c, still share two headers.)
set -eu
export LC_ALL=C
objects=$(dirname "$VRRL")/CMakeFiles/vrrl_objects.dir/src
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$VRRL_SOURCE"

(cd "$objects" && find . -name '*.c.o') | sed 's|^\./||' | sort | while IFS= read -r object; do
    [ ! -e "src/${object%.o}" ] || nm "$objects/$object" | sed "s|^|${object%.c.o} |" # others: files that went
done >"$work/symbols"
[ -s "$work/symbols" ] || { echo "no objects in $objects"; exit 1; }

# "FILE NAME" of each function that another file calls.
awk '$(NF - 1) == "T" && $NF !~ /^vrrl_/ { home[$NF] = $1 }
    $(NF - 1) == "U" { used[$NF] }
    END { for (name in home) if (name in used) print home[name], name }' "$work/symbols" | sort |
    grep -v '^tensor/mkd_' >"$work/called"
while read -r file name; do
    grep -qsE "(^|[^A-Za-z0-9_])$name\(" "src/$file.h" || echo "src/$file.h does not declare $name"
done <"$work/called" >"$work/wrong"
cat "$work/wrong"
[ ! -s "$work/wrong" ]
