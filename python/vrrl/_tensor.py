"""Tensors of instructions as they lie in memory: nothing is copied.

What has the buffer protocol (a NumPy array, `array.array`, `memoryview`) is taken by it, what has DLPack alone (a torch
tensor) by that. NumPy is not needed.
"""

from __future__ import annotations

import ctypes
from typing import Any, Optional

from . import _library
from ._error import Error

C = ctypes


class _PyBuffer(C.Structure):
    """Py_buffer of CPython, which every version since 3.0 has so."""

    _fields_ = [("buf", C.c_void_p), ("obj", C.py_object), ("len", C.c_ssize_t),
                ("itemsize", C.c_ssize_t), ("readonly", C.c_int), ("ndim", C.c_int),
                ("format", C.c_char_p), ("shape", C.POINTER(C.c_ssize_t)),
                ("strides", C.POINTER(C.c_ssize_t)), ("suboffsets", C.POINTER(C.c_ssize_t)),
                ("internal", C.c_void_p)]


class _DLTensor(C.Structure):
    """Of dlpack.h: DLDevice, ndim, DLDataType, then shape and strides."""

    _fields_ = [("data", C.c_void_p), ("device_type", C.c_int32), ("device_id", C.c_int32),
                ("ndim", C.c_int32), ("code", C.c_uint8), ("bits", C.c_uint8), ("lanes", C.c_uint16),
                ("shape", C.POINTER(C.c_int64)), ("strides", C.POINTER(C.c_int64)),
                ("byte_offset", C.c_uint64)]


_GET_SIMPLE, _GET_FORMAT, _GET_STRIDES = 0, 4, 0x18
_CPU, _HOST_PINNED = 1, 3
_api = C.pythonapi
_api.PyObject_GetBuffer.argtypes = [C.py_object, C.POINTER(_PyBuffer), C.c_int]
_api.PyBuffer_Release.argtypes = [C.POINTER(_PyBuffer)]
_api.PyBuffer_Release.restype = None
_api.PyCapsule_GetPointer.argtypes = [C.py_object, C.c_char_p]
_api.PyCapsule_GetPointer.restype = C.c_void_p


def is_tensor(value: object) -> bool:
    """Whether it has one of the protocols. Bytes do, and are the contents of a file."""
    if isinstance(value, (str, bytes, bytearray)):
        return False
    if hasattr(value, "__dlpack__"):
        return True
    try:
        memoryview(value).release()  # type: ignore[arg-type]
    except TypeError:
        return False
    return True


class View:
    """A tensor where it lies, as the C library takes it. Holds on to its owner."""

    def __init__(self, value: Any, name: str) -> None:
        self.name = name
        self._buffer: Optional[_PyBuffer] = None
        self._owner = value
        if _has_buffer(value):
            address, dims, signed = self._by_buffer(value)
        else:
            address, dims, signed = self._by_dlpack(value)
        if len(dims) > _library.DIMS_MAX:
            raise Error("Parse", f"{name} has {len(dims)} dimensions; expected at most {_library.DIMS_MAX}",
                        "give the tensor that the kernel is given.")
        self._dims = (C.c_uint64 * max(len(dims), 1))(*dims)
        self.shape = tuple(dims)
        self.is_signed = signed
        self.address = address
        self.struct = _library.TensorView(
            name=_library.encode(name), words=address, dims=self._dims, rank=len(dims),
            is_signed=signed)

    def _by_buffer(self, value: Any) -> tuple[int, list[int], bool]:
        buffer = _PyBuffer()
        try:
            _api.PyObject_GetBuffer(value, C.byref(buffer), _GET_FORMAT | _GET_STRIDES)
        except (BufferError, ValueError) as error:
            raise _no_layout(self.name, str(error)) from None
        self._buffer = buffer
        dims = [buffer.shape[i] for i in range(buffer.ndim)]
        strides = [buffer.strides[i] for i in range(buffer.ndim)]
        kind = (buffer.format or b"B").decode("ascii", "replace")
        signed = kind.lstrip("@=<") in ("i", "l") and buffer.itemsize == 4
        unsigned = kind.lstrip("@=<") in ("I", "L") and buffer.itemsize == 4
        if not signed and not unsigned:
            raise _no_type(self.name, f"format {kind!r}, {buffer.itemsize} bytes each")
        _want_c_order(self.name, dims, [step // 4 for step in strides])
        return buffer.buf or 0, dims, signed

    def _by_dlpack(self, value: Any) -> tuple[int, list[int], bool]:
        device = int(value.__dlpack_device__()[0])
        if device not in (_CPU, _HOST_PINNED):
            raise Error("Unsupported", f"{self.name} lies in a device's memory (DLPack device {device})",
                        "give a copy on the host: tensor.cpu().")
        # The capsule is looked into and not consumed: it frees what it has when it goes.
        self._capsule = value.__dlpack__()
        tensor = C.cast(_api.PyCapsule_GetPointer(self._capsule, b"dltensor"),
                        C.POINTER(_DLTensor)).contents
        dims = [tensor.shape[i] for i in range(tensor.ndim)]
        if tensor.bits != 32 or tensor.lanes != 1 or tensor.code not in (0, 1):
            raise _no_type(self.name, f"DLPack type {tensor.code}, {tensor.bits} bits")
        if tensor.strides:
            _want_c_order(self.name, dims, [tensor.strides[i] for i in range(tensor.ndim)])
        return (tensor.data or 0) + tensor.byte_offset, dims, tensor.code == 0

    def tobytes(self) -> bytes:
        """A copy of the numbers, for a file."""
        count = 1
        for length in self.shape:
            count *= length
        return C.string_at(self.address, 4 * count) if count else b""

    def close(self) -> None:
        if self._buffer is not None:
            _api.PyBuffer_Release(C.byref(self._buffer))
            self._buffer = None

    def __del__(self) -> None:
        self.close()


def _has_buffer(value: Any) -> bool:
    try:
        memoryview(value).release()
    except (TypeError, BufferError, ValueError):
        return False
    return True


def _want_c_order(name: str, dims: list[int], strides: list[int]) -> None:
    expected = 1
    for length, stride in zip(reversed(dims), reversed(strides)):
        if length > 1 and stride != expected:
            raise _no_layout(name, "its strides are others")
        expected *= length


def _no_type(name: str, found: str) -> Error:
    return Error("Parse", f"{name}: its numbers are {found}; expected int32 or uint32",
                 "convert it: array.astype('int32') or tensor.to(torch.int32).")


def _no_layout(name: str, found: str) -> Error:
    return Error("Parse", f"{name} does not lie in C order, without holes: {found}",
                 "convert it: numpy.ascontiguousarray(array) or tensor.contiguous().")


def npy(view: View) -> bytes:
    """The view as NumPy's file, version 1: what `vrrl check` reads."""
    shape = "(" + "".join(f"{length}, " for length in view.shape).rstrip() + ")"
    kind = "<i4" if view.is_signed else "<u4"
    head = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    padding = 63 - (10 + len(head)) % 64
    head += " " * padding + "\n"
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head.encode() + view.tobytes()
