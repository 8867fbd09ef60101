"""The plugin for pytest: a marked test, or a fixture, that fails with the report and the command that repeats it.

    @pytest.mark.vrrl(machine="mine.mkd")
    def test_schedule():
        return build_schedule()         # a tensor, a graph, a program, a path: what vrrl.check takes

    def test_two(vrrl_check):
        result = vrrl_check(build_schedule(), machine="mine.mkd")
        assert result.answer["result"]["task_count"] == 412

What has no path is kept below .pytest_cache where the check fails, and the command names it. Options of the mark and of
the fixture are those of vrrl.check, and `allow`: verdicts that pass besides "safe", such as ("not-known",).
"""

from __future__ import annotations

import os
import pathlib
import re
from typing import Any, Callable, Generator, List, Mapping, Optional, Tuple

import pytest

from . import _api, _tensor
from ._error import Error
from ._topic import command_words, name_of
from .graph import Graph
from .program import Program
from .results import CheckResult


class VrrlFailure(Exception):
    """A check that did not pass; its text is the whole report."""


def _file_name(node: str, count: int, ending: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", node).strip("-.")
    return f"{plain[-120:]}{f'-{count}' if count > 1 else ''}{ending}"


def _save(source: Any, folder: pathlib.Path, node: str, count: int) -> str:
    """Puts what has no path into a file; the path of what has one."""
    if isinstance(source, (str, os.PathLike)):
        return os.fspath(source)
    if isinstance(source, (Graph, Program)):
        path = folder / _file_name(node, count, ".mk")
        source.save(path)
    elif isinstance(source, (bytes, bytearray)):
        path = folder / _file_name(node, count, ".json" if source.lstrip()[:1] == b"{" else ".mk")
        path.write_bytes(source)
    else:
        path = folder / _file_name(node, count, ".npy")
        view = _tensor.View(source, path.name)
        path.write_bytes(_tensor.npy(view))
        view.close()
    return os.path.relpath(path)


def _words(name: str, tables: Mapping[str, Any], options: Mapping[str, Any]) -> str:
    """What commands call the source, under a name and with these tables."""
    machine, rules, names = (os.fspath(options[key]) if options.get(key) is not None else None
                             for key in ("machine", "rules", "names"))
    return command_words(name, machine, options.get("set") or {}, tables, options.get("assign"),
                         options.get("pipelined"), options.get("resident"), names=names, rules=rules)


def _failure(result: CheckResult, source: Any, options: Mapping[str, Any], folder: pathlib.Path, node: str,
             count: int) -> VrrlFailure:
    """The report, whose commands name the files in which the source and its tables are kept."""
    tables = options.get("tables") or {}
    saved = {name: _save(item, folder, f"{node}-{name}", count) for name, item in tables.items()}
    said = _words(options.get("name") or name_of(source), tables, options)
    kept = _words(_save(source, folder, node, count), saved, options)
    report = str(result).replace(f"vrrl replay {said} --", f"vrrl replay {kept} --")
    more = [f"--{name} {options[name]}" for name in ("steps", "states", "time") if options.get(name) is not None]
    if options.get("dispatch") is not None:
        more.append("--workers {} --schedulers {}".format(*options["dispatch"]))
    more += [f"--{name.replace('_', '-')}" for name in ("as_run", "advise") if options.get(name)]
    return VrrlFailure(f"{report}\n\nagain: {' '.join(['vrrl check', kept, *more])}")


class Checker:
    """What the fixture `vrrl_check` is: vrrl.check that fails the test."""

    def __init__(self, folder: Callable[[], pathlib.Path], node: str) -> None:
        self._folder = folder
        self._node = node
        self._count = 0

    def __call__(self, source: Any, *, allow: Tuple[str, ...] = (), **options: Any) -> CheckResult:
        self._count += 1
        result = _api.check(source, **options)
        if result.ok or result.verdict in allow:
            return result
        raise _failure(result, source, options, self._folder(), self._node, self._count)


def pytest_configure(config: "pytest.Config") -> None:
    config.addinivalue_line(
        "markers", "vrrl(machine=None, set=None, allow=(), ...): check what the test returns by vrrl.check, whose "
                   "options these are; the test fails with the report unless it is safe")


def _checker(item: "pytest.Item") -> Checker:
    def folder() -> pathlib.Path:
        cache = item.config.cache
        if cache is None:  # -p no:cacheprovider
            raise VrrlFailure("pytest has no cache, where what failed is kept")
        return pathlib.Path(cache.mkdir("vrrl"))

    return Checker(folder, item.nodeid)


@pytest.fixture
def vrrl_check(request: "pytest.FixtureRequest") -> Checker:
    """vrrl.check, which fails the test with the report and the command that repeats it."""
    return _checker(request.node)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: "pytest.Function") -> Optional[bool]:
    """A marked test returns what is to be checked."""
    mark = pyfuncitem.get_closest_marker("vrrl")
    if mark is None:
        return None
    names = pyfuncitem._fixtureinfo.argnames
    source = pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names})
    if source is None:
        raise VrrlFailure("a test marked vrrl returns what is to be checked, and this one returned None")
    _checker(pyfuncitem)(source, **mark.kwargs)
    return True


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: "pytest.Item", call: "pytest.CallInfo[None]") -> Generator[None, Any, None]:
    """The report alone, without the frames of this file."""
    outcome = yield
    error = call.excinfo.value if call.excinfo is not None else None
    if isinstance(error, (VrrlFailure, Error)) and item.get_closest_marker("vrrl") is not None:
        outcome.get_result().longrepr = str(error)
    elif isinstance(error, VrrlFailure):
        outcome.get_result().longrepr = _where(call) + str(error)


def _where(call: "pytest.CallInfo[None]") -> str:
    """The line of the test that asked."""
    ours = (os.path.dirname(pytest.__file__), os.path.dirname(os.path.abspath(__file__)))
    lines: List[str] = []
    traceback: Any = call.excinfo.traceback if call.excinfo is not None else ()
    for entry in traceback:
        path = str(entry.path)
        if not path.startswith(ours) and "/_pytest/" not in path and "/pluggy/" not in path:
            lines.append(f"{path}:{entry.lineno + 1}\n\n")
    return lines[-1] if lines else ""
