"""What is asked about, from whatever the caller has, as the C library takes it."""

from __future__ import annotations

import ctypes
import os
import shlex
from typing import Any, Mapping, Optional, Tuple, Union

from . import _library, _tensor
from ._call import run
from ._error import Error
from .graph import Graph
from .program import Program

C = ctypes


def command_words(name: str, machine: Optional[str], constants: Mapping[str, int], tables: Mapping[str, Any],
                  assign: Optional[str] = None, pipelined: Optional[int] = None, resident: Optional[int] = None,
                  steps: Optional[int] = None, names: Optional[str] = None, rules: Optional[str] = None) -> str:
    """What a command line has behind `vrrl replay`. A table that has no path is called as if it had been saved."""
    words = [name if not name.startswith("-") else f"./{name}"]
    if machine is not None:
        words += ["--machine", machine]
    for constant, value in constants.items():
        words += ["--set", f"{constant}={value}"]
    for table, item in tables.items():
        words += ["--table", f"{table}={f'{table}.npy' if _tensor.is_tensor(item) else os.fspath(item)}"]
    for option, given in (("steps", steps), ("assign", assign), ("resident", resident), ("pipelined", pipelined),
                          ("names", names), ("rules", rules)):
        if given is not None:
            words += [f"--{option}", str(given)]
    return " ".join(shlex.quote(word) for word in words)


class _Options:
    """Options of a topic in C, with all that they point to."""

    def __init__(self, name: str, machine: Optional[str], constants: Mapping[str, int],
                 tables: Mapping[str, Any], assign: Optional[str], pipelined: Optional[int],
                 resident: Optional[int], steps: Optional[int], names: Optional[str],
                 rules: Optional[str], dispatch: Optional[Tuple[int, int]]) -> None:
        self.struct = _library.sized(_library.TopicOptions)
        if machine is not None:
            self._set_machine(machine, constants, tables)
        elif constants or tables:
            raise Error("Invalid", "`set` and `tables` are for a tensor with a machine",
                        "give machine='FILE.mkd', or leave them out.")
        if steps is not None:
            self.struct.steps = number("steps", steps, 1, 1 << 20)
        if assign is not None or pipelined is not None or resident is not None:
            self._set_assign(assign, pipelined, resident)
        if rules is not None or dispatch is not None:
            self._set_import(rules, dispatch)
        self.command = command_words(name, machine, constants, tables, assign, pipelined, resident, steps,
                                     names, rules)
        self.struct.command = _library.encode(self.command)

    def _set_machine(self, machine: str, constants: Mapping[str, int], tables: Mapping[str, Any]) -> None:
        consts = (_library.MachineConst * max(len(constants), 1))()
        for i, (name, value) in enumerate(constants.items()):
            number(f"set {name}", value, -(1 << 31), (1 << 31) - 1)
            consts[i] = _library.MachineConst(name=_library.encode(name), value=int(value))
        rows = (_library.MachineTable * max(len(tables), 1))()
        self._views = []
        for i, (name, item) in enumerate(tables.items()):
            rows[i].name = _library.encode(name)
            if _tensor.is_tensor(item):
                view = _tensor.View(item, f"{name}.npy")
                self._views.append(view)
                rows[i].view = C.pointer(view.struct)
            else:
                rows[i].path = _library.encode(os.fspath(item))
        self._machine = _library.sized(
            _library.MachineOptions, description=_library.encode(machine), consts=consts,
            const_count=len(constants), tables=rows, table_count=len(tables))
        self._keep = (consts, rows)
        self.struct.machine = C.pointer(self._machine)

    def _set_import(self, rules: Optional[str], dispatch: Optional[Tuple[int, int]]) -> None:
        self._import = _library.sized(_library.ImportOptions)
        if rules is not None:
            self._import.rules = _library.encode(rules)
        if dispatch is not None:
            self._import.workers = number("workers of dispatch", dispatch[0], 1, 65536)
            self._import.schedulers = number("schedulers of dispatch", dispatch[1], 0, 65536)
            self._import.pool = dispatch[1] == 0
        setattr(self.struct, "import", C.pointer(self._import))

    def _set_assign(self, assign: Optional[str], pipelined: Optional[int], resident: Optional[int]) -> None:
        self._assign = _library.sized(_library.AssignOptions)
        if assign is not None:
            self._assign.assign = _library.encode(assign)
        if resident is not None:
            self._assign.resident = number("resident", resident, 1, 65536)
        if pipelined is not None:
            self._assign.pipelined = number("pipelined", pipelined, 1, 64)
        self.struct.assign = C.pointer(self._assign)


def number(what: str, value: int, least: int, most: int) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = least - 1
    if not least <= number <= most:
        raise Error("Invalid", f"{what} is {value!r}; expected {least} to {most}", "give such a number.")
    return number


class Topic:
    """A topic of the C library. Closed where it is not used any more."""

    def __init__(self, value: Any, *, machine: Union[str, "os.PathLike[str]", None] = None,
                 set: Optional[Mapping[str, int]] = None, tables: Optional[Mapping[str, Any]] = None,
                 assign: Optional[str] = None, pipelined: Optional[int] = None,
                 resident: Optional[int] = None, steps: Optional[int] = None,
                 names: Union[str, "os.PathLike[str]", None] = None,
                 rules: Union[str, "os.PathLike[str]", None] = None, dispatch: Optional[Tuple[int, int]] = None,
                 name: Optional[str] = None) -> None:
        self.pointer, self._names = C.c_void_p(), C.c_void_p()
        self._library = _library.library()
        described = os.fspath(machine) if machine is not None else None
        self._options = _Options(name or name_of(value), described, set or {}, tables or {}, assign,
                                 pipelined, resident, steps, os.fspath(names) if names is not None else None,
                                 os.fspath(rules) if rules is not None else None, dispatch)
        self.command = self._options.command
        if names is not None:
            self._load_names(value, os.fspath(names))
        run(lambda: self._open(value, name))

    def _load_names(self, value: Any, path: str) -> None:
        if not isinstance(value, (str, os.PathLike)):
            raise Error("Invalid", "a names file is for a log or a recording", "leave it out.")
        _library.call(self._library.vrrl_names_load, _library.encode(path), C.byref(self._names))
        self._options.struct.names = self._names

    def _open(self, value: Any, name: Optional[str]) -> None:
        options, out = C.byref(self._options.struct), C.byref(self.pointer)
        has_machine = bool(self._options.struct.machine)
        if isinstance(value, Graph):
            graph = value._build(name)
            try:
                _library.call(self._library.vrrl_topic_of_graph, graph, options, out)
            except Error:
                self._library.vrrl_graph_free(graph)
                raise
        elif isinstance(value, Program):
            self._open_bytes(str(value).encode(), name or value.name, options, out)
        elif isinstance(value, (bytes, bytearray)):
            self._open_bytes(bytes(value), name or name_of(value), options, out)
        elif isinstance(value, (str, os.PathLike)):
            path = _library.encode(os.fspath(value))
            _library.call(self._library.vrrl_topic_open, path, options, out)
        elif _tensor.is_tensor(value):
            if not has_machine:
                raise Error("Invalid", "a tensor without a description of the machine",
                            "give machine='FILE.mkd': docs/instruction-tensors.md.")
            view = _tensor.View(value, name or name_of(value))
            try:
                _library.call(self._library.vrrl_topic_of_tensor, C.byref(view.struct), options, out)
            finally:
                view.close()
        else:
            raise Error("Invalid", f"a {type(value).__name__} is nothing that can be asked about",
                        "give a path, a tensor with machine='FILE.mkd', a vrrl.Graph or a vrrl.Program.")

    def _open_bytes(self, raw: bytes, name: str, options: Any, out: Any) -> None:
        _library.call(self._library.vrrl_topic_of_bytes, raw, len(raw), _library.encode(name), options, out)

    def program(self) -> Any:
        """The program in C, which belongs to the topic."""
        program = C.c_void_p()
        _library.call(self._library.vrrl_topic_program, self.pointer, C.byref(program))
        return program

    def text(self) -> str:
        """That program as a program file."""
        text = C.c_void_p()
        _library.call(self._library.vrrl_topic_text, self.pointer, C.byref(text))
        return _library.decode(C.string_at(text.value or 0))

    def words(self, name: str) -> list[int]:
        """The words of memory that a name of the program stands for."""
        first, count = C.c_uint32(), C.c_uint32()
        if not self._library.vrrl_program_find_words(self.program(), _library.encode(name),
                                                     C.byref(first), C.byref(count)):
            raise Error("NotFound", f"the program has no word {name!r}",
                        "name words of the program, as seen, seen[1] or user[8].")
        return list(range(first.value, first.value + count.value))

    def close(self) -> None:
        if self.pointer:
            self._library.vrrl_topic_free(self.pointer)
            self.pointer = C.c_void_p()
        self._library.vrrl_names_free(self._names)
        self._names = C.c_void_p()

    def __enter__(self) -> "Topic":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "pointer") and hasattr(self, "_library"):
            self.close()


def name_of(value: Any) -> str:
    """What commands call a thing that has no path: as if it had been saved."""
    if isinstance(value, (str, os.PathLike)):
        return os.fspath(value)
    if isinstance(value, Program):
        return value.name
    if isinstance(value, Graph):
        return f"{value.name}.mk"
    return "input.mk" if isinstance(value, (bytes, bytearray)) else "tensor.npy"
