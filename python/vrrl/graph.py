"""Task graphs built in Python: tasks that wait for counters, access ranges of buffers, and signal.

    graph = Graph("two steps")
    x = graph.buffer("x", 1, 4096)
    ready = graph.counter("ready")
    graph.task("produce", writes=[x[0:2048]], signals=[ready])
    graph.task("consume", waits=[ready >= 1], reads=[x])
    print(vrrl.check(graph))
"""

from __future__ import annotations

import ctypes
import hashlib
import os
from dataclasses import dataclass
from typing import Any, Iterable, List, Optional, Tuple, Union

from . import _library
from ._error import Error

C = ctypes
_KINDS = ("weight", "const", "input", "activation", "output", "kv-cache")
_READ, _WRITE, _ACCUMULATE, _READ_WRITE = range(4)
_SYNC, _DEVICE = 1, 1

__all__ = ["Buffer", "Counter", "Graph", "Region", "Signal", "Wait"]


@dataclass(frozen=True)
class Region:
    """A rectangle of a buffer, the ends left out."""

    buffer: int
    rows: Tuple[int, int]
    columns: Tuple[int, int]


@dataclass(frozen=True)
class Buffer:
    """Memory of rows by columns. `x[0:64]` is columns of all rows, `x[0:2, 0:64]` of two."""

    index: int
    name: str
    rows: int
    columns: int

    def __getitem__(self, key: Union[int, slice, Tuple[Union[int, slice], Union[int, slice]]]) -> Region:
        rows, columns = key if isinstance(key, tuple) else (slice(None), key)
        return Region(self.index, self._span(rows, self.rows, "rows"), self._span(columns, self.columns, "columns"))

    def _span(self, key: Union[int, slice], length: int, what: str) -> Tuple[int, int]:
        part = key if isinstance(key, slice) else slice(key, key + 1)
        first = 0 if part.start is None else part.start
        end = length if part.stop is None else part.stop
        if part.step not in (None, 1) or not 0 <= first < end <= length:
            raise Error("Invalid", f"{self.name}: {what} {first}:{end}; expected a range inside 0:{length}",
                        "name a range of whole numbers, without a step, that is not empty.")
        return first, end


@dataclass(frozen=True)
class Wait:
    """Holds a task back until the counter is at least `value`; with `equal`, exactly that."""

    counter: "Counter"
    value: int
    relaxed: bool = False  # acquires nothing
    growth: int = 0  # in step s: value + s * growth
    equal: bool = False


@dataclass(frozen=True)
class Signal:
    """Adds to a counter when its task has ended."""

    counter: "Counter"
    amount: int = 1
    relaxed: bool = False  # releases nothing


@dataclass(frozen=True)
class Counter:
    """What tasks wait for, `counter >= 2`, and signal."""

    index: int
    name: str

    def __ge__(self, value: int) -> Wait:
        return Wait(self, value)


@dataclass(frozen=True)
class _Task:
    op: str
    label: str
    worker: Optional[int]
    waits: Tuple[Wait, ...]
    accesses: Tuple[Tuple[int, Region], ...]
    signals: Tuple[Signal, ...]


def _text(graph: Any, text: str) -> int:
    at = C.c_uint32()
    _library.call(_library.library().vrrl_graph_add_text, graph, _library.encode(text), C.byref(at))
    return at.value


class Graph:
    """A task graph. Tasks that have a worker are serial queues, one a worker, in the order in which they are added."""

    def __init__(self, name: str = "graph") -> None:
        self.name = name
        self._buffers: List[Tuple[Buffer, int]] = []
        self._counters: List[Tuple[Counter, int, bool]] = []
        self._tasks: List[_Task] = []

    def buffer(self, name: str, rows: int, columns: int, kind: str = "activation") -> Buffer:
        """Memory. Of kind "weight", "const" and "input" it is only read; "output", "kv-cache", "activation"."""
        if kind not in _KINDS:
            raise Error("Invalid", f"{name}: kind {kind!r}", f"give one of {', '.join(_KINDS)}.")
        if rows < 1 or columns < 1:
            raise Error("Invalid", f"{name} is {rows} x {columns}; expected 1 x 1 at least", "give its shape.")
        made = Buffer(len(self._buffers), name, rows, columns)
        self._buffers.append((made, _KINDS.index(kind)))
        return made

    def counter(self, name: str, init: int = 0, grows: bool = False) -> Counter:
        """A counter, set back to `init` before each step; with `grows` before the first alone."""
        made = Counter(len(self._counters), name)
        self._counters.append((made, init, grows))
        return made

    def task(self, label: str, *, op: Optional[str] = None, worker: Optional[int] = None,
             waits: Iterable[Wait] = (), reads: Iterable[Union[Buffer, Region]] = (),
             writes: Iterable[Union[Buffer, Region]] = (), accumulates: Iterable[Union[Buffer, Region]] = (),
             updates: Iterable[Union[Buffer, Region]] = (),
             signals: Iterable[Union[Counter, Signal]] = ()) -> int:
        """A task: it does its waits, then its accesses, then its signals. Returns its id."""
        accesses = tuple((kind, item[:] if isinstance(item, Buffer) else item)
                         for kind, items in ((_READ, reads), (_WRITE, writes), (_ACCUMULATE, accumulates),
                                             (_READ_WRITE, updates)) for item in items)
        self._tasks.append(_Task(
            op if op is not None else label.split("[")[0], label, worker, tuple(waits), accesses,
            tuple(item if isinstance(item, Signal) else Signal(item) for item in signals)))
        return len(self._tasks) - 1

    def program(self) -> str:
        """The graph lowered to the text of a program file."""
        from ._topic import Topic
        with Topic(self) as topic:
            return topic.text()

    def save(self, path: Union[str, "os.PathLike[str]"]) -> None:
        """Writes that program file: what `vrrl check` and the other commands take."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.program())

    def __len__(self) -> int:
        return len(self._tasks)

    def __repr__(self) -> str:
        return f"<Graph {self.name!r}: {len(self._tasks)} tasks, {len(self._counters)} counters>"

    # ---- For the library -----------------------------------------------------------------------------------------

    def _build(self, name: Optional[str]) -> Any:
        """The graph in C; the caller's."""
        library, graph = _library.library(), C.c_void_p()
        _library.call(library.vrrl_graph_create, _library.encode(name or self.name), C.byref(graph))
        try:
            self._add_names(graph)
            for index, task in enumerate(self._tasks):
                self._add_task(graph, index, task)
            _library.call(library.vrrl_graph_finish, graph)
        except Exception:
            library.vrrl_graph_free(graph)
            raise
        return graph

    def _add_names(self, graph: Any) -> None:
        library = _library.library()
        for buffer, kind in self._buffers:
            row = _library.GraphBuffer(id=buffer.index, name=_text(graph, buffer.name), kind=kind, rows=buffer.rows,
                                       columns=buffer.columns)
            _library.call(library.vrrl_graph_add_buffer, graph, C.byref(row))
        for counter, init, grows in self._counters:
            item = _library.GraphCounter(id=counter.index, init=_word(counter.name, init), grows=grows, named=True,
                                         note=_text(graph, counter.name))
            _library.call(library.vrrl_graph_add_counter, graph, C.byref(item))
        _library.call(library.vrrl_graph_index, graph)

    def _add_task(self, graph: Any, index: int, task: _Task) -> None:
        library = _library.library()
        digest = hashlib.blake2b(f"{index}\0{task.op}\0{task.label}".encode(), digest_size=8).digest()
        row = _library.GraphTask(
            id=index, op=_text(graph, task.op), label=_text(graph, task.label),
            worker=_library.NONE if task.worker is None else _word(f"worker of {task.label}", task.worker),
            identity=int.from_bytes(digest, "little"), inputs=_library.NOT_LISTED, outputs=_library.NOT_LISTED)
        _library.call(library.vrrl_graph_add_task, graph, C.byref(row))
        for wait in task.waits:
            item = _library.GraphWait(
                counter=self._known(wait.counter), threshold=_word(task.label, wait.value),
                growth=_word(task.label, wait.growth), order=0 if wait.relaxed else _SYNC, scope=_DEVICE,
                equal=wait.equal)
            _library.call(library.vrrl_graph_add_wait, graph, C.byref(item))
        for kind, region in task.accesses:
            span = _library.GraphRange(buffer=region.buffer, row_first=region.rows[0], row_end=region.rows[1],
                                       column_first=region.columns[0], column_end=region.columns[1])
            _library.call(library.vrrl_graph_add_access, graph, C.byref(span), kind, len(task.waits))
        for signal in task.signals:
            sent = _library.GraphSignal(counter=self._known(signal.counter), amount=_word(task.label, signal.amount),
                                        order=0 if signal.relaxed else _SYNC, scope=_DEVICE)
            _library.call(library.vrrl_graph_add_signal, graph, C.byref(sent))

    def _known(self, counter: Counter) -> int:
        """A counter of another graph would be some counter of this one."""
        if counter.index >= len(self._counters) or self._counters[counter.index][0] is not counter:
            raise Error("Invalid", f"counter {counter.name!r} is of another graph", "use one of this graph.")
        return counter.index


def _word(what: str, value: int) -> int:
    if not 0 <= value < _library.NONE:
        raise Error("Invalid", f"{what}: {value}; expected 0 to 2^32 - 2", "give such a number.")
    return value
