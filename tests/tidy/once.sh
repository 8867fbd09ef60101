#!/bin/sh
# What src/base/ has once stands nowhere else: arrays grow by base/array.h, and an item is found by a key with
# base/hash_table.h. Parked slots (src/backends/parking.h) are chains that workers share, and no such table.
set -eu
cd "$VRRL_SOURCE"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# refuse WHAT PATTERN: names each line outside src/base/ that matches.
refuse() {
    grep -rnE "$2" src cli --include='*.[ch]' | grep -v '^src/base/' | sed "s|^|$1: |" >>"$work/wrong" || :
}
refuse "an array that grows by itself" '\b(realloc|reallocarray)\('
refuse "the next place of a hash table" '\+ 1\) & |\+\+ & '
cat "$work/wrong"
[ ! -s "$work/wrong" ]
