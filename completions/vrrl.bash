# bash completion for vrrl. Commands, options and their values are asked of the tool: a line of
# `vrrl COMMAND --options` is -X, --NAME, ARGUMENT, VALUES and what it does, with tabs between.

_vrrl_options() {
    "${COMP_WORDS[0]}" "${COMP_WORDS[1]}" --options 2>/dev/null
}

# Offers, of VALUES as --options has them, those that go on with what is typed. Where several can be
# given, with commas between, the last of them is completed.
_vrrl_values() {
    local values=$1 current=$2 before=
    [[ $values == *,* && $current == *,* ]] && before=${current%,*},
    mapfile -t COMPREPLY < <(compgen -P "$before" -W "${values//[|,]/ }" -- "${current##*,}")
    [[ $values == *,* ]] && compopt -o nospace 2>/dev/null
}

_vrrl() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} argument values
    COMPREPLY=()
    if ((COMP_CWORD == 1)) || [[ $COMP_CWORD == 2 && ${COMP_WORDS[1]} == help ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" --help 2>/dev/null |
            sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p') --help --version" -- "$current")
        return
    fi
    # "--option=value" comes as three words.
    if [[ $current == "=" ]]; then
        current=
    elif [[ $previous == "=" ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_vrrl_options | cut -f 2)" -- "$current")
        return
    fi
    if [[ $previous == -* ]]; then
        IFS=$'\t' read -r argument values < <(_vrrl_options |
            awk -F '\t' -v option="$previous" '$1 == option || $2 == option {print $3 "\t" $4}')
        if [[ $values && $values != - ]]; then
            _vrrl_values "$values" "$current"
            return
        elif [[ $argument && $argument != - && $argument != *FILE* && $argument != *.* ]]; then
            return # a name or a number
        fi
    fi
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
}

complete -F _vrrl vrrl
