"""What every call raises where it cannot do what it was asked."""

from __future__ import annotations


class Error(Exception):
    """Something that could not be read or done. A verdict (a race, a deadlock) is a result, and never raised.

    code  the kind, as the library names it: "Parse", "NotFound", "Invalid", "Unsupported" …
    text  what was found, and what was expected.
    fix   what to do next; "" where nothing is known.
    """

    def __init__(self, code: str, text: str, fix: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.fix = fix[len("Fix: "):] if fix.startswith("Fix: ") else fix

    def __str__(self) -> str:
        return f"{self.text}\nFix: {self.fix}" if self.fix else self.text

    def __reduce__(self) -> tuple[type, tuple[str, str, str]]:
        return type(self), (self.code, self.text, self.fix)


class Interrupted(KeyboardInterrupt):
    """Ctrl-C ended a search. `result` is what it had found by then; None where it had found nothing yet."""

    def __init__(self, result: object = None) -> None:
        super().__init__()
        self.result = result
