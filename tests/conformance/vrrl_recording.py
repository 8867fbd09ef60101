#!/usr/bin/env python3
"""Reads and writes the companion of a recording, and the frames beside it: written from docs/format.md
alone (XXH3-64 from its own specification), to check that the document says enough.

  vrrl_recording.py check DIR        checks what can be checked without BLAKE3, and that writing
                                     what was read gives the same bytes; prints a summary. Of either version, of
                                     vrrl's own machine or of a host's
  vrrl_recording.py late DIR INDEX   moves entry INDEX's claim by 1000, checksum and all
"""
import json
import os
import re
import struct
import subprocess
import sys

HEADER = struct.Struct("<8sII16sIIQQQ")
ENTRY = struct.Struct("<QQIIQQQQQ")
FRAME = struct.Struct("<II4sIIIQQQ")
LOG_HEADER, RECORD_BYTES = 32, 64
NONE = 0xFFFFFFFF
PUBLISH, COMPLETION, HOST, END, VOID = 1, 2, 3, 4, 5
HOST_OPCODE = 0xFFFF0000

# ---- XXH3-64, seed 0 -----------------------------------------------------------------------------------

MASK = (1 << 64) - 1
P32_1, P32_2, P32_3 = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D
P64_1, P64_2, P64_3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
P64_4, P64_5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5
SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221"
    "b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb"
    "170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e"
)


def u32(data, at):
    return struct.unpack_from("<I", data, at)[0]


def u64(data, at):
    return struct.unpack_from("<Q", data, at)[0]


def fold(a, b):
    product = a * b
    return (product ^ product >> 64) & MASK


def avalanche(h):
    h ^= h >> 37
    h = h * 0x165667919E3779F9 & MASK
    return h ^ h >> 32


def mix16(data, at, secret_at):
    return fold(u64(data, at) ^ u64(SECRET, secret_at), u64(data, at + 8) ^ u64(SECRET, secret_at + 8))


def xxh3_middle(data):
    """17 to 240 bytes."""
    size = len(data)
    h = size * P64_1 & MASK
    if size <= 128:
        pairs = (size - 1) // 32 + 1
        for i in range(pairs):
            h += mix16(data, 16 * i, 32 * i) + mix16(data, size - 16 * (i + 1), 32 * i + 16)
        return avalanche(h & MASK)
    for i in range(8):
        h += mix16(data, 16 * i, 16 * i)
    h = avalanche(h & MASK)
    for i in range(8, size // 16):
        h += mix16(data, 16 * i, 16 * (i - 8) + 3)
    return avalanche(h + mix16(data, size - 16, 136 - 17) & MASK)


def accumulate(acc, data, at, secret_at):
    for i in range(8):
        value = u64(data, at + 8 * i)
        key = value ^ u64(SECRET, secret_at + 8 * i)
        acc[i ^ 1] = acc[i ^ 1] + value & MASK
        acc[i] = acc[i] + (key & 0xFFFFFFFF) * (key >> 32) & MASK


def xxh3_long(data):
    """Over 240 bytes: stripes of 64, scrambled after each block of 16 stripes."""
    acc = [P32_3, P64_1, P64_2, P64_3, P64_4, P32_2, P64_5, P32_1]
    size, per_block = len(data), (len(SECRET) - 64) // 8
    block = 64 * per_block
    for first in range(0, (size - 1) // block * block, block):
        for n in range(per_block):
            accumulate(acc, data, first + 64 * n, 8 * n)
        for i in range(8):
            acc[i] = ((acc[i] ^ acc[i] >> 47 ^ u64(SECRET, len(SECRET) - 64 + 8 * i)) * P32_1) & MASK
    first = (size - 1) // block * block
    for n in range((size - 1 - first) // 64):
        accumulate(acc, data, first + 64 * n, 8 * n)
    accumulate(acc, data, size - 64, len(SECRET) - 64 - 7)
    h = size * P64_1 & MASK
    for i in range(4):
        h += fold(acc[2 * i] ^ u64(SECRET, 11 + 16 * i), acc[2 * i + 1] ^ u64(SECRET, 19 + 16 * i))
    return avalanche(h & MASK)


def xxh3(data):
    """Of what a recording has checksums of: never 16 bytes or fewer."""
    assert len(data) > 16
    return xxh3_middle(data) if len(data) <= 240 else xxh3_long(data)


# ---- The companion -------------------------------------------------------------------------------------


def read_whole(folder, name):
    with open(os.path.join(folder, name), "rb") as file:
        return file.read()


def expect(condition, what):
    if not condition:
        sys.exit(f"{what} does not hold")


class Companion:
    def __init__(self, folder):
        self.path = os.path.join(folder, "slots.vrrx")
        self.data = read_whole(folder, "slots.vrrx")
        self.log = read_whole(folder, "slots.vrrl")
        magic, version, _flags, self.id, self.width, self.entry_bytes, self.capacity, _zero, checksum = \
            HEADER.unpack_from(self.data)
        expect(magic == b"VRRX0001" and version == 1, "magic and version")
        expect(checksum == xxh3(self.data[:56]), "the header's checksum")
        expect(16 <= self.width <= 128 and self.entry_bytes == 64 + 4 * self.width, "the slot width")
        expect(len(self.data) == 64 + self.entry_bytes * self.capacity, "the file's size")

    def record(self, index):
        at = LOG_HEADER + RECORD_BYTES * index
        return self.log[at:at + RECORD_BYTES]

    def entry(self, index):
        """(fields without the checksum, words), or None where there is no record."""
        at = 64 + self.entry_bytes * index
        if u32(self.record(index), 0) == 0:
            return None
        checksum, sequence, *fields = ENTRY.unpack_from(self.data, at)
        expect(sequence and (sequence - 1) % self.capacity == index, f"the sequence of entry {index}")
        covered = self.data[at + 8:at + self.entry_bytes] + self.record(index)
        expect(checksum == xxh3(covered), f"the checksum of entry {index}")
        words = struct.unpack_from(f"<{self.width}I", self.data, at + 64)
        return (sequence, *fields), words

    def pack_entry(self, index, fields, words):
        tail = ENTRY.pack(0, *fields)[8:] + struct.pack(f"<{self.width}I", *words)
        return struct.pack("<Q", xxh3(tail + self.record(index))) + tail

    def pack(self, entries):
        head = HEADER.pack(b"VRRX0001", 1, 0, self.id, self.width, self.entry_bytes, self.capacity, 0, 0)
        out = bytearray(head[:56] + struct.pack("<Q", xxh3(head[:56])))
        for index, entry in enumerate(entries):
            out += self.pack_entry(index, *entry) if entry else bytes(self.entry_bytes)
        return bytes(out)

    def all(self):
        return [self.entry(index) for index in range(self.capacity)]


# ---- What must hold of each recording ------------------------------------------------------------------


def check_entry(record, fields, words, ring_slots, state):
    _sequence, kind, worker, claim, completion, result, order, claimed_after = fields
    slot, tenant, opcode, *args = struct.unpack_from("<7I", record, 12)
    epoch, status, failure, _code, digest = struct.unpack_from("<IIIIQ", record, 40)
    expect((tenant, opcode, *args) == (words[2], words[1], *words[3:7]), "that record and words agree")
    if kind != COMPLETION:
        expect(not (claim or completion or result or order or claimed_after), "zeros in a publish")
        expect(words[0] == 1, "STATUS of a publish")
    if kind == HOST:
        expect((slot, worker, status) == (NONE, 0xFFFFFFFE, 3), "a prologue's slot")
        expect(not state["host"] or opcode == HOST_OPCODE and args[1] <= len(words) - 5, "a host's write")
    elif kind == END and state["host"]:
        expect((slot, worker, opcode) == (NONE, 0xFFFFFFFE, HOST_OPCODE) and args[1] == len(state["open"]), "an end")
        expect((status == 3) == (args[0] == 0), "the status of an end")
        if failure == 0:
            state["digests"][epoch] = digest
    elif kind == VOID and not state["host"]:
        expect((slot, worker, opcode, status) == (NONE, 0xFFFFFFFE, HOST_OPCODE, 7) and failure, "a void attempt")
        expect(args[0] in (1, 2, 3) and args[1] > 0 and (args[2] > 0) == (args[0] == 2), "what became of it")
        state["open"].clear()
        state["next"] = state["first"].get(epoch, state["next"])
        if args[0] == 1:
            state["orders"].clear()
    elif kind == PUBLISH:
        state["first"].setdefault(epoch, slot)
        follows = state["next"] in (None, slot) or state["host"] and slot not in state["open"]
        expect(follows and slot < ring_slots and status == failure == digest == 0, "a publish")
        state["next"] = (slot + 1) % ring_slots
        state["open"][slot] = (epoch, words[1:])
    else:
        expect(kind == COMPLETION and state["open"].pop(slot) == (epoch, words[1:]), "an end")
        expect(status == words[0] and status in (3, 7), "a status")
        expect((claim or state["host"]) and completion and completion not in state["orders"], "its orders")
        state["orders"].add(completion)
        if opcode == 7 and not state["host"]:
            state["digests"][epoch] = digest


def decompressed(data):
    return subprocess.run(["zstd", "-dc"], input=data, capture_output=True, check=True).stdout


def frames(folder, name, kind, first, step=1):
    data, at, payloads = read_whole(folder, name), 0, []
    rest = decompressed(data)
    own = bytes.fromhex(json.loads(read_whole(folder, "manifest.json"))["id"])[:4]
    while at < len(data):
        skip, size, magic, found, epoch, mark, raw, packed, checksum = FRAME.unpack_from(data, at)
        expect((skip, size, magic, found) == (0x184D2A56, 40, b"VRRF", kind), f"a frame's head in {name}")
        expect(epoch == first + step * len(payloads), f"the epoch of a frame in {name}")
        expect(mark in (0, u32(own, 0)), f"the mark of a frame in {name}")
        payload, rest = rest[:raw], rest[raw:]
        expect(len(payload) == raw and checksum == xxh3(payload), f"a payload in {name}")
        payloads.append(payload)
        at += 48 + packed
    expect(not rest, f"that zstd reads {name} whole")
    return payloads


def check_epoch(payload, digests, epoch):
    verdict, kept, digests_only, written, debug, waiters = struct.unpack_from("<6I", payload)
    expect(len(payload) == 56 + 4100 * kept + 36 * digests_only + 16 * debug + 24 * waiters, "a size")
    expect(verdict <= 3 and debug <= written and (verdict == 0) == (waiters == 0), "an epoch's end")
    if epoch in digests:
        expect(digests[epoch] == u64(payload, 24), "the fence's digest")
    return kept, waiters


def snapshots(folder, version):
    """The epochs of which there is one, in order."""
    if version == 1:
        return [0]
    names = (re.fullmatch(r"state-(0|[1-9][0-9]{0,9})\.zst", name) for name in os.listdir(folder))
    return sorted(int(name[1]) for name in names if name)


def check_snapshot(folder, companion, epoch):
    """The sequence number of the last record before it."""
    snapshot, = frames(folder, f"state-{epoch}.zst", 1, epoch)
    expect(snapshot[:16] == companion.id and u32(snapshot, 24) == epoch, f"the snapshot of {epoch}")
    expect(u32(snapshot, 28) * 4 + 64 == len(snapshot), "its size")
    return u64(snapshot, 16)


def epoch_ends(folder, version, epochs):
    if version == 1:
        return frames(folder, "pages.zst", 2, 0)
    files = [(epoch, frames(folder, f"pages-{epoch}.zst", 2, epoch)) for epoch in epochs]
    for (first, ends), (following, _) in zip(files, files[1:]):
        expect(first + len(ends) == following, f"the epochs of pages-{first}.zst")
    return [end for _, ends in files for end in ends]


def kept_records(folder, companion):
    """Those beside the log, by sequence number: the record, and its entry as Companion.entry has it."""
    kept = {}
    for name in os.listdir(folder):
        match = re.fullmatch(r"slots-(0|[1-9][0-9]{0,9})\.zst", name)
        for payload in frames(folder, name, 3, int(match[1]), 0) if match else []:
            size, first = RECORD_BYTES + companion.entry_bytes, u64(payload, 0)
            expect((len(payload) - 8) % size == 0 and len(payload) <= 8 + 4096 * size, f"a frame of {name}")
            for i, at in enumerate(range(8, len(payload), size)):
                record, entry = payload[at:at + RECORD_BYTES], payload[at + RECORD_BYTES:at + size]
                checksum, sequence, *fields = ENTRY.unpack_from(entry)
                expect(sequence == first + i and checksum == xxh3(entry[8:] + record), f"a record of {name}")
                kept[sequence] = record, ((sequence, *fields), struct.unpack_from(f"<{companion.width}I", entry, 64))
    return kept


def check(folder):
    manifest = json.loads(read_whole(folder, "manifest.json"))
    machine, version = manifest["machine"], manifest["version"]
    companion = Companion(folder)
    expect(companion.id.hex() == manifest["id"] and companion.width == machine["slot_words"], "the manifest")
    expect(companion.capacity == manifest["log"]["capacity"], "the capacity")
    host = machine["model"]["kind"] == "host"
    state = {"next": 0, "open": {}, "orders": set(), "digests": {}, "host": host, "first": {}}
    entries = companion.all()
    expect(companion.pack(entries) == companion.data, "that the companion is written again")
    epochs = snapshots(folder, version)
    sequences = [check_snapshot(folder, companion, epoch) for epoch in epochs]
    first, before, records = epochs[0], sequences[0], manifest["result"]["records"]
    expect(version == 2 or (first, before) == (0, 0), "that version 1 begins with the run")
    kept = kept_records(folder, companion)
    expect(records - before <= companion.capacity + len(kept), "that no record after the oldest snapshot is lost")
    if before:
        state["next"] = None
    for sequence in range(before + 1, records + 1):
        index = (sequence - 1) % companion.capacity
        record, entry = companion.record(index), entries[index]
        if not entry or entry[0][0] != sequence:
            expect(sequence in kept, f"that record {sequence} is there")
            record, entry = kept[sequence]
        check_entry(record, *entry, machine["ring_slots"], state)
        if sequence in sequences:
            expect(not state["open"], "that a snapshot is between epochs")
    expect(len([entry for entry in entries if entry]) == min(records, companion.capacity), "the number of records")
    ends = epoch_ends(folder, version, epochs)
    expect(first + len(ends) == manifest["result"]["epochs"], "the number of epochs")
    pages, waiters = zip(*(check_epoch(end, state["digests"], first + e) for e, end in enumerate(ends)))
    expect(len(state["open"]) == sum(waiters), "that what did not end is listed")
    print(f"{records - before} records, {len(ends)} epochs, {sum(pages)} pages, {sum(waiters)} waiters")


def main(arguments):
    if len(arguments) == 2 and arguments[0] == "check":
        check(arguments[1])
        return
    if len(arguments) != 3 or arguments[0] != "late":
        sys.exit(__doc__)
    companion = Companion(arguments[1])
    entries = companion.all()
    fields, words = entries[int(arguments[2])]
    entries[int(arguments[2])] = ((*fields[:3], fields[3] + 1000, *fields[4:]), words)
    out = companion.pack(entries)
    with open(companion.path, "wb") as file:
        file.write(out)


if __name__ == "__main__":
    main(sys.argv[1:])
