#!/bin/sh
# The one direction of dependency, as ARCHITECTURE.md tells it: a folder of src/ uses itself and
# folders above it in the order below, by #include and by symbol; public headers include only
# public headers of their tier and of those before it; the tool uses the public API and src/base/.
set -eu
order="base event ops race memory ring engine backends program program_file ptx graph tensor edit host log run check
    recording diff schedule launch kernel explore verdict failure explain shrink input report ask"
build=$(dirname "$VRRL")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$VRRL_SOURCE"

# "FILE INCLUDED" a line, of the includes in quotes.
includes() {
    find "$1" -name '*.[ch]' | LC_ALL=C sort | while IFS= read -r file; do
        sed -n 's/^ *# *include *"\([^"]*\)".*/\1/p' "$file" | sed "s|^|$file |"
    done
}

{
    includes src | awk -v order="$order" '
        BEGIN { count = split(order, names, " "); for (i = 1; i <= count; i++) place[names[i]] = i }
        {
            split($1, from, "/"); split($2, to, "/")
            if (!(from[2] in place))
                print $1 ": src/" from[2] "/ has no place in the order"
            else if ($2 !~ /\// || (to[1] != "vrrl" && !(to[1] in place)))
                print $1 ": include \"" $2 "\" by its path below src/ or include/"
            else if (to[1] in place && place[to[1]] > place[from[2]])
                print $1 ": includes \"" $2 "\", and " from[2] " is above " to[1]
        }'
    includes include | awk -v tiers="log run analysis" '
        BEGIN { count = split(tiers, names, " "); for (i = 1; i <= count; i++) place[names[i]] = i }
        {
            split($1, from, "/"); split($2, to, "/")
            if (to[1] != "vrrl" || !(to[2] in place))
                print $1 ": a public header includes \"" $2 "\""
            else if (from[3] in place && place[to[2]] > place[from[3]])
                print $1 ": includes \"" $2 "\", of a tier behind its own"
        }'
    includes cli | awk '$2 ~ /\// && $2 !~ /^(vrrl|base)\// {
        print $1 ": the tool includes \"" $2 "\", neither public nor of src/base/" }'
} >"$work/wrong"

# Public functions are declared away from the folders that define them: the objects tell who calls whom.
# Names are relative ones: xargs minds spaces and quotes in paths.
(cd "$build/CMakeFiles/vrrl_objects.dir" && find ./src -name '*.o' | while IFS= read -r object; do
    [ ! -e "$VRRL_SOURCE/${object%.o}" ] || echo "$object" # others are left from files that went
done | xargs nm -A) >"$work/symbols"
sed "s|^[^:]*/src/||" "$work/symbols" | awk -v order="$order" '
    BEGIN { count = split(order, names, " "); for (i = 1; i <= count; i++) place[names[i]] = i }
    {
        file = $1; sub(/:.*/, "", file)
        folder = file; sub(/\/.*/, "", folder)
        kind = $(NF - 1); name = $NF
        if (kind ~ /^[TDBRC]$/)
            home[name] = folder
        else if (kind == "U")
            calls[file " " folder " " name]
    }
    END {
        for (call in calls) {
            split(call, part, " ")
            to = home[part[3]]
            if (to != "" && place[to] > place[part[2]])
                print part[1] ": calls " part[3] " of " to ", and " part[2] " is above it"
        }
    }' | LC_ALL=C sort >>"$work/wrong"

cat "$work/wrong"
[ ! -s "$work/wrong" ]
