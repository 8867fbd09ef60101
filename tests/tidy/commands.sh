#!/bin/sh
# Every subcommand has a help that fits a screen of 24 lines and 80 columns, a manual page with the
# same long options and exit codes, and a line in vrrl.1; and the manual pages format without a warning.
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
man=$VRRL_SOURCE/docs/man

# The long options that a help lists, but for those that every command has.
help_options() {
    sed -n 's/^  *\(-.,\)\{0,1\} *--\([a-z0-9-]*\).*/\2/p' "$1" | grep -vx 'help\|usage' | sort -u
}

# The long options that a manual page explains: those on the line after .TP.
page_options() {
    sed -n '/^\.TP/{n;s/\\-/-/g;s/.*--\([a-z0-9-]*\).*/\1/p;}' "$1" | sort -u
}

# The exit codes that a text names, but for those of signals.
exit_codes() { grep -owE '[0-3]|125' | sort -u; }

: >"$work/wrong"
"$VRRL" --help >"$work/help"
sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' "$work/help" >"$work/commands"
[ -s "$work/commands" ] || { echo "vrrl --help names no commands"; exit 1; }

while IFS= read -r command; do
    "$VRRL" "$command" --help >"$work/help"
    awk -v name="vrrl $command --help" '
        length > 79 { print name ": more than 79 columns: " $0 }
        END { if (NR > 24) print name ": " NR " lines, 24 fit a screen" }' "$work/help"
    grep -q "^Usage: vrrl $command" "$work/help" ||
        echo "vrrl $command --help: does not begin with \"Usage: vrrl $command\"; see cli_parse"
    grep -q "^Exit: " "$work/help" || echo "vrrl $command --help: no line that begins with Exit:"
    grep -q "vrrl-$command (1)" "$man/vrrl.1" || echo "docs/man/vrrl.1: $command is not listed"
    page=$man/vrrl-$command.1
    if [ ! -f "$page" ]; then
        echo "vrrl $command: no manual page docs/man/vrrl-$command.1"
        continue
    fi
    help_options "$work/help" >"$work/in-help" || :
    page_options "$page" >"$work/in-page"
    sed -n '/^Exit: /,/^ *-\|^$/p' "$work/help" | exit_codes >"$work/codes-in-help"
    sed -n '/^\.SH EXIT/,/^\.SH [^E]/p' "$page" | exit_codes >"$work/codes-in-page"
    cmp -s "$work/codes-in-help" "$work/codes-in-page" ||
        echo "vrrl $command: help and docs/man/vrrl-$command.1 name different exit codes"
    comm -23 "$work/in-help" "$work/in-page" | sed "s|.*|docs/man/vrrl-$command.1: no --&|"
    comm -13 "$work/in-help" "$work/in-page" |
        sed "s|.*|docs/man/vrrl-$command.1: --&, of which --help knows nothing|"
done <"$work/commands" >>"$work/wrong"

for page in "$man"/*.1; do
    name=$(basename "$page" .1)
    [ "$name" = vrrl ] || grep -qx "${name#vrrl-}" "$work/commands" ||
        echo "docs/man/$name.1: there is no command ${name#vrrl-}"
    ! command -v groff >/dev/null || groff -man -ww -Tutf8 -z "$page" 2>&1
done >>"$work/wrong"

cat "$work/wrong"
[ ! -s "$work/wrong" ] || exit 1
command -v groff >/dev/null || { echo "skipped the format of manual pages: no groff"; exit 77; }
