#!/bin/sh
# A file of src/ whose functions other files call has a header of its name, which declares them. (What is public
# stands in include/vrrl/; a row of a table is data, and stands in the table's header.)
set -eu
export LC_ALL=C
objects=$(dirname "$VRRL")/CMakeFiles/vrrl_objects.dir/src
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$VRRL_SOURCE/src"

find . -name '*.c' | sed "s|^\./\(.*\)|$objects/\1.o|" | xargs nm -A | sed 's|^[^:]*/src/||; s|[.]c[.]o:| |' >"$work/symbols"
[ -s "$work/symbols" ] || { echo "no objects in $objects"; exit 1; }
# "FILE NAME" of each function that a header declares, or could.
grep -roE '[a-z_0-9]+\(' --include='*.h' . | sed 's|^\./||; s|[.]h:| |; s|($||' | sort -u >"$work/declared"
awk '$(NF - 1) == "T" && $NF !~ /^vrrl_/ { home[$NF] = $1 }
    $(NF - 1) == "U" { used[$NF] }
    END { for (name in home) if (name in used) print home[name], name }' "$work/symbols" | sort |
    comm -23 - "$work/declared" |
    sed 's|\(.*\) \(.*\)|src/\1.h does not declare \2|' >"$work/wrong"
cat "$work/wrong"
[ ! -s "$work/wrong" ]
