# Sourced by the tests of the tool: programs whose search takes hours.

# long_search FOLDER: large.mk, which never fails, and in which each load may read many values; failing.mk, which may.
long_search() {
    cat >"$1/large.mk" <<'END'
workers serial 6
words x[6]
words r[12]
observe r ignore
epoch
    repeat 6 as i
        pack STORE_U32 1, x[i] then MEMCPY x[(i + 1) % 6], r[2 * i], 1 then STORE_U32 2, x[i] then MEMCPY x[(i + 2) % 6], r[2 * i + 1], 1 on i
    end
end
END
    sed 's/observe r ignore/observe x/; s/MEMCPY x\[(i + 1) % 6\], r\[2 \* i\], 1/MEMCPY x[(i + 1) % 6], x[i], 1/' \
        "$1/large.mk" >"$1/failing.mk"
}
