# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Completion of hostdev for bash. The command itself knows what fits: hostdev complete.

_hostdev() {
    local rest=${COMP_LINE:0:COMP_POINT} trimmed index word candidate breaks=
    local -a words=()

    # Readline splits words at colons and equals signs; what stands together belongs together.
    for ((index = 0; index <= COMP_CWORD; index++)); do
        trimmed=${rest#"${rest%%[![:space:]]*}"}
        word=${COMP_WORDS[index]}
        ((index == COMP_CWORD)) && word=$trimmed
        if ((index == 0)) || [[ $trimmed != "$rest" ]]; then
            words+=("$word")
        else
            words[${#words[@]} - 1]+=$word
        fi
        rest=${trimmed#"$word"}
    done
    words=("${words[@]//[\\\"\']/}")

    # What readline has split off already must not be in the answer.
    word=${words[${#words[@]} - 1]}
    [[ $COMP_WORDBREAKS == *:* ]] && breaks+=':'
    [[ $COMP_WORDBREAKS == *=* ]] && breaks+='='
    [[ -n $breaks && $word == *["$breaks"]* ]] && word=${word%"${word##*["$breaks"]}"} || word=

    COMPREPLY=()
    while IFS=$'\t' read -r candidate _; do
        if [[ $candidate == :files ]]; then
            compopt -o default 2> /dev/null
        else
            candidate=${candidate#"$word"}
            if [[ $candidate == *[!A-Za-z0-9_./:,=@%+-]* ]]; then
                printf -v candidate %q "$candidate"
            fi
            COMPREPLY+=("$candidate")
        fi
    done < <("$1" complete -- "${words[@]:1}" 2> /dev/null)
}

complete -F _hostdev hostdev
