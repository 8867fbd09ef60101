# bash completion for vrrl. Commands, options and their values are asked of the tool's help.

# "--NAME VALUE" for each long option of the command's help; VALUE is empty where it takes none.
_vrrl_options() {
    "${COMP_WORDS[0]}" "${COMP_WORDS[1]}" --help 2>/dev/null |
        sed -n 's/^  *\(-.,\)\{0,1\} *\(--[a-z0-9-]*\)=\{0,1\}\([^ ]*\).*/\2 \3/p'
}

_vrrl() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} value
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
        mapfile -t COMPREPLY < <(compgen -W "$(_vrrl_options | sed 's/ .*//')" -- "$current")
        return
    fi
    if [[ $previous == --* ]]; then
        value=$(_vrrl_options | sed -n "s/^$previous //p")
        if [[ $value =~ ^[a-z]+(\|[a-z]+)*$ ]]; then # a list of words, such as text|csv
            mapfile -t COMPREPLY < <(compgen -W "${value//|/ }" -- "$current")
            return
        elif [[ $value && $value != *FILE* && $value != *.* ]]; then # a name or a number
            return
        fi
    fi
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
}

complete -F _vrrl vrrl
