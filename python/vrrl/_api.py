"""The calls: what each command of the tool does, of anything that vrrl takes."""

from __future__ import annotations

import ctypes
import json
import os
import time as clock
from typing import Any, Callable, Iterable, Mapping, Optional, Sequence, Tuple, Type, TypeVar, Union

from . import _library
from ._call import Latest, Stop, milliseconds, run
from ._error import Error
from ._topic import Topic, number
from .graph import Graph
from .program import Program
from .results import (CheckResult, DiffResult, ExplainResult, ExploreResult, Finding, Progress, RecordResult,
                      ReplayResult, Result, ShrinkResult)

C = ctypes
Path = Union[str, "os.PathLike[str]"]
#: A path, a tensor (with a machine), a graph, a program, or the bytes of a file of the two.
Source = Union[Path, Graph, Program, bytes, Any]
Workers = Union[int, Tuple[int, int]]
R = TypeVar("R", bound=Result)


def _take(kind: Type[R], reply: Any, also: Optional[str], more: Mapping[str, Any]) -> R:
    """The Python object of a reply, which is freed. `also`: a text that only some commands have, and its field."""
    library = _library.library()
    fields = dict(more)
    try:
        verdict = library.vrrl_reply_verdict(reply)
        answer = json.loads(_library.decode(library.vrrl_reply_json(reply)))
        if also is not None:
            text = getattr(library, f"vrrl_reply_{also}")(reply)
            fields["svg" if also == "picture" else also] = _library.decode(text) if text is not None else None
        return kind(verdict=_library.decode(library.vrrl_answer_word(verdict)),
                    exit_code=library.vrrl_answer_exit(verdict),
                    report=_library.decode(library.vrrl_reply_text(reply)), answer=answer,
                    findings=tuple(Finding.of(row) for row in answer["findings"]), **fields)
    finally:
        library.vrrl_reply_free(reply)


def _ask(kind: Type[R], function: Callable[..., int], topics: Sequence[Topic], arguments: Sequence[Any],
         stop: Optional[Stop] = None, poll: Optional[Callable[[], None]] = None, also: Optional[str] = None,
         **more: Any) -> R:
    """Asks in a thread of its own, which holds on to the topics and the arguments, also where it is left alone."""
    def work() -> R:
        reply = C.c_void_p()
        _library.call(function, *[topic.pointer for topic in topics], *arguments, C.byref(reply))
        return _take(kind, reply, also, more)

    result: R = run(work, stop, poll)
    return result


# ---- Check ------------------------------------------------------------------------------------------------------

def check(source: Source, *, machine: Optional[Path] = None, set: Optional[Mapping[str, int]] = None,
          tables: Optional[Mapping[str, Any]] = None, assign: Optional[str] = None,
          pipelined: Optional[int] = None, resident: Optional[int] = None, steps: Optional[int] = None,
          rules: Optional[Path] = None, dispatch: Optional[Tuple[int, int]] = None, states: Optional[int] = None,
          time: Optional[float] = None, as_run: bool = False, advise: bool = False, names: Optional[Path] = None,
          name: Optional[str] = None) -> CheckResult:
    """Races and deadlocks of a tensor, a task graph, a program or a recording, as `vrrl check` says them.

    machine, set, tables  what a tensor's instructions mean: a description (.mkd), its constants, and its tables, which
                          are paths or tensors
    assign, pipelined, resident  the queues of a task graph: "rr:8" or a file; entries in flight; resident queues
    steps    of a task graph: so many, where later ones differ (2)
    rules    of Mirage's graphs: what its own declarations leave out (docs/task-graphs.md)
    dispatch  of the same: (workers, schedulers); (workers, 0): it is not looked at
    states   of the search of all executions, of programs: at most so many (1,000,000)
    time     seconds, at most; the result tells what was not done by then
    as_run   of a recording: what its run ordered counts, too
    advise   of a task graph: how many resident workers it needs, and which waits nobody needs
    names    of a log or a recording: a file of what it calls opcodes and words (docs/names.md)
    name     what messages and commands call what has no path
    """
    options = _library.sized(_library.AskCheckOptions, milliseconds=milliseconds(time), as_run=bool(as_run),
                             advise=bool(advise))
    if states is not None:
        options.states = number("states", states, 1, (1 << 64) - 1)
    if steps is not None:
        options.steps = number("steps", steps, 1, 1 << 20)
    about = Topic(source, machine=machine, set=set, tables=tables, assign=assign, pipelined=pipelined,
                    resident=resident, rules=rules, dispatch=dispatch, names=names, name=name)
    return _ask(CheckResult, _library.library().vrrl_ask_check, [about], [C.pointer(options)])


# ---- Search -----------------------------------------------------------------------------------------------------

def _named(what: str, value: str, find: Callable[..., bool], names: str) -> int:
    found = C.c_int()
    text = _library.encode(value)
    if not find(text, len(text), C.byref(found)):
        raise Error("Invalid", f"no {what} is called {value!r}", f"give one of {names}.")
    return found.value


def _cells(models: Optional[Iterable[str]], workers: Optional[Workers]) -> Any:
    """The cells of a search: models, and a number of workers or the first and the last."""
    cells = _library.Cells()
    if isinstance(models, str):
        models = (models,)
    for model in models or ():
        find = _library.library().vrrl_memory_model_named
        cells.models |= 1 << _named("memory model", model, find, "sc, tso, view")
    if workers is not None:
        first, last = (workers, workers) if isinstance(workers, int) else workers
        cells.workers_first = number("workers", first, 1, 65536)
        cells.workers_last = number("workers", last, cells.workers_first, 65536)
    return cells


def _setup(seed: int, in_flight: Optional[int], step_limit: Optional[int]) -> Any:
    setup = _library.Setup(seed=number("seed", seed, 0, (1 << 64) - 1))
    if in_flight is not None:
        setup.in_flight = number("in_flight", in_flight, 1, _library.NONE)
    if step_limit is not None:
        setup.step_limit = number("step_limit", step_limit, 1, _library.NONE)
    return setup


def _progress(raw: Any) -> Progress:
    return Progress(schedules=raw.schedules, distinct=raw.distinct, failures=raw.failures, defects=raw.defects,
                    seconds=raw.seconds)


def explore(source: Source, *, machine: Optional[Path] = None, set: Optional[Mapping[str, int]] = None,
            tables: Optional[Mapping[str, Any]] = None, assign: Optional[str] = None,
            pipelined: Optional[int] = None, resident: Optional[int] = None, steps: Optional[int] = None,
            rules: Optional[Path] = None, strategy: str = "mix", schedules: Optional[int] = None,
            time: Optional[float] = None, models: Optional[Iterable[str]] = None, workers: Optional[Workers] = None,
            seed: int = 1, in_flight: Optional[int] = None, step_limit: Optional[int] = None,
            depth: Optional[int] = None, bound: Optional[int] = None, jobs: int = 1, stop_first: bool = False,
            outcomes: Sequence[str] = (), progress: Optional[Callable[[Progress], None]] = None,
            names: Optional[Path] = None, name: Optional[str] = None) -> ExploreResult:
    """Runs a program under many schedules and shows those that fail, as `vrrl explore` does.

    strategy  "mix", "random", "pct", "starve", "preempt" or "exhaustive"
    schedules, time  how many (10,000), and seconds, at most
    models, workers  the cells: memory models (all of "sc", "tso", "view"), and a number of workers, or (first, last)
    outcomes  names of words whose final values are listed
    progress  called in this thread, ten times a second at most. What it raises ends the search

    Ctrl-C ends the search and raises vrrl.Interrupted, whose `result` is what was found by then. The other options
    are those of the tool: vrrl-explore(1).
    """
    library = _library.library()
    about = Topic(source, machine=machine, set=set, tables=tables, assign=assign, pipelined=pipelined,
                    resident=resident, steps=steps, rules=rules, names=names, name=name)
    stop = Stop()
    words = [word for given in outcomes for word in about.words(given)]
    options = _library.sized(
        _library.ExploreOptions, setup=_setup(seed, in_flight, step_limit), cells=_cells(models, workers),
        strategy=_named("strategy", strategy, library.vrrl_strategy_named,
                        "mix, random, pct, starve, preempt, exhaustive"),
        milliseconds=milliseconds(time), jobs=number("jobs", jobs, 1, 1024), stop_first=bool(stop_first),
        stop=stop.pointer, outcome_words=(C.c_uint32 * max(len(words), 1))(*words),
        outcome_word_count=len(words))
    for what, value in (("schedules", schedules), ("depth", depth), ("bound", bound)):
        if value is not None:
            setattr(options, what, number(what, value, 1, _library.NONE))
    latest = Latest(progress, _progress) if progress is not None else None
    if latest is not None:
        options.progress = C.cast(latest.callback, C.c_void_p)
    return _ask(ExploreResult, library.vrrl_ask_explore, [about], [C.pointer(options)], stop=stop,
                poll=latest.poll if latest is not None else None)


def _failure(schedule: Optional[str], models: Optional[Iterable[str]], workers: Optional[Workers], seed: int,
             in_flight: Optional[int], step_limit: Optional[int], schedules: Optional[int]) -> Any:
    source = _library.FailureSource(setup=_setup(seed, in_flight, step_limit), cells=_cells(models, workers))
    if schedule is not None:
        source.schedule = _library.encode(schedule)
    if schedules is not None:
        source.schedules = number("schedules", schedules, 1, _library.NONE)
    return source


def _ask_of_failure(kind: Type[R], function: Callable[..., int], options: Any, about: Topic, time: Optional[float],
                    failure: Any, also: str) -> R:
    stop = Stop()
    how = _library.sized(options, milliseconds=milliseconds(time), stop=stop.pointer, failure=failure)
    return _ask(kind, function, [about], [C.pointer(how)], stop=stop, also=also)


def explain(source: Source, *, machine: Optional[Path] = None, set: Optional[Mapping[str, int]] = None,
            tables: Optional[Mapping[str, Any]] = None, assign: Optional[str] = None,
            pipelined: Optional[int] = None, resident: Optional[int] = None, steps: Optional[int] = None,
            rules: Optional[Path] = None, schedule: Optional[str] = None, schedules: Optional[int] = None,
            time: Optional[float] = None,
            models: Optional[Iterable[str]] = None, workers: Optional[Workers] = None, seed: int = 1,
            in_flight: Optional[int] = None, step_limit: Optional[int] = None,
            names: Optional[Path] = None, name: Optional[str] = None) -> ExplainResult:
    """Why a program fails, and which repair helps, as `vrrl explain` says it; `svg` is its picture.

    schedule  a schedule string that fails; without, the first failure that exploring finds. The other options are those
              of `explore`. Ctrl-C as there.
    """
    about = Topic(source, machine=machine, set=set, tables=tables, assign=assign, pipelined=pipelined,
                    resident=resident, steps=steps, rules=rules, names=names, name=name)
    failure = _failure(schedule, models, workers, seed, in_flight, step_limit, schedules)
    return _ask_of_failure(ExplainResult, _library.library().vrrl_ask_explain, _library.ExplainOptions, about, time, failure,
                           also="picture")


def shrink(source: Source, *, machine: Optional[Path] = None, set: Optional[Mapping[str, int]] = None,
           tables: Optional[Mapping[str, Any]] = None, assign: Optional[str] = None,
           pipelined: Optional[int] = None, resident: Optional[int] = None, steps: Optional[int] = None,
           rules: Optional[Path] = None, schedule: Optional[str] = None, schedules: Optional[int] = None,
           time: Optional[float] = None,
           models: Optional[Iterable[str]] = None, workers: Optional[Workers] = None, seed: int = 1,
           in_flight: Optional[int] = None, step_limit: Optional[int] = None,
           names: Optional[Path] = None, name: Optional[str] = None) -> ShrinkResult:
    """The smallest program that still fails in the same way, as `vrrl shrink` finds it; options as of `explain`."""
    about = Topic(source, machine=machine, set=set, tables=tables, assign=assign, pipelined=pipelined,
                    resident=resident, steps=steps, rules=rules, names=names, name=name)
    failure = _failure(schedule, models, workers, seed, in_flight, step_limit, schedules)
    return _ask_of_failure(ShrinkResult, _library.library().vrrl_ask_shrink, _library.ShrinkOptions, about, time, failure,
                           also="program")


# ---- Runs -------------------------------------------------------------------------------------------------------

def _run_options(backend: str, workers: int, claim: str, seed: int, timeout: Optional[float],
                 time: Optional[float], stop: Stop) -> Any:
    driver = C.c_void_p()
    _library.call(_library.library().vrrl_driver_find, _library.encode(backend), C.byref(driver))
    if claim not in ("scan", "random"):
        raise Error("Invalid", f"claim is {claim!r}; expected 'scan' or 'random'", "give one of them.")
    options = _library.sized(
        _library.RunOptions, driver=driver, workers=number("workers", workers, 1, 1024),
        claim=int(claim == "random"), seed=number("seed", seed, 0, (1 << 64) - 1),
        timeout_ms=milliseconds(timeout, "timeout"), interrupt=stop.pointer)
    if time is not None:
        options.until_ns = clock.monotonic_ns() + milliseconds(time) * 1_000_000
    return options


def record(source: Source, path: Path, *, machine: Optional[Path] = None,
           set: Optional[Mapping[str, int]] = None, tables: Optional[Mapping[str, Any]] = None,
           assign: Optional[str] = None, pipelined: Optional[int] = None, resident: Optional[int] = None,
           steps: Optional[int] = None, rules: Optional[Path] = None, backend: str = "threads", workers: int = 2,
           claim: str = "scan", seed: int = 1, timeout: Optional[float] = 60.0, time: Optional[float] = None,
           name: Optional[str] = None) -> RecordResult:
    """Runs a program once and records the run at `path`, as `vrrl record` does. Ctrl-C cuts it."""
    about = Topic(source, machine=machine, set=set, tables=tables, assign=assign, pipelined=pipelined,
                    resident=resident, steps=steps, rules=rules, name=name)
    stop = Stop()
    options = _run_options(backend, workers, claim, seed, timeout, time, stop)
    target = os.fspath(path)
    return _ask(RecordResult, _library.library().vrrl_ask_record, [about],
                [_library.encode(target), C.pointer(options), None], stop=stop, path=target)


def replay(source: Source, *, schedule: Optional[str] = None, backend: str = "reference", workers: int = 2,
           claim: str = "scan", seed: int = 1, timeout: Optional[float] = 60.0, machine: Optional[Path] = None,
           set: Optional[Mapping[str, int]] = None, tables: Optional[Mapping[str, Any]] = None,
           assign: Optional[str] = None, pipelined: Optional[int] = None, resident: Optional[int] = None,
           steps: Optional[int] = None, rules: Optional[Path] = None, names: Optional[Path] = None,
           name: Optional[str] = None) -> ReplayResult:
    """Runs a recording or a log again and compares, as `vrrl replay` does.

    With a schedule string any source is run by it, and compared with the reference's run; backend, workers, claim,
    seed and timeout say nothing then.
    """
    about = Topic(source, machine=machine, set=set, tables=tables, assign=assign, pipelined=pipelined,
                    resident=resident, steps=steps, rules=rules, names=names, name=name)
    stop = Stop()
    options = _run_options(backend, workers, claim, seed, timeout, None, stop)
    if schedule is not None:
        options.schedule = _library.encode(schedule)
    return _ask(ReplayResult, _library.library().vrrl_ask_replay, [about], [C.pointer(options)], stop=stop)


def diff(a: Path, b: Path, *, names: Optional[Path] = None) -> DiffResult:
    """Where two recordings of one program part, as `vrrl diff` says it."""
    return _ask(DiffResult, _library.library().vrrl_ask_diff, [Topic(a, names=names), Topic(b, names=names)], [])
