#!/bin/sh
# The C files are as `make format` makes them. Other versions of clang-format decide otherwise here
# and there: only 14 is asked, which Debian 12 has.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$VRRL_SOURCE"
case $(clang-format --version 2>/dev/null) in
*"version 14."*) ;;
*) echo "skipped: clang-format 14 is not installed"; exit 77 ;;
esac

find src include cli tests bench fuzz -name '*.[ch]' | LC_ALL=C sort >"$work/files"
xargs clang-format --dry-run <"$work/files" 2>"$work/found" || :
sed -n "s|^\([^:]*\):\([0-9]*\):.*code should be.*|\1:\2|p" "$work/found" | head -n 20
[ ! -s "$work/found" ] || { echo "Fix: run make format"; exit 1; }
