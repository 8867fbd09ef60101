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
options() { "$VRRL" "$1" --options | cut -f 2 | LC_ALL=C sort; }

# All that the help has is offered, and what it has no room for.
while IFS= read -r command; do
    options "$command" >listed
    "$VRRL" "$command" --help | grep -oE '^ .*--[a-z0-9-]+' | sed 's/.*--/--/' | LC_ALL=C sort | comm -23 - listed >lost
    [ ! -s lost ] || { echo "FAILED: vrrl $command --options has not: $(cat lost)"; exit 1; }
done <commands
for option in fail-on baseline sarif quiet; do
    "$VRRL" check --options | cut -f 2 | grep -qx -- "--$option" || { echo "FAILED: check: no --$option"; exit 1; }
done

# A short option has one meaning, whichever command has it.
while IFS= read -r command; do
    "$VRRL" "$command" --options | awk -F '\t' '$1 != "-" {print $1, $2}'
done <commands | LC_ALL=C sort -u >shorts
cut -d " " -f 1 shorts | uniq -d >twice
[ ! -s twice ] || { echo "FAILED: two meanings:"; grep -wFf twice shorts; exit 1; }
[ "$(wc -l <shorts)" -ge 12 ] || { echo "FAILED: no short options"; cat shorts; exit 1; }

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
    [ "$(offer_bash explore --model = v)" = view ] || { echo "FAILED: --model=v"; exit 1; }
    [ "$(offer_bash explore --model sc,t)" = sc,tso ] || { echo "FAILED: --model sc,t"; exit 1; }
    [ "$(offer_bash explore -s p)" = "$(printf 'pct\npreempt')" ] || { echo "FAILED: -s p"; exit 1; }
    [ "$(offer_bash record --backend sch)" = scheduled ] || { echo "FAILED: --backend sch"; exit 1; }
    [ "$(offer_bash check --fail-on race,dead)" = race,deadlock ] || { echo "FAILED: --fail-on race,dead"; exit 1; }
    [ "$(offer_bash replay --claim r)" = random ] || { echo "FAILED: --claim r"; exit 1; }
    [ -z "$(offer_bash record --workers "")" ] || { echo "FAILED: --workers"; exit 1; }
fi

# What a text may hold and none does today: a colon and brackets. Values: one of them, or several.
shell=zsh
if command -v zsh >/dev/null; then
    sed -n '/^_vrrl_specifications()/,/^}/p' "$completions/_vrrl" >specifications
    printf '%s\t%s\t%s\t%s\t%s\n' -a --all - - "All: each [one]" - --some N - "Some: N of them" \
        - --one NAME "a|b" One - --more NAME,... a,b More - --file FILE - File |
        zsh -fc 'setopt extendedglob; . ./specifications; _vrrl_specifications' >found
    printf '%s\n' '--all[All\: each \[one\]]' '--some=[Some\: N of them]:N: ' '--one=[One]:one:(a b)' \
        '--more=[More]:NAME,...:_values -s , more a b' '--file=[File]:FILE:_files' >specified
    cmp -s specified found || { echo "FAILED: zsh: specifications"; cat found; exit 1; }
fi
shell=fish
if command -v fish >/dev/null; then
    for offered in "--model=view" "--strategy=pct" "--fail-on=race"; do
        fish -c '. $argv[1]; complete -C "vrrl explore --"' "$completions/vrrl.fish" | grep -q -- "^$offered" ||
            { echo "FAILED: fish: $offered"; exit 1; }
    done
    fish -c '. $argv[1]; complete -C "vrrl explore --model=sc,t"' "$completions/vrrl.fish" | grep -q -- '^--model=sc,tso' ||
        { echo "FAILED: fish: --model=sc,t"; exit 1; }
fi
[ -z "$skipped" ] || { echo "skipped, not here:$skipped"; exit 77; }
