#!/bin/sh
# The wheel: what it needs, that it installs where there is no compiler, and how long it takes from there to the first
# verdict on a tensor of one's own.
. "$VRRL_SOURCE/tests/python/lib/python.sh"
find_python venv
command -v objdump >/dev/null || { echo "objdump is missing"; exit 77; }
unset PYTHONPATH VRRL_LIBRARY
build=$(dirname "$VRRL")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --build "$build" --target vrrl_bundled >"$work/log" 2>&1 || { tail "$work/log"; exit 1; }
wheel=$("$python" "$VRRL_SOURCE/tools/wheel" "$build" "$work")
again=$("$python" "$VRRL_SOURCE/tools/wheel" "$build" "$work/again")
cmp "$wheel" "$again"
"$python" -m zipfile -l "$wheel" >"$work/list"
grep -q 'vrrl/py.typed' "$work/list"

# The machine of the new environment has no compiler, and nothing of ours but the wheel.
began=$(date +%s)
busy() { awk 'NR == 2 { gsub(/[ms]/, " "); print int($1 * 60 + $2 + $3 * 60 + $4) }' "$work/times"; }
times >"$work/times"
busy_before=$(busy)
if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv "$work/venv"
    env -i PATH=/nowhere "$work/venv/bin/python" -m pip -q install --no-index --disable-pip-version-check "$wheel"
    env -i PATH=/usr/bin:/bin "$work/venv/bin/vrrl" --version
else
    echo "without pip, which is not installed: the wheel is unpacked"
    "$python" -m venv --without-pip "$work/venv"
    "$python" -m zipfile -e "$wheel" "$work/venv"/lib/python3*/site-packages
    chmod +x "$work/venv"/lib/python3*/site-packages/vrrl/vrrl-tool
fi
cp "$VRRL_SOURCE/tests/python/first_verdict.py" "$work"
cd "$work"
env -i PATH=/nowhere "$work/venv/bin/python" first_verdict.py
times >"$work/times"
took=$(($(date +%s) - began)) worked=$(($(busy) - busy_before))
env -i PATH=/nowhere "$work/venv/bin/python" -m vrrl check schedule.npy --machine mine.mkd >shown || [ $? -eq 1 ]
grep -q '^RACE' shown
# Other tests may run meanwhile: what is held to the minute is the processor's time.
echo "from the wheel to the first verdict: $took s, $worked s of processor time"
[ $worked -lt 60 ]
