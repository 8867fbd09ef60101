"""The shared library: where it is, the structs that it is given, the functions that it has.

Structs are those of the C headers of this version, field by field; tests/python/layouts.c holds them to that.
Nothing here is public.
"""

from __future__ import annotations

import ctypes
import os
import pathlib
from typing import Any, Callable, Optional

from ._error import Error
from ._version import __version__

NONE = 0xFFFFFFFF  # no such worker, task, slot
NOT_LISTED = 0xFFFF  # VRRL_GRAPH_NOT_LISTED
DIMS_MAX = 8


def _struct(name: str, *fields: tuple[str, Any]) -> Any:
    return type(name, (ctypes.Structure,), {"_fields_": list(fields)})


C = ctypes
_pointer = C.c_void_p
_text = C.c_char_p

CError = _struct("vrrl_error", ("code", C.c_int), ("sys_errno", C.c_int32), ("found", C.c_uint64),
                 ("expected", C.c_uint64), ("text", C.c_char * 768), ("fix", C.c_char * 384))
TensorView = _struct("vrrl_tensor_view", ("name", _text), ("words", _pointer),
                     ("dims", C.POINTER(C.c_uint64)), ("rank", C.c_uint32), ("is_signed", C.c_bool))
MachineConst = _struct("vrrl_machine_const", ("name", _text), ("value", C.c_int64))
MachineTable = _struct("vrrl_machine_table", ("name", _text), ("path", _text),
                       ("view", C.POINTER(TensorView)))
MachineOptions = _struct("vrrl_machine_options", ("size", C.c_size_t), ("description", _text),
                         ("consts", C.POINTER(MachineConst)), ("const_count", C.c_uint32),
                         ("tables", C.POINTER(MachineTable)), ("table_count", C.c_uint32))
AssignOptions = _struct("vrrl_assign_options", ("size", C.c_size_t), ("assign", _text),
                        ("pipelined", C.c_uint32), ("resident", C.c_uint32))
ImportOptions = _struct("vrrl_import_options", ("size", C.c_size_t), ("rules", _text), ("workers", C.c_uint32),
                        ("schedulers", C.c_uint32), ("pool", C.c_bool), ("first_step", C.c_uint32))
TopicOptions = _struct("vrrl_topic_options", ("size", C.c_size_t), ("command", _text),
                         ("machine", C.POINTER(MachineOptions)), ("assign", C.POINTER(AssignOptions)),
                         ("bare", _pointer), ("steps", C.c_uint32), ("import", C.POINTER(ImportOptions)),
                       ("names", _pointer))
AskCheckOptions = _struct("vrrl_ask_check_options", ("size", C.c_size_t), ("states", C.c_uint64),
                          ("milliseconds", C.c_uint32), ("steps", C.c_uint32), ("as_run", C.c_bool),
                          ("advise", C.c_bool))
Setup = _struct("vrrl_setup", ("grain", C.c_int), ("model", C.c_int), ("workers", C.c_uint32),
                ("in_flight", C.c_uint32), ("step_limit", C.c_uint32), ("seed", C.c_uint64))
Cells = _struct("vrrl_cells", ("models", C.c_uint32), ("workers_first", C.c_uint32),
                ("workers_last", C.c_uint32))
FailureSource = _struct("vrrl_failure_source", ("schedule", _text), ("setup", Setup), ("cells", Cells),
                        ("schedules", C.c_uint32), ("mutation", _text))
ExploreProgress = _struct("vrrl_explore_progress", ("schedules", C.c_uint64), ("distinct", C.c_uint64),
                          ("failures", C.c_uint64), ("defects", C.c_uint32), ("seconds", C.c_double),
                          ("ordered_pairs", C.c_uint64), ("pairs", C.c_uint64))
ExploreOptions = _struct(
    "vrrl_explore_options", ("size", C.c_size_t), ("strategy", C.c_int), ("setup", Setup),
    ("cells", Cells), ("schedules", C.c_uint64), ("milliseconds", C.c_uint32),
    ("memory_mib", C.c_uint32), ("depth", C.c_uint32), ("bound", C.c_uint32), ("jobs", C.c_uint32),
    ("stop_first", C.c_bool), ("check_determinism", C.c_bool), ("no_schedules", C.c_bool),
    ("mutation", _text), ("stop", C.POINTER(C.c_bool)), ("outcome_words", C.POINTER(C.c_uint32)),
    ("outcome_word_count", C.c_uint32), ("progress", _pointer), ("progress_context", _pointer))
ExplainOptions = _struct(
    "vrrl_explain_options", ("size", C.c_size_t), ("failure", FailureSource), ("keep", C.c_bool),
    ("milliseconds", C.c_uint32), ("stop", C.POINTER(C.c_bool)), ("progress", _pointer),
    ("progress_context", _pointer))
ShrinkOptions = _struct(
    "vrrl_shrink_options", ("size", C.c_size_t), ("failure", FailureSource),
    ("milliseconds", C.c_uint32), ("slot_runs", C.c_uint64), ("stop", C.POINTER(C.c_bool)),
    ("progress", _pointer), ("progress_context", _pointer))
RunOptions = _struct(
    "vrrl_run_options", ("size", C.c_size_t), ("driver", _pointer), ("workers", C.c_uint32),
    ("claim", C.c_int), ("seed", C.c_uint64), ("schedule", _text), ("timeout_ms", C.c_uint32),
    ("until_ns", C.c_uint64), ("stop", C.POINTER(C.c_bool)), ("interrupt", C.POINTER(C.c_bool)),
    ("progress", _pointer), ("progress_context", _pointer), ("prepare", _pointer),
    ("prepare_context", _pointer))
LogVerdict = _struct(
    "vrrl_log_verdict", ("condition", C.c_uint32), ("record", C.c_uint64), ("damaged", C.c_uint64),
    ("live", C.c_uint64), ("empty", C.c_uint64), ("file_bytes", C.c_uint64), ("capacity", C.c_uint64),
    ("stored_next", C.c_uint64), ("flags", C.c_uint32))
GraphBuffer = _struct(
    "vrrl_graph_buffer", ("id", C.c_uint32), ("name", C.c_uint32), ("kind", C.c_int),
    ("rows", C.c_uint64), ("columns", C.c_uint64), ("internal", C.c_bool),
    ("scattered", C.c_bool), ("space", C.c_uint8), ("rank", C.c_uint8),
    ("page_after", C.c_uint32), ("first_segment", C.c_uint32), ("row_pieces", C.c_uint32),
    ("column_pieces", C.c_uint32), ("row_cuts", C.c_uint32), ("column_cuts", C.c_uint32),
    ("word_after", C.c_uint32), ("column_words", C.c_uint32))
GraphCounter = _struct(
    "vrrl_graph_counter", ("id", C.c_uint32), ("init", C.c_uint32), ("grows", C.c_bool),
    ("named", C.c_bool), ("internal", C.c_bool), ("never", C.c_bool), ("by_host", C.c_bool),
    ("note", C.c_uint32), ("word_after", C.c_uint32), ("up_from", C.c_uint32),
    ("left_by", C.c_uint32), ("left_to", C.c_uint32), ("left_value", C.c_uint32))
GraphRange = _struct(
    "vrrl_graph_range", ("buffer", C.c_uint32), ("row_first", C.c_uint64), ("row_end", C.c_uint64),
    ("column_first", C.c_uint64), ("column_end", C.c_uint64), ("piece_row_first", C.c_uint32),
    ("piece_row_end", C.c_uint32), ("piece_column_first", C.c_uint32),
    ("piece_column_end", C.c_uint32))
GraphWait = _struct(
    "vrrl_graph_wait", ("counter", C.c_uint32), ("threshold", C.c_uint32), ("growth", C.c_uint32),
    ("order", C.c_uint8), ("scope", C.c_uint8), ("equal", C.c_bool))
GraphSignal = _struct("vrrl_graph_signal", ("counter", C.c_uint32), ("amount", C.c_uint32),
                      ("order", C.c_uint8), ("scope", C.c_uint8))
GraphTask = _struct(
    "vrrl_graph_task", ("id", C.c_uint32), ("op", C.c_uint32), ("label", C.c_uint32),
    ("worker", C.c_uint32), ("place", C.c_uint32), ("identity", C.c_uint64),
    ("inputs", C.c_uint16), ("outputs", C.c_uint16), ("instruction", C.c_uint32),
    ("first_access", C.c_uint32), ("access_count", C.c_uint32), ("first_wait", C.c_uint32),
    ("wait_count", C.c_uint32), ("first_signal", C.c_uint32), ("signal_count", C.c_uint32))

# What the library is handed and keeps no longer than a call; whoever makes one keeps what it points to alive.
STRUCTS = (CError, TensorView, MachineConst, MachineTable, MachineOptions, AssignOptions,
           ImportOptions, TopicOptions, AskCheckOptions, Setup, Cells, FailureSource, ExploreProgress,
           ExploreOptions, ExplainOptions, ShrinkOptions, RunOptions, LogVerdict, GraphBuffer,
           GraphCounter, GraphRange, GraphWait, GraphSignal, GraphTask)

ExploreCallback = C.CFUNCTYPE(None, _pointer, C.POINTER(ExploreProgress))

_code, _error = C.c_int, C.POINTER(CError)
_out = C.POINTER(_pointer)
_FUNCTIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "vrrl_version": (_text, ()),
    "vrrl_code_name": (_text, (C.c_int,)),
    "vrrl_answer_word": (_text, (C.c_int,)),
    "vrrl_answer_exit": (C.c_int, (C.c_int,)),
    "vrrl_topic_open": (_code, (_text, C.POINTER(TopicOptions), _out, _error)),
    "vrrl_topic_of_tensor": (_code, (C.POINTER(TensorView), C.POINTER(TopicOptions), _out, _error)),
    "vrrl_topic_of_bytes": (_code, (_text, C.c_size_t, _text, C.POINTER(TopicOptions), _out, _error)),
    "vrrl_topic_of_graph": (_code, (_pointer, C.POINTER(TopicOptions), _out, _error)),
    "vrrl_names_load": (_code, (_text, _out, _error)),
    "vrrl_names_free": (None, (_pointer,)),
    "vrrl_topic_free": (None, (_pointer,)),
    "vrrl_topic_program": (_code, (_pointer, _out, _error)),
    "vrrl_topic_text": (_code, (_pointer, _out, _error)),
    "vrrl_program_find_words": (C.c_bool, (_pointer, _text, C.POINTER(C.c_uint32), C.POINTER(C.c_uint32))),
    "vrrl_reply_free": (None, (_pointer,)),
    "vrrl_reply_verdict": (C.c_int, (_pointer,)),
    "vrrl_reply_text": (_text, (_pointer,)),
    "vrrl_reply_json": (_text, (_pointer,)),
    "vrrl_reply_picture": (_text, (_pointer,)),
    "vrrl_reply_program": (_text, (_pointer,)),
    "vrrl_ask_check": (_code, (_pointer, C.POINTER(AskCheckOptions), _out, _error)),
    "vrrl_ask_explore": (_code, (_pointer, C.POINTER(ExploreOptions), _out, _error)),
    "vrrl_ask_explain": (_code, (_pointer, C.POINTER(ExplainOptions), _out, _error)),
    "vrrl_ask_shrink": (_code, (_pointer, C.POINTER(ShrinkOptions), _out, _error)),
    "vrrl_ask_record": (_code, (_pointer, _text, C.POINTER(RunOptions), _pointer, _out, _error)),
    "vrrl_ask_replay": (_code, (_pointer, C.POINTER(RunOptions), _out, _error)),
    "vrrl_ask_diff": (_code, (_pointer, _pointer, _out, _error)),
    "vrrl_driver_find": (_code, (_text, _out, _error)),
    "vrrl_strategy_named": (C.c_bool, (_text, C.c_size_t, C.POINTER(C.c_int))),
    "vrrl_memory_model_named": (C.c_bool, (_text, C.c_size_t, C.POINTER(C.c_int))),
    "vrrl_log_verify": (_code, (_text, C.POINTER(LogVerdict), _error)),
    "vrrl_opcode_name": (_text, (C.c_uint32,)),
    "vrrl_graph_create": (_code, (_text, _out, _error)),
    "vrrl_graph_free": (None, (_pointer,)),
    "vrrl_graph_add_text": (_code, (_pointer, _text, C.POINTER(C.c_uint32), _error)),
    "vrrl_graph_add_buffer": (_code, (_pointer, C.POINTER(GraphBuffer), _error)),
    "vrrl_graph_add_counter": (_code, (_pointer, C.POINTER(GraphCounter), _error)),
    "vrrl_graph_index": (_code, (_pointer, _error)),
    "vrrl_graph_add_task": (_code, (_pointer, C.POINTER(GraphTask), _error)),
    "vrrl_graph_add_wait": (_code, (_pointer, C.POINTER(GraphWait), _error)),
    "vrrl_graph_add_access": (_code, (_pointer, C.POINTER(GraphRange), C.c_int, C.c_uint32, _error)),
    "vrrl_graph_add_signal": (_code, (_pointer, C.POINTER(GraphSignal), _error)),
    "vrrl_graph_finish": (_code, (_pointer, _error)),
}


def _candidates() -> list[str]:
    """VRRL_LIBRARY alone where it is set; else the one of the wheel, then an installed one."""
    given = os.environ.get("VRRL_LIBRARY")
    if given:
        return [given]
    release = ".".join(__version__.split(".")[:2])
    beside = pathlib.Path(__file__).with_name("libvrrl.so")
    return ([str(beside)] if beside.exists() else []) + [f"libvrrl.so.{release}"]


def _declare(library: C.CDLL) -> C.CDLL:
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def _load() -> C.CDLL:
    why = ""
    for path in _candidates():
        try:
            library = C.CDLL(path)
            library.vrrl_version.restype = _text
            found = library.vrrl_version().decode()
            if found != __version__:
                raise Error("Unsupported", f"{path} is of version {found}; expected {__version__}",
                            "install the package and the library of one version.")
            return _declare(library)
        except (OSError, AttributeError) as error:
            why = why or str(error)
    raise Error("NotFound", f"no libvrrl: {why}",
                "install the wheel that `make wheel` builds, or set VRRL_LIBRARY to libvrrl.so.")


_loaded: Optional[C.CDLL] = None


def library() -> C.CDLL:
    """Loaded once, at the first call, so that `import vrrl` never fails."""
    global _loaded
    if _loaded is None:
        _loaded = _load()
    return _loaded


def encode(text: str) -> bytes:
    """A name or a path for C: no NUL may be in it."""
    raw = os.fsencode(text)
    if b"\0" in raw:
        raise Error("Invalid", f"{text!r} has a NUL in it", "leave it out.")
    return raw


def sized(struct: Any, **fields: Any) -> Any:
    """Options of C: they begin with their size."""
    return struct(size=C.sizeof(struct), **fields)


def decode(raw: Optional[bytes]) -> str:
    return raw.decode("utf-8", "replace") if raw else ""


def call(function: Callable[..., int], *arguments: Any) -> None:
    """Calls what returns a code and takes an error last, and raises what it says."""
    error = CError()
    code = function(*arguments, C.byref(error))
    if code != 0:
        raise Error(decode(library().vrrl_code_name(code)), decode(error.text), decode(error.fix))
