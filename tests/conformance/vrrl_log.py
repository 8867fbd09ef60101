#!/usr/bin/env python3
"""Reads and writes VRRL logs: written from docs/format.md alone, to check that the document says
enough and that the library does what it says.

  vrrl_log.py read FILE           the log as CSV, as `vrrl dump --format csv` prints it
  vrrl_log.py expect FILE         the log in the words of the golden files
  vrrl_log.py write OPS FILE      replays a golden .ops file
"""
import struct
import sys

HEADER = struct.Struct("<8sIIQQ")
RECORD = struct.Struct("<IQIII4IIIIIQ")
MAGIC, LIVE, CAPACITY_MAX = b"VRRL0001", 0xDEADBEEF, 1048576
COLUMNS = (
    "index,timestamp_ns,slot_idx,tenant_id,opcode,arg0,arg1,arg2,arg3,epoch,"
    "slot_status,failure_class,backend_error_code,output_digest"
)


class LogError(Exception):
    """What a reader must say of a file; the text is the kind as the golden files spell it."""


def read_header(data):
    if len(data) < HEADER.size:
        raise LogError("Io:read")
    magic, version, _flags, capacity, next_slot = HEADER.unpack_from(data)
    if magic != MAGIC or version != 1:
        raise LogError("HeaderMismatch")
    if capacity == 0:
        raise LogError("ZeroCapacity")
    if capacity > CAPACITY_MAX:
        raise LogError(f"CapacityOverflow:{capacity}:{CAPACITY_MAX}")
    return capacity, next_slot % capacity


def read_records(data, capacity, cursor):
    """Yields (index, fields) oldest first; fields are those of the CSV without index, 9 or 13."""
    for step in range(capacity):
        index = (cursor + step) % capacity
        at = HEADER.size + RECORD.size * index
        if at + RECORD.size > len(data):
            raise LogError("Io:read")
        magic, *fields = RECORD.unpack_from(data, at)
        if magic == 0:
            continue
        if magic != LIVE:
            raise LogError("HeaderMismatch")
        if any(fields[9:]):
            fields[10] = min(fields[10], 4)
        else:
            del fields[9:]
        yield index, fields


def expect(data, out):
    try:
        capacity, cursor = read_header(data)
        print(f"capacity={capacity} cursor={cursor}", file=out)
        for _index, fields in list(read_records(data, capacity, cursor)):
            print(*fields, sep=",", file=out)
    except LogError as error:
        print(f"error {error}", file=out)


def dump(data, out):
    capacity, cursor = read_header(data)
    print(COLUMNS, file=out)
    for index, fields in read_records(data, capacity, cursor):
        print(index, *fields, *[""] * (13 - len(fields)), sep=",", file=out)


def replay(ops, path):
    capacity = int(ops[0].split("=")[1])
    data = bytearray(HEADER.size + RECORD.size * capacity)
    cursor = 0
    for line in ops[1:]:
        fields = [int(field) for field in line.split(",")]
        fields += [0] * (13 - len(fields))
        RECORD.pack_into(data, HEADER.size + RECORD.size * cursor, LIVE, *fields)
        cursor = (cursor + 1) % capacity
    HEADER.pack_into(data, 0, MAGIC, 1, 0, capacity, cursor)
    with open(path, "wb") as file:
        file.write(data)


def main(arguments):
    if len(arguments) == 2 and arguments[0] in ("read", "expect"):
        with open(arguments[1], "rb") as file:
            data = file.read()
        (dump if arguments[0] == "read" else expect)(data, sys.stdout)
    elif len(arguments) == 3 and arguments[0] == "write":
        with open(arguments[1], encoding="ascii") as file:
            replay(file.read().splitlines(), arguments[2])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
