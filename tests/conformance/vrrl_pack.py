#!/usr/bin/env python3
"""Reads packs, and writes bad ones: written from docs/format.md alone.

  vrrl_pack.py check PACK           its rules hold; BLAKE3 is not looked at
  vrrl_pack.py damage PACK FOLDER   damaged and hostile ones of it, a file each
"""
import os
import re
import struct
import sys

from vrrl_recording import expect, xxh3

HEADER = struct.Struct("<8sIIQ")
HEAD = struct.Struct("<32sQ32s")
NAME = re.compile(rb"(manifest\.json|symbols\.json|slots\.vrr[lx]|pages\.zst|host\.names"
                  rb"|(state|pages)-(0|[1-9][0-9]{0,9})\.zst)\0+")


def sealed(data):
    return data + struct.pack("<Q", xxh3(data))


def read(data):
    """[(name with its zeros, digest, content)]"""
    magic, version, count, size = HEADER.unpack_from(data)
    expect((magic, version, size) == (b"VRRLPACK", 1, len(data)), "the header")
    expect(sealed(data[:24]) == data[:32], "the header's checksum")
    files, at = [], 32
    for _ in range(count):
        name, size, digest = HEAD.unpack_from(data, at)
        expect(sealed(data[at:at + 72]) == data[at:at + 80], "a head's checksum")
        expect(NAME.fullmatch(name), "a name")
        at += 80 + size
        files.append((name, digest, data[at - size:at]))
    expect(at == len(data), "that the pack ends with its last file")
    names = [name for name, _, _ in files]
    expect(names[0].rstrip(b"\0") == b"manifest.json" and names[1:] == sorted(set(names[1:])), "the order")
    return files


def write(files, count=None, size=None, version=1):
    """files: (name, digest, content) or with a size that is a lie behind them"""
    body = b"".join(sealed(HEAD.pack(f[0], f[3] if len(f) > 3 else len(f[2]), f[1])) + f[2] for f in files)
    count = len(files) if count is None else count
    size = 32 + len(body) if size is None else size
    return sealed(HEADER.pack(b"VRRLPACK", version, count, size)) + body


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1:]


def named(files, name):
    return files + [(name, *files[1][1:])]


def damaged(data):
    files = read(data)
    assert write(files) == data
    for at in list(range(32 + 80)) + list(range(112, len(data), 211)):
        yield f"byte-{at}", flipped(data, at)
    for size in range(0, len(data), 499):
        yield f"cut-{size}", data[:size]
    yield "longer", data + b"x"
    yield "longer-and-said", sealed(data[:16] + struct.pack("<Q", len(data) + 1)) + data[32:] + b"x"
    yield "version", write(files, version=2)
    yield "none", write([])
    yield "count-more", write(files, count=len(files) + 1)
    yield "count-less", write(files, count=len(files) - 1)
    yield "count-most", write(files, count=0xFFFFFFFF)
    yield "size-zero", write(files, size=0)
    yield "size-most", write(files, size=(1 << 64) - 1)
    for lie in (1 << 20, 1 << 63, (1 << 64) - 1, (1 << 64) - 80):
        yield f"file-size-{lie}", write(files[:-1] + [(*files[-1], lie)])
    yield "no-manifest", write(files[1:])
    yield "manifest-later", write(files[1:] + files[:1])
    yield "name-twice", write(files + files[1:2])
    hostile = {"outside": b"../outside", "absolute": b"/tmp/outside", "inner": b"a/pages.zst", "dot": b".",
               "dots": b"..", "empty": b"", "other": b"notes", "case": b"SLOTS.vrrl", "zeros": b"state-00.zst",
               "large": b"state-4294967296.zst", "huge": b"state-99999999999999999999.zst",
               "sign": b"state--1.zst", "plus": b"state-+1.zst", "blank": b"state- 1.zst",
               "behind": b"pages-7.zst\0x", "full": b"x" * 32, "new": b"state-0.zst.new"}
    for what, name in hostile.items():
        yield f"name-{what}", write(named(files, name))


def main(arguments):
    if len(arguments) < 2 or arguments[0] not in ("check", "damage"):
        sys.exit(__doc__)
    with open(arguments[1], "rb") as file:
        data = file.read()
    if arguments[0] == "check":
        read(data)
        return
    for name, bad in damaged(data):
        with open(os.path.join(arguments[2], name), "wb") as file:
            file.write(bad)


if __name__ == "__main__":
    main(sys.argv[1:])
