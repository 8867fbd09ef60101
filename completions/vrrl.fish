# fish completion for vrrl. Commands, options and their values are asked of the tool: a line of
# `vrrl COMMAND --options` is -X, --NAME, ARGUMENT, VALUES and what it does, with tabs between.

function __vrrl_words
    commandline -opc
end

function __vrrl_commands
    set -l words (__vrrl_words)
    $words[1] --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) *\(.*\)/\1\t\2/p'
end

# A line for each long option: "--NAME", "--NAME=" or, where the values are known, "--NAME=VALUE". Where
# several values can be given, those that are typed stand before it.
function __vrrl_options
    set -l words (__vrrl_words)
    set -l typed (string match -r '^--[a-z-]+=(.*,)' -- (commandline -ct))[2]
    $words[1] $words[2] --options 2>/dev/null |
        while read -l -d \t short option argument values text
            if test "$argument" = -
                printf '%s\t%s\n' $option $text
            else if test "$values" = -
                printf '%s=\t%s\n' $option $text
            else if string match -q '*,*' -- $values
                for one in (string split , -- $values)
                    printf '%s=%s%s\t%s\n' $option "$typed" $one $text
                end
            else
                for one in (string split '|' -- $values)
                    printf '%s=%s\t%s\n' $option $one $text
                end
            end
        end
end

complete -c vrrl -f -n 'test (count (__vrrl_words)) -eq 1' -a '(__vrrl_commands)'
complete -c vrrl -f -n 'test "$(__vrrl_words | string join " ")" = "vrrl help"' -a '(__vrrl_commands)'
complete -c vrrl -n 'test (count (__vrrl_words)) -gt 1' -a '(__vrrl_options)'
