"""Long calls: the library works in a thread of its own, and the caller's thread waits.

So Ctrl-C comes through at once, callbacks run in the thread of who called, and what they raise ends the work and goes
to the caller: no exception ever crosses C.
"""

from __future__ import annotations

import ctypes
import threading
from typing import Any, Callable, Optional

from . import _library
from ._error import Error, Interrupted

_POLL_SECONDS = 0.05


class Stop:
    """The flag that the library looks at."""

    def __init__(self) -> None:
        self.flag = ctypes.c_bool(False)
        self.pointer = ctypes.pointer(self.flag)

    def set(self) -> None:
        self.flag.value = True


def run(function: Callable[[], Any], stop: Optional[Stop] = None,
        poll: Optional[Callable[[], None]] = None) -> Any:
    """Calls `function` in a thread. `poll` is called in this one while it works.

    With `stop` what interrupts the wait ends the work, whose result goes with the exception. Without, the work cannot
    be stopped: its thread is left to end by itself.
    """
    done: list[Any] = []
    failed: list[BaseException] = []
    ended = threading.Event()  # Thread.join() takes a thread for dead that Ctrl-C interrupted it waiting for

    def work() -> None:
        try:
            done.append(function())
        except BaseException as error:  # it is raised again below, in the thread of who called
            failed.append(error)
        ended.set()

    threading.Thread(target=work, name="vrrl", daemon=True).start()
    try:
        while not ended.wait(_POLL_SECONDS):
            if poll is not None:
                poll()
    except BaseException as error:
        if stop is None:
            raise
        stop.set()
        ended.wait()
        if isinstance(error, KeyboardInterrupt):
            raise Interrupted(done[0] if done else None) from None
        raise
    if failed:
        raise failed[0]
    return done[0]


class Latest:
    """Progress of an exploration: the library's thread leaves the last one here, the caller's takes it."""

    def __init__(self, tell: Callable[[Any], None], convert: Callable[[Any], Any]) -> None:
        self._tell = tell
        self._convert = convert
        self._last: Any = None
        self.callback = _library.ExploreCallback(self._take)

    def _take(self, _context: Any, progress: Any) -> None:
        self._last = self._convert(progress.contents)

    def poll(self) -> None:
        last, self._last = self._last, None
        if last is not None:
            self._tell(last)


def milliseconds(seconds: Optional[float], what: str = "time") -> int:
    """Of a limit in seconds, as C takes it: None is no limit."""
    if seconds is None:
        return 0
    if not 0 < seconds <= 4_000_000:
        raise Error("Invalid", f"{what} is {seconds!r}; expected seconds, more than 0",
                    f"give {what}=10, or leave it out.")
    return max(1, int(seconds * 1000))
