# Sourced by the tests of the tool: $work is a folder that is removed at the end; what the tool printed is looked at.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { echo "FAIL $1" >&2; exit 1; }

# run CODE COMMAND ARGUMENT ...: stdout and stderr apart
run() {
    expected=$1; shift
    status=0
    "$VRRL" "$@" >"$work/out" 2>"$work/err" || status=$?
    [ "$status" -eq "$expected" ] || { cat "$work/out" "$work/err" >&2; fail "$*: exit $status"; }
}
says() { grep -qF -- "$2" "$work/$1" || { cat "$work/$1" >&2; fail "$1 does not say: $2"; }; }
lacks() { if grep -qF -- "$2" "$work/$1"; then cat "$work/$1" >&2; fail "$1 says: $2"; fi; }
