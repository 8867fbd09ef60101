# fish completion for vrrl. Commands, options and their values are asked of the tool's help.

function __vrrl_words
    commandline -opc
end

function __vrrl_commands
    set -l words (__vrrl_words)
    $words[1] --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) *\(.*\)/\1\t\2/p'
end

# A line for each long option: "--NAME", "--NAME=" or, where the values are known, "--NAME=VALUE".
function __vrrl_options
    set -l words (__vrrl_words)
    $words[1] $words[2] --help 2>/dev/null |
        sed -n 's/^  *\(-.,\)\{0,1\} *\(--[a-z0-9-]*=\{0,1\}\)\([^ ]*\) *\(.*\)/\2 \3 \4/p' |
        while read -l option value text
            if string match -qr '^--[a-z0-9-]*$' -- $option
                printf '%s\t%s\n' $option "$value $text"
            else if string match -qr '^[a-z|]+$' -- $value
                for one in (string split '|' -- $value)
                    printf '%s%s\t%s\n' $option $one $text
                end
            else
                printf '%s\t%s\n' $option $text
            end
        end
end

complete -c vrrl -f -n 'test (count (__vrrl_words)) -eq 1' -a '(__vrrl_commands)'
complete -c vrrl -f -n 'test "$(__vrrl_words | string join " ")" = "vrrl help"' -a '(__vrrl_commands)'
complete -c vrrl -n 'test (count (__vrrl_words)) -gt 1' -a '(__vrrl_options)'
