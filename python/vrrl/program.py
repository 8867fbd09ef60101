"""Programs of slots built in Python, or given as the text of a program file (.mk): docs/program-files.md.

    program = Program("message")
    data, flag, seen = program.word("data"), program.word("flag"), program.word("seen", observable=True)
    with program.epoch():
        program.slot("writer", ("STORE_U32", 42, data), ("SIGNAL", flag, 1))
        program.slot("reader", ("WAIT_GE", flag, 1), ("LOAD_U32", data, seen))
        program.expect(seen, 42)
    print(vrrl.check(program))

The library reads the text, and says what is wrong with it, by line, where it is asked about the program.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from typing import Iterator, List, Optional, Tuple, Union

from ._error import Error

__all__ = ["Program", "Word"]


def _name(text: str) -> str:
    """As the language has any name: in backquotes."""
    if not text or "`" in text or any(ord(c) < 32 for c in text):
        raise Error("Invalid", f"{text!r} is no name", "leave backquotes and control characters out.")
    return f"`{text}`"


@dataclass(frozen=True)
class Word:
    """Words of memory: `data`, `data[3]`, `data[2:6]`, `data + 3`."""

    text: str

    def __getitem__(self, key: Union[int, slice]) -> "Word":
        if isinstance(key, slice):
            if key.start is None or key.stop is None or key.step is not None:
                raise Error("Invalid", f"{self.text}: a range has two ends and no step", "write data[2:6].")
            return Word(f"{self.text}[{key.start}:{key.stop}]")
        return Word(f"{self.text}[{key}]")

    def __add__(self, words: int) -> "Word":
        return Word(f"{self.text} + {words}")

    def __str__(self) -> str:
        return self.text


Operand = Union[Word, int, float, str]
Operation = Tuple[Operand, ...]


def _operand(value: Operand) -> str:
    if isinstance(value, float):
        text = repr(value)
        return text if "." in text or "e" in text else text + ".0"
    return str(value)


def _operation(operation: Operation) -> str:
    """An opcode, and its operands in order."""
    head, operands = str(operation[0]), ", ".join(_operand(value) for value in operation[1:])
    return f"{head} {operands}".rstrip()


class Program:
    """A program file that grows; `str(program)` is its text."""

    def __init__(self, name: str = "program", workers: Optional[str] = None) -> None:
        """`workers` as the language has it: "pool" (without), "serial 4", "pipelined 2 depth 3"."""
        self.name = f"{name}.mk"
        self._lines: List[str] = [f'program "{name}"'] if '"' not in name and name.isprintable() else []
        self._depth = 0
        if workers is not None:
            self.line(f"workers {workers}")

    @classmethod
    def parse(cls, text: str, name: str = "program.mk") -> "Program":
        """What the text of a program file says."""
        made = cls()
        made.name = name
        made._lines = text.splitlines()
        return made

    def line(self, text: str) -> None:
        """Any statement of the language."""
        if "\n" in text or "\r" in text:
            raise Error("Invalid", "a statement is one line", "call line() for each.")
        self._lines.append("    " * self._depth + text)

    def word(self, name: str, *, observable: bool = False, init: Optional[int] = None) -> Word:
        """One word of user memory, or of the observable words."""
        self.line(f"word {_name(name)}{' in observable' if observable else ''}")
        if init is not None:
            self.line(f"init {_name(name)} = {init}")
        return Word(_name(name))

    def words(self, name: str, count: int, *, observable: bool = False) -> Word:
        """So many of them."""
        self.line(f"words {_name(name)}[{count}]{' in observable' if observable else ''}")
        return Word(_name(name))

    @contextlib.contextmanager
    def epoch(self, times: int = 1) -> Iterator[None]:
        """An epoch: slots that are published together, in no order but what they make."""
        with self._block("epoch" if times == 1 else f"epoch times {times}"):
            yield

    @contextlib.contextmanager
    def prologue(self) -> Iterator[None]:
        """What the host does before it publishes: `line("STORE_U32 0, flag")`."""
        with self._block("prologue"):
            yield

    @contextlib.contextmanager
    def _block(self, head: str) -> Iterator[None]:
        self.line(head)
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            self.line("end")

    def slot(self, label: str, *operations: Operation, on: Optional[int] = None) -> None:
        """A slot: one operation, or several that are packed, each an opcode and its operands."""
        if not operations:
            raise Error("Invalid", f"slot {label!r} does nothing", "give an operation, as (\"NOP\",).")
        body = " then ".join(_operation(operation) for operation in operations)
        packed = "pack " if len(operations) > 1 else ""
        self.line(f"{_name(label)}: {packed}{body}{'' if on is None else f' on {on}'}")

    def expect(self, word: Word, *values: int) -> None:
        """What the word must be when the epoch has ended: any of these."""
        listed = ", ".join(str(value) for value in values)
        self.line(f"expect {word} == {listed}" if len(values) == 1 else f"expect {word} any of {listed}")

    def save(self, path: Union[str, "os.PathLike[str]"]) -> None:
        """Writes the program file, for the tool."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(str(self))

    def __str__(self) -> str:
        return "\n".join(self._lines) + "\n"

    def __repr__(self) -> str:
        return f"<Program {self.name!r}: {len(self._lines)} lines>"
