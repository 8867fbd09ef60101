# docs/opcodes.md: WAIT_WORD: requeue until word >= goal + plus. The sum is 2^32, which the largest word is below.
workers pool
word w
word g
init w = 0xFFFFFFFF
init g = 0xFFFFFFFF
epoch
    WAIT_WORD w, g, 1
end
