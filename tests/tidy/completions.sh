#!/bin/sh
# What bash, zsh and fish offer for vrrl: all commands, all options of each command, known values.
# A shell that is not here is skipped, by name.
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
completions=$VRRL_SOURCE/completions
PATH=$(dirname "$VRRL"):$PATH
export PATH HOME="$work"
cd "$work"
: >run.vrrd

"$VRRL" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' >commands
options() { "$VRRL" "$1" --help | grep -oE '^ .*--[a-z0-9-]+' | sed 's/.*--/--/' | LC_ALL=C sort; }

# expect NAME: standard input is what file NAME holds.
expect() {
    LC_ALL=C sort >found
    diff -u "$1" found >difference || { echo "FAILED: $shell: $2"; cat difference; exit 1; }
}

# offer WORD ...: what $shell offers for the last word, one a line.
offer_bash() {
    bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _vrrl; printf "%s\n" "${COMPREPLY[@]}"' \
        "$completions/vrrl.bash" vrrl "$@"
}
# zsh asks helpers of its own, which print here what they are given.
offer_zsh() {
    zsh -fc '_describe() { print -l ${found%%:*} }
        _arguments() { print -l -- $@ | sed "s/[=[].*//;/^\*/d" }
        words=("$@"); CURRENT=$#; . "$0"' "$completions/_vrrl" vrrl "$@"
}
offer_fish() {
    fish -c '. $argv[1]; complete -C "$argv[2]"' "$completions/vrrl.fish" "vrrl $*" |
        sed 's/\t.*//; /^--/s/=.*//' | uniq
}

skipped=
for shell in bash zsh fish; do
    command -v $shell >/dev/null || { skipped="$skipped $shell"; continue; }
    offer_$shell "" | grep -v '^--' | expect commands commands
    while IFS= read -r command; do
        options "$command" >options
        offer_$shell "$command" -- | expect options "options of $command"
    done <commands
done

shell=bash
if command -v bash >/dev/null; then
    offer_bash du | grep -qx dump
    offer_bash help du | grep -qx dump || { echo "FAILED: help du"; exit 1; }
    [ "$(offer_bash dump --format = c)" = csv ] || { echo "FAILED: dump --format=c"; exit 1; }
    [ "$(offer_bash dump --format "")" = "$(printf 'text\ncsv\njsonl')" ] || { echo "FAILED: --format"; exit 1; }
    [ "$(offer_bash replay ru)" = run.vrrd ] || { echo "FAILED: replay ru"; exit 1; }
    [ "$(offer_bash record --output = ru)" = run.vrrd ] || { echo "FAILED: --output=ru"; exit 1; }
    [ -z "$(offer_bash record --workers "")" ] || { echo "FAILED: --workers"; exit 1; }
fi

# What a help may hold and none does today: a colon and brackets behind an option without a value.
shell=zsh
if command -v zsh >/dev/null; then
    sed -n '/^_vrrl_specifications()/,/^}/p' "$completions/_vrrl" >specifications
    printf '  -a, --all    All: each [one]\n      --some=N   Some: N of them\n' |
        zsh -fc '. ./specifications; _vrrl_specifications' >found
    printf '%s\n' '--all[All\: each \[one\]]' '--some=[Some\: N of them]:N: ' >specified
    cmp -s specified found || { echo "FAILED: zsh: specifications"; cat found; exit 1; }
fi
[ -z "$skipped" ] || { echo "skipped, not here:$skipped"; exit 77; }
