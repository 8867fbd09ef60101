#!/bin/sh
# What a replay of a bare log says, word for word and with its exit code: what is the same, what differs or
# gets stuck, and what cannot be known.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() { echo "FAIL $1" >&2; exit 1; }
# log NAME: from lines "slot opcode arg0 arg1 arg2 arg3 epoch [status class]", a status for what has ended
log() {
    {
        echo "index,timestamp_ns,slot_idx,tenant_id,opcode,arg0,arg1,arg2,arg3,epoch,slot_status,failure_class,backend_error_code,output_digest"
        awk '{ printf "%d,%d,%s,0,%s,%s,%s,%s,%s,%s,", NR - 1, NR, $1, $2, $3, $4, $5, $6, $7
               print (NF > 7 ? $8 "," $9 ",0,0" : ",,,") }'
    } >"$1.csv"
    "$VRRL" import --format csv --capacity 64 "$1.csv" "$1.vrrl" >import || { cat import >&2; fail "import $1"; }
}
# says CODE NAME ARGUMENT ...: then what it must print, from stdin
says() {
    expected=$1 name=$2; shift 2
    status=0
    "$VRRL" replay "$name.vrrl" "$@" >out 2>&1 || status=$?
    diff -u - out || fail "replay $name.vrrl $*"
    [ "$status" -eq "$expected" ] || fail "replay $name.vrrl $*: exit $status, expected $expected"
}

# DONE is status 3. Opcodes: 1 STORE_U32 value, word; 1073741824 WAIT_GE word, value.
log same <<'END'
0 1 7 160 0 0 0
1 1 8 161 0 0 0
0 1 7 160 0 0 0 3 0
1 1 8 161 0 0 0 3 0
END
says 0 same <<'END'
SAME  as far as a bare log tells: 1 epoch, 2 slots ran, 2 statuses known and equal
  log        same.vrrl: 4 records, 2 publishes, 2 completions, 0 failures
  not known  arguments past the fourth, the initial memory (zeroed), the order within an epoch,
             the values that slots wrote
  replay     re-executed: reference, one slot after the other
END
log differs <<'END'
0 1 7 160 0 0 5
1 1 7 4294967295 0 0 5
0 1 7 160 0 0 5 3 0
1 1 7 4294967295 0 0 5 3 0
END
says 1 differs <<'END'
DIVERGED  status   epoch 5   slot 1 STORE_U32   record 1
  status   recorded DONE, replayed FAULT
  1 of 2 known statuses differs
  log        differs.vrrl: 4 records, 2 publishes, 2 completions, 0 failures
  not known  arguments past the fourth, the initial memory (zeroed), the order within an epoch,
             the values that slots wrote
  replay     re-executed: reference, one slot after the other
END
# The same with a packed slot of six argument words, of which four are in the log.
{ cat differs.csv; echo "4,5,2,0,2147483649,1026,0,0,0,5,,,,"; } >part.csv
"$VRRL" import --format csv --capacity 64 part.csv part.vrrl >import || fail "import part"
says 125 part <<'END'
NOT KNOWN  1 of 2 statuses differs: what the log leaves out may be why
  log        part.vrrl: 5 records, 3 publishes, 2 completions, 0 failures
  in part    1 slot (1 packed) ran with the 4 argument words that the log keeps
  not known  arguments past the fourth, the initial memory (zeroed), the order within an epoch,
             the values that slots wrote
  replay     re-executed: reference, one slot after the other
END
# Nothing to compare: no status, and a MIX whose descriptor is in memory.
log mix <<'END'
0 1073741826 160 0 0 0 0
END
says 125 mix --pack <<'END'
NOT KNOWN  nothing to compare: the log has no status of a slot that ran whole
  log        mix.vrrl: 1 record, 1 publish, 0 completions, 0 failures
  in part    1 MIX slot: what MIX does stands in memory (--image)
  not known  arguments past the fourth, the initial memory (zeroed), the order within an epoch,
             the values that slots wrote
  replay     re-executed: reference, one slot after the other
END
# A wait that what was left out may have ended; an epoch that is cut where a slot comes again.
log stuck <<'END'
0 1073741824 160 9 0 0 0
1 99 0 0 0 0 0
2 7 0 1 0 0 0
3 1073742000 0 0 0 0 0
70000 0 0 0 0 0 0
END
says 125 stuck --pack <<'END'
NOT KNOWN  the replay gets stuck in epoch 0: what the log leaves out may be why
  log        stuck.vrrl: 5 records, 5 publishes, 0 completions, 0 failures
  skipped    1 outside the ring, 1 fence (the host publishes its own), 1 user opcode (--pack runs what it has), 1 unknown opcode
             op 0x63 (1), USER+176 (1)
  not known  arguments past the fourth, the initial memory (zeroed), the order within an epoch,
             the values that slots wrote
  replay     re-executed: reference, one slot after the other
END
log cut <<'END'
0 1 7 160 0 0 0
0 1 8 160 0 0 0
0 1 8 160 0 0 0 3 0
END
says 0 cut <<'END'
SAME  as far as a bare log tells: 2 epochs, 2 slots ran, 1 status known and equal
  log        cut.vrrl: 3 records, 2 publishes, 1 completion, 0 failures
  cut        1 time an epoch, where a ring slot was published again
  not known  arguments past the fourth, the initial memory (zeroed), the order within an epoch,
             the values that slots wrote
  replay     re-executed: reference, one slot after the other
END
