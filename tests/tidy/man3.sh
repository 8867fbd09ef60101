#!/bin/sh
# The manual pages of section 3 are what tools/man3 makes of the headers today, so their prototypes are the headers';
# each function that the API exports is in one, and is found by its name where the library is installed.
set -eu
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }
export LC_ALL=C
build=$(dirname "$VRRL")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/pages" "$work/root"
PYTHONDONTWRITEBYTECODE=1 python3 "$VRRL_SOURCE/tools/man3" "$work/pages"
for page in "$work"/pages/*.3 "$VRRL_SOURCE"/docs/man/*.3; do
    name=$(basename "$page")
    cmp "$work/pages/$name" "$VRRL_SOURCE/docs/man/$name" || { echo "Fix: run tools/man3"; exit 1; }
done

# What libvrrl.so exports and the headers declare.
nm -D --defined-only "$build/libvrrl.so" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort >"$work/exported"
cat "$VRRL_SOURCE"/include/vrrl/*/*.h | sed 's|/\*.*\*/||; /\/\*/,/\*\//d' |
    grep -oE '\bvrrl_[a-z0-9_]+ *\(' | sed 's/ *($//' | sort -u | comm -12 - "$work/exported" >"$work/public"
[ "$(wc -l <"$work/public")" -gt 200 ] || { echo "there are few functions: was the form of headers changed?"; exit 1; }
cmake --install "$build" --prefix "$work/root" >/dev/null
folder=$(find "$work/root" -type d -name man3)
while IFS= read -r function; do
    page=$folder/$function.3
    [ -f "$page" ] || { echo "no manual page is installed for $function"; exit 1; }
    target=$(sed -n 's/^[.]so man3[/]//p' "$page")
    grep -q "^[.]SS $function\$" "$folder/${target:-$function.3}" || { echo "$function.3 says nothing of it"; exit 1; }
done <"$work/public"
