# For tests that mount: runs the script that sources this again, inside a mount namespace of its own, and
# skips it by name where there is none for us. Source it first, with the script's arguments.
set -eu
export LC_ALL=C

if [ "${1:-}" != inside ]; then
    for how in -m -rm; do
        unshare $how true 2>/dev/null && exec unshare $how sh "$0" inside
    done
    echo "skipped: this system has no mount namespace for us"
    exit 77
fi
