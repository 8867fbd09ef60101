#!/bin/sh
# Random machines and tensors: verdict and figures are those of a second lowering, in Python, also with other opcode
# numbers and workers in another order. VRRL_MACHINES sets how many.
set -eu
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }
export PYTHONDONTWRITEBYTECODE=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$VRRL_SOURCE/tests/cli/tensor_oracle.py" "$VRRL" "$work" "${VRRL_MACHINES:-60}"
