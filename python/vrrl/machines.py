"""The descriptions of machines that come with the package: examples to begin with, and what the tutorial uses."""

from __future__ import annotations

import pathlib
from typing import List

from ._error import Error

_FOLDERS = (pathlib.Path(__file__).with_name("machine_files"),
            pathlib.Path(__file__).resolve().parents[2] / "examples" / "machines")


def _folder() -> pathlib.Path:
    for folder in _FOLDERS:
        if folder.is_dir():
            return folder
    raise Error("NotFound", "the descriptions that come with vrrl are not there", "install the wheel again.")


def machines() -> List[str]:
    """Their names."""
    return sorted(path.stem for path in _folder().glob("*.mkd"))


def machine(name: str) -> str:
    """The path of one, for `check(..., machine=vrrl.machine("hazy-latency"))`."""
    if name not in machines():
        raise Error("NotFound", f"no description is called {name!r}", f"give one of {', '.join(machines())}.")
    return str(_folder() / f"{name}.mkd")
