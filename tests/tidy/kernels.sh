#!/bin/sh
# Each PTX file of examples/kernels and tests/data/kernels was made from the source beside it: its first line has the
# source's SHA-256. `make ptx` makes them again, where nvcc is.
set -eu
cd "$VRRL_SOURCE"
wrong=
for source in examples/kernels/*.cu tests/data/kernels/*/*.cu; do
    ptx=${source%.cu}.ptx
    [ "$(head -n 1 "$ptx")" = "// ${source##*/} $(sha256sum "$source" | cut -d' ' -f1)" ] ||
        wrong="$wrong $ptx"
done
[ -z "$wrong" ] || { echo "not of the source that stands beside it (make ptx):$wrong"; exit 1; }
