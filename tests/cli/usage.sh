#!/bin/sh
# What a wrong call says: the command or the option that was meant; `help COMMAND`; and that a damaged log
# points to `vrrl repair`.
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
vectors=$VRRL_SOURCE/tests/data/vectors

die() { echo "FAILED: $*" >&2; exit 1; }

# refused TEXT ARGUMENT ...: exit 2, with TEXT on standard error and nothing that speaks to a terminal.
refused() {
    text=$1; shift
    code=0
    "$VRRL" "$@" >out 2>err || code=$?
    [ $code -eq 2 ] || die "vrrl $*: exit $code: $(cat out err)"
    grep -qF -- "$text" err || die "vrrl $*: $(cat err)"
    ! grep -q "$(printf '[\001-\010\013-\037]')" err || die "vrrl $*: control characters"
}

refused 'did you mean `vrrl check`?' chek x.mk
refused 'did you mean `vrrl record`?' recrod
refused 'Fix: see `vrrl --help`.' frobnicate
refused 'there is no command "a?[31m"' "$(printf 'a\033[31m')"
refused 'did you mean `vrrl explore`?' help exlpore
refused 'did you mean --states? See `vrrl check --help`.' check --stats 3 x.mk
refused 'did you mean --assign?' check --asign=rr:2 x.mk
refused 'did you mean --steps?' explore --stesp 2 x.mk
refused 'Fix: see `vrrl check --help`.' check --states many x.mk
refused 'Fix: see `vrrl check --help`.' check --frobnicate x.mk

for command in check dump; do
    "$VRRL" help $command >help
    "$VRRL" $command --help | cmp - help || die "help $command"
done
"$VRRL" help >help
"$VRRL" --help | cmp - help || die "help"

refused '`vrrl repair`' dump "$vectors/bad-record-magic.vrrl"
refused '`vrrl repair`' info "$vectors/bad-header-magic.vrrl"
refused '`vrrl repair`' info "$vectors/zero-capacity.vrrl"
refused '`vrrl repair`' info "$vectors/truncated-mid-record.vrrl"

# An option by the name that it had one version ago is taken, with a warning.
printf 'word x\nepoch\n    STORE_U32 1, x\nend\n' >former.mk
"$VRRL" explore former.mk --in-flight 1 --schedules 5 | grep -v '^  strategy ' >now || { echo "FAILED: --in-flight"; exit 1; }
"$VRRL" explore former.mk --unfinished 1 --schedules 5 2>warned | grep -v '^  strategy ' >formerly || { echo "FAILED: --unfinished"; exit 1; }
cmp now formerly || { echo "FAILED: --unfinished is not --in-flight"; exit 1; }
grep -q -- 'explore: --unfinished is now called --in-flight; ' warned || { echo "FAILED: no warning of --unfinished"; exit 1; }
! "$VRRL" explore --help | grep -q unfinished || { echo "FAILED: --help lists --unfinished"; exit 1; }
