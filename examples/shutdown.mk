# SHUTDOWN makes the workers leave, whatever is left to do. `forever` waits for a word that nobody
# signals.
#
# What must happen: the run ends with work left, and says so.
# result: shutdown

program "shutdown"

word never

epoch
    forever: WAIT_GE never, 1
    leave: SHUTDOWN
end
