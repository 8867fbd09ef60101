#!/bin/sh
# The static library: joins the objects of the source files to one relocatable object for each tier, in
# which every name is local but vrrl_*. So no name of ours is one that a host could own, and a program
# that only logs links the log alone.
#
#   log.o       logs: written, read, followed, cut, merged; needs -lpthread and nothing else
#   digest.o    BLAKE3, and what digests: the evidence of outputs
#   salvage.o   what is valid in a damaged log, by its companion; needs log.o and nothing else
#   run.o       programs, backends, recordings, replay, diff
#   analysis.o  check, explore, shrink, explain, selftest
#
# A name of ours that does not begin with vrrl_, but is used by another tier than its own, gets the
# prefix vrrl_i_ in the objects; debuggers still know it by the name in the source.
#
# usage: tiers.sh FOLDER COMPILER_AND_FLAGS NM OBJCOPY OBJECT...
set -eu
out=$1 compiler=$2 nm=$3 objcopy=$4
shift 4
rm -rf "$out/joined"
mkdir -p "$out/joined"
cd "$out/joined"

# A new file of base/ or log/ belongs to the log, one of a new folder to run. A file in a wrong tier still
# links, but makes a program link more than it uses: tests/tidy/tiers.sh looks at that.
tier_of() {
    case $1 in
    */blake3_objects.dir/* | */src/base/digest.c.o | */src/log/output_digest.c.o) echo digest ;;
    */src/recording/salvage_log.c.o | */src/recording/torn_record.c.o | */src/recording/companion.c.o) echo salvage ;;
    */src/base/json_text.c.o | */src/base/spelling.c.o) echo run ;;
    */src/base/ddmin.c.o | */src/recording/check.c.o | */selftest_programs.c.o) echo analysis ;;
    */src/base/* | */src/log/*) echo log ;;
    */src/report/bare_log.* | */src/report/diff_* | */src/report/number.* | */src/report/record.* | */src/report/run_words.* | */src/report/stream.* | */src/report/stuck_*) echo run ;;
    */src/ptx/* | */src/launch/* | */src/kernel/* | */src/check/* | */src/schedule/* | */src/explore/* | */src/verdict/*) echo analysis ;;
    */src/ask/* | */src/failure/* | */src/explain/* | */src/shrink/* | */src/report/*) echo analysis ;;
    *) echo run ;;
    esac
}
for object; do
    printf '"%s"\n' "$object" >>"$(tier_of "$object").list"
done

# Where the files were compiled for optimisation at link time, that is made here: only the names of
# machine code can be made local.
for tier in log digest salvage run analysis; do
    # shellcheck disable=SC2086  # the compiler comes with its flags
    $compiler -r -nostdlib -o $tier.o @$tier.list
    "$nm" -g $tier.o | awk -v tier=$tier '{ print tier, $(NF - 1), $NF }'
done >names
awk '$3 ~ /^vrrl_/ { next }
    $2 == "U" { used[$3]; next }
    { defined[$3] }
    END { for (name in defined) if (name in used) print name, "vrrl_i_" name }' names >crossing
for tier in log digest salvage run analysis; do
    "$objcopy" --redefine-syms=crossing $tier.o
    "$objcopy" --wildcard --keep-global-symbol='vrrl_*' $tier.o ../$tier.o
done
