#!/bin/sh
# libvrrl.a as a host links it (cmake/tiers.sh): every global name begins with vrrl_; a host may own any other
# name, and nothing of vrrl's calls it, statically or shared; who only logs, or repairs logs, links -lpthread alone,
# and who runs and replays links no analysis.
set -eu
export LC_ALL=C
cc=${CC:-cc}
build=$(dirname "$VRRL")
command -v pkg-config >/dev/null || { echo "skipped: no pkg-config"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# globals ARCHIVE: the global names that it defines.
globals() {
    nm -g --defined-only "$1" | awk 'NF == 3 { print $3 }' | sort -u
}
globals "$build/libvrrl.a" >shipped
grep -v '^vrrl_' shipped >foreign || :
[ ! -s foreign ] || { sed 's|^|libvrrl.a: a host could own the name |' foreign; exit 1; }

# Every name that two files of ours share, and all that is public.
globals "$build/libvrrl_inside.a" | grep -v '^vrrl_' >inside
for name in trace_free memory_reset error_set; do
    grep -qx $name inside || { echo "$name is no name of ours any more: take another"; exit 1; }
done
sed 's/.*/OWN(&)/' inside >names.inc
nm -D --defined-only "$build/libvrrl.so" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort >public
{
    sed 's/.*/extern char &[];/' public
    echo 'extern const char *const whole_api[];'
    echo 'const char *const whole_api[] = {'
    sed 's/$/,/' public
    echo '};'
} >api.c
libraries=$(PKG_CONFIG_PATH=$build pkg-config --static --libs-only-l vrrl | sed 's/-lvrrl//')
# shellcheck disable=SC2086  # flags are meant to be split into words
{
    $cc -std=c17 -Wall -Wno-builtin-declaration-mismatch -I "$VRRL_SOURCE/include" -I . -c "$VRRL_SOURCE/tests/tidy/host_of_names.c"
    $cc -std=c17 -c api.c
    $cc host_of_names.o api.o "$build/libvrrl.a" $libraries -o static
    $cc -rdynamic host_of_names.o api.o "$build/libvrrl.so" -o shared
}
for host in static shared; do
    LD_LIBRARY_PATH=$build ./$host "$VRRL_SOURCE/examples/missing-wait.mk" >output || {
        cat output
        echo "a $host host with our names in it fails"
        exit 1
    }
    rm -r host.vrrl host.vrrd
done

# links_only MEMBERS FOLDERS LIBRARIES [BUT]: what the headers of these folders declare, but BUT, is found in
# these members.
links_only() {
    for folder in $2; do
        for header in "$VRRL_SOURCE/include/vrrl/$folder"/*.h; do
            sed 's|/\*.*\*/||; /\/\*/,/\*\//d' "$header"
        done
    done | grep -oE '\bvrrl_[a-z0-9_]+ *\(' | sed 's/ *($//' | sort -u | comm -12 - public |
        grep -vxE "${4:-}" >wanted
    {
        sed 's/.*/extern char &[];/' wanted
        echo 'int main(int count, char **arguments) { (void)arguments; const char *all[] = {'
        sed 's/$/,/' wanted
        echo '}; return all[count] == 0; }'
    } >only.c
    # shellcheck disable=SC2086
    $cc -w only.c "$build/libvrrl.a" $3 -Wl,-Map=map -o only
    members=$(sed -n 's/.*libvrrl[.]a(\([a-z]*[.]o\)).*/\1/p' map | sort -u | tr '\n' ' ')
    [ "$members" = "$1 " ] || { echo "$2: links $members, not $1"; exit 1; }
    ./only
}
links_only log.o log -lpthread 'vrrl_evidence_of|vrrl_output_digest|vrrl_log_salvage'
links_only "log.o salvage.o" log -lpthread 'vrrl_evidence_of|vrrl_output_digest'
links_only "digest.o log.o run.o salvage.o" "log run" "$libraries"
