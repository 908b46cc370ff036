# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Completion of hostdev for fish. The command itself knows what fits: hostdev complete.

function __hostdev_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l program $words[1]
    for line in ($program complete -- $words[2..-1] "$word" 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path $word
        else
            echo $line
        end
    end
end

complete -c hostdev -f -a '(__hostdev_complete)'
