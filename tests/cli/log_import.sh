#!/bin/sh
# dump --format csv and import are inverse, and import refuses what is not exactly right.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
vectors="$VRRL_SOURCE/tests/data/vectors"
header=index,timestamp_ns,slot_idx,tenant_id,opcode,arg0,arg1,arg2,arg3,epoch,slot_status
header=$header,failure_class,backend_error_code,output_digest

die() {
    echo "FAILED: $*" >&2
    exit 1
}

# Every log that a writer made comes back byte for byte.
for ops in "$vectors"/*.ops; do
    name=$(basename "$ops" .ops)
    capacity=$(sed -n '1s/capacity=//p' "$ops")
    "$VRRL" dump --format csv "$vectors/$name.vrrl" >"$name.csv"
    "$VRRL" import --format csv --capacity "$capacity" "$name.csv" "$name.vrrl" >/dev/null
    cmp "$vectors/$name.vrrl" "$name.vrrl" || die "$name: another log"
    # More room changes nothing in what is dumped.
    "$VRRL" import --format csv --capacity 2000 "$name.csv" "$name.wide" >/dev/null
    "$VRRL" dump --format csv "$name.wide" | cmp - "$name.csv" || die "$name: another dump"
done
"$VRRL" dump --format csv "$vectors/zeroed-gap-after-wrap.vrrl" >gap.csv
"$VRRL" import --format csv --capacity 5 gap.csv gap.vrrl >/dev/null
"$VRRL" dump --format csv gap.vrrl | cmp - gap.csv || die "gap: another dump"

# Consecutive numbers over the capacity wrap, as appends do.
{
    echo "$header"
    n=0
    tail -n +2 "$vectors/wrapped.ops" | while IFS= read -r line; do
        case $(echo "$line" | tr -cd , | wc -c) in
        8) echo "$n,$line,,,," ;;
        *) echo "$n,$line" ;;
        esac
        n=$((n + 1))
    done
} >appends.csv
"$VRRL" import --format csv --capacity 5 appends.csv appends.vrrl >/dev/null
cmp "$vectors/wrapped.vrrl" appends.vrrl || die "appends: another log"

# refuse LINE:COLUMN LINES: the place is named, with a hint, and no log appears.
refuse() {
    printf '%s\n%s\n' "$header" "$2" >bad.csv
    code=0
    "$VRRL" import --format csv --capacity 8 bad.csv bad.vrrl 2>message || code=$?
    [ $code -eq 2 ] || die "exit $code for: $2"
    grep -q "bad.csv:$1: " message || die "not at $1: $(cat message)"
    grep -q "Fix: " message || die "no hint: $(cat message)"
    [ ! -e bad.vrrl ] || die "a log appeared for: $2"
}
refuse 2:1 ",1,2,3,4,5,6,7,8,9,,,,"
refuse 2:3 "0,-1,2,3,4,5,6,7,8,9,,,,"
refuse 2:3 "0,18446744073709551616,2,3,4,5,6,7,8,9,,,,"
refuse 2:5 "0,1,4294967296,3,4,5,6,7,8,9,,,,"
refuse 2:5 "0,1,+2,3,4,5,6,7,8,9,,,,"
refuse 2:5 "0,1, 2,3,4,5,6,7,8,9,,,,"
refuse 2:7 "0,1,2,0x3,4,5,6,7,8,9,,,,"
refuse 2:7 "0,1,2,03,4,5,6,7,8,9,,,,"
refuse 2:21 "0,1,2,3,4,5,6,7,8,9,,1,,"
refuse 2:23 "0,1,2,3,4,5,6,7,8,9,3,5,0,0"
refuse 2:20 "0,1,2,3,4,5,6,7,8,9"
refuse 2:24 "0,1,2,3,4,5,6,7,8,9,,,,,"
refuse 2:1 ""
refuse 3:1 "0,1,2,3,4,5,6,7,8,9,,,,
0,1,2,3,4,5,6,7,8,9,,,,"
refuse 4:1 "5,1,2,3,4,5,6,7,8,9,,,,
0,1,2,3,4,5,6,7,8,9,,,,
5,1,2,3,4,5,6,7,8,9,,,,"
refuse 2:513 "$(printf '%0600d' 0)"
printf 'index\n' >bad.csv
if "$VRRL" import --format csv --capacity 8 bad.csv bad.vrrl 2>message; then die "no header"; fi
grep -q "bad.csv:1:1: " message || die "header: $(cat message)"

# Capacity, a missing IN, an existing OUT.
for capacity in 0 1048577 18446744073709551615; do
    if "$VRRL" import --format csv --capacity $capacity wrapped.csv new.vrrl 2>message; then
        die "capacity $capacity"
    fi
    grep -q "Fix: use a capacity of 1 to 1048576" message || die "$(cat message)"
done
if "$VRRL" import --format csv --capacity 5 missing.csv new.vrrl 2>message; then die missing; fi
[ ! -e new.vrrl ] || die "a log without input"
echo mine >mine
if "$VRRL" import --format csv --capacity 5 wrapped.csv mine 2>message; then die clobbered; fi
[ "$(cat mine)" = mine ] || die "the file that was there is gone"
[ -z "$(find . -name '.*.new')" ] || die "left over: $(ls -A)"
