"""Logs: 64-byte records as a structured NumPy array over the mapped file, without a copy.

    log = Log("run.vrrd")
    print(log.records["opcode"])          # NumPy; in the order of the file
    for record in log:                    # without NumPy, too; oldest first
        print(record.epoch, record.opcode)

docs/format.md has the bytes. A log that is written meanwhile may show a record that is half replaced: take a copy by
`vrrl snapshot` first.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import struct
from dataclasses import dataclass
from typing import Any, Iterator, List, Tuple, Union

from . import _library
from ._error import Error

__all__ = ["FIELDS", "Log", "Record"]

HEADER_BYTES = 32
RECORD_BYTES = 64
MAGIC = 0xDEADBEEF

#: Name, NumPy's type, and offset of each field of a record, whatever the machine's byte order.
FIELDS: List[Tuple[str, Any, int]] = [
    ("magic", "<u4", 0), ("timestamp_ns", "<u8", 4), ("slot_idx", "<u4", 12), ("tenant_id", "<u4", 16),
    ("opcode", "<u4", 20), ("args", ("<u4", (4,)), 24), ("epoch", "<u4", 40), ("slot_status", "<u4", 44),
    ("failure_class", "<u4", 48), ("backend_code", "<u4", 52), ("output_digest", "<u8", 56)]
_RECORD = struct.Struct("<IQIII4IIIIIQ")


@dataclass(frozen=True)
class Record:
    """What was published into a slot; with evidence, how it ended."""

    index: int  # its place in the file
    timestamp_ns: int
    slot_idx: int
    tenant_id: int
    opcode: int
    args: Tuple[int, int, int, int]
    epoch: int
    slot_status: int
    failure_class: int
    backend_code: int
    output_digest: int

    @property
    def opcode_name(self) -> str:
        """ "?" for an opcode that vrrl does not have."""
        return _library.decode(_library.library().vrrl_opcode_name(self.opcode))

    @property
    def has_evidence(self) -> bool:
        return bool(self.slot_status | self.failure_class | self.backend_code | self.output_digest)


class Log:
    """A log, or the one of a recording, mapped read-only for as long as it or an array of its records is there."""

    def __init__(self, path: Union[str, "os.PathLike[str]"], *, verify: bool = True) -> None:
        """With `verify` the library reads it once, and raises vrrl.Error for one that is damaged."""
        given = os.fspath(path)
        self.path = os.path.join(given, "slots.vrrl") if os.path.isdir(given) else given
        found = _library.LogVerdict()
        if verify:
            _library.call(_library.library().vrrl_log_verify, _library.encode(self.path), ctypes.byref(found))
        self._map = self._open()
        self.capacity, cursor = struct.unpack_from("<QQ", self._map, 16)
        if not 0 < self.capacity <= 1 << 20 or self._map[:8] != b"VRRL0001":
            raise Error("HeaderMismatch", f"{self.path} is no log", "name a log, or a recording.")
        self.cursor = cursor % self.capacity
        #: Records that the file has room for: fewer than the capacity where it was cut.
        self.room = min(self.capacity, (len(self._map) - HEADER_BYTES) // RECORD_BYTES)

    def _open(self) -> mmap.mmap:
        try:
            with open(self.path, "rb") as file:
                if os.fstat(file.fileno()).st_size < HEADER_BYTES:
                    raise Error("Io", f"{self.path} is shorter than the header of a log", "copy the file again.")
                return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise Error("Io", f"open {self.path}: {error.strerror}", "check the path.") from None

    @property
    def records(self) -> Any:
        """All records as they lie in the file, read-only and without a copy; `magic` is 0 where none was written."""
        numpy = _numpy()
        return numpy.frombuffer(self._map, dtype=dtype(), count=self.room, offset=HEADER_BYTES)

    def in_order(self) -> Any:
        """Live records, oldest first: a view of the file where they lie so, a copy where the ring has turned."""
        numpy = _numpy()
        every = self.records
        older, newer = every[self.cursor:], every[:self.cursor]
        parts = [part for part in (older, newer) if (part["magic"] == MAGIC).any()]
        if len(parts) == 2:
            parts = [numpy.concatenate(parts)]
        row = parts[0] if parts else every[:0]
        live = row["magic"] == MAGIC
        return row if live.all() else row[live]

    def __iter__(self) -> Iterator[Record]:
        for step in range(self.capacity):
            index = (self.cursor + step) % self.capacity
            if index >= self.room:
                continue
            row = _RECORD.unpack_from(self._map, HEADER_BYTES + RECORD_BYTES * index)
            if row[0] == MAGIC:
                yield Record(index, row[1], row[2], row[3], row[4], (row[5], row[6], row[7], row[8]), *row[9:])

    def __len__(self) -> int:
        """Live records."""
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<Log {self.path!r}: capacity {self.capacity}, cursor {self.cursor}>"


def _numpy() -> Any:
    try:
        import numpy
    except ImportError:
        raise Error("Unsupported", "records as an array need NumPy, and it is not installed",
                    "install numpy, or iterate over the log.") from None
    return numpy


def dtype() -> Any:
    """NumPy's type of a record."""
    numpy = _numpy()
    return numpy.dtype({"names": [name for name, _, _ in FIELDS], "formats": [kind for _, kind, _ in FIELDS],
                        "offsets": [offset for _, _, offset in FIELDS], "itemsize": RECORD_BYTES})
