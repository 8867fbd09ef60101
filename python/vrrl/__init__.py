"""vrrl: races and deadlocks of GPU megakernels' schedules, from Python.

    import vrrl
    print(vrrl.check(instructions, machine="mine.mkd"))

docs/python.md is the tutorial. Calls do what the commands of the tool do, results print what it prints, and nothing
that is given is copied. What cannot be read or done raises `Error`; a verdict is a result.
"""

from ._api import check, diff, explain, explore, record, replay, shrink
from ._error import Error, Interrupted
from ._tensor import View as _View, npy as _npy
from ._version import __version__
from .graph import Buffer, Counter, Graph, Region, Signal, Wait
from .log import Log, Record
from .machines import machine, machines
from .program import Program, Word
from .results import (CheckResult, Defect, DiffResult, ExplainResult, ExploreResult, Finding, Progress, RecordResult,
                      ReplayResult, Result, ShrinkResult)

__all__ = [
    "Buffer", "CheckResult", "Counter", "Defect", "DiffResult", "Error", "ExplainResult", "ExploreResult", "Finding",
    "Graph", "Interrupted", "Log", "Program", "Progress", "Record", "RecordResult", "Region", "ReplayResult", "Result",
    "ShrinkResult", "Signal", "Wait", "Word", "__version__", "check", "diff", "explain", "explore", "machine",
    "machines", "record", "replay", "save_tensor", "shrink",
]


def save_tensor(tensor: object, path: str) -> None:
    """Writes a tensor as NumPy's file, for the tool; NumPy is not needed."""
    view = _View(tensor, path)
    try:
        with open(path, "wb") as file:
            file.write(_npy(view))
    finally:
        view.close()
