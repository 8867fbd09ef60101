"""What calls return: plain objects that print as the tool does, and are drawn in notebooks.

A result is true where nothing is wrong (`assert vrrl.check(...)`), and `answer` is the line that `vrrl --json` prints
of it, which docs/json.md and docs/schema tell of.
"""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import Any, Mapping, Optional

__all__ = ["Defect", "DiffResult", "CheckResult", "ExplainResult", "ExploreResult", "Finding", "Progress",
           "RecordResult", "ReplayResult", "Result", "ShrinkResult"]


@dataclass(frozen=True)
class Finding:
    """One thing that a result holds against its topic."""

    kind: str  # "race", "deadlock", "unwritten" …
    id: str  # stays the same where the topic is edited elsewhere
    text: str
    labels: tuple[str, ...]  # of the slots or tasks that it is about
    epoch: Optional[int]
    line: Optional[int]  # in the program file
    task: Optional[int]  # of a task graph: the id
    replay: Optional[str]  # the command that shows it
    string: Optional[str]  # the schedule string that shows it

    def __str__(self) -> str:
        return f"{self.id}  {self.text}"

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Finding":
        labels = row.get("labels") or ()
        return cls(kind=row["kind"], id=row["id"], text=row["text"], labels=tuple(labels),
                   epoch=row.get("epoch"), line=row.get("line"), task=row.get("task"),
                   replay=row.get("replay"), string=row.get("string"))


@dataclass(frozen=True, repr=False)
class Result:
    """What each command says."""

    verdict: str  # "safe", "race" …: docs/json.md has the table
    exit_code: int  # of the tool: 0 nothing is wrong, 1, 3 stuck, 125 not known
    report: str  # what the tool prints
    answer: Mapping[str, Any]  # what it prints with --json
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Nothing is wrong, and that is known."""
        return self.exit_code == 0

    @property
    def result(self) -> Mapping[str, Any]:
        """The member `result` of the answer."""
        inner: Mapping[str, Any] = self.answer["result"]
        return inner

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        return self.report.rstrip("\n")

    def __repr__(self) -> str:
        count = len(self.findings)
        found = f", {count} finding{'' if count == 1 else 's'}" if count else ""
        return f"<{type(self).__name__} {self.verdict}{found}>"

    def _picture(self) -> str:
        return ""

    def _repr_html_(self) -> str:
        """For notebooks."""
        colour = "#1a7f37" if self.ok else "#9a6700" if self.exit_code == 125 else "#cf222e"
        words = html.escape(self.verdict.replace("-", " ").upper())
        return (f'<div><b style="color:{colour}">{words}</b>'
                f'<pre style="line-height:1.25">{html.escape(str(self))}</pre>{self._picture()}</div>')


@dataclass(frozen=True, repr=False)
class CheckResult(Result):
    """Races and deadlocks; see docs/checking.md for what each verdict says."""

    @property
    def safe(self) -> bool:
        return self.verdict == "safe"

    @property
    def checks(self) -> tuple[Mapping[str, Any], ...]:
        """The JSON of each check: of a task graph one, of a program one a run of like epochs."""
        rows = self.result.get("checks")
        return tuple(row["check"] for row in rows) if rows is not None else (self.result,)

    @property
    def pairs(self) -> int:
        """Unordered pairs that race, of all checks together."""
        return sum(int(check["pairs"]) for check in self.checks)

    @property
    def defects(self) -> tuple[Mapping[str, Any], ...]:
        """The JSON of each defect: the pair, why nothing orders it, the repair that was tried."""
        return tuple(defect for check in self.checks for defect in check["defects"])


@dataclass(frozen=True)
class Progress:
    """How far an exploration is."""

    schedules: int
    distinct: int
    failures: int
    defects: int
    seconds: float


@dataclass(frozen=True)
class Defect:
    """Failures of one bug."""

    kind: str  # "value", "status", "expect", "deadlock", "livelock", "shutdown"
    name: str  # of the slot or word that diverges first
    epoch: int
    failures: int  # schedules that fail so
    model: str  # "sc", "tso", "view": under which it was found
    workers: int
    string: Optional[str]  # its schedule string

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Defect":
        return cls(kind=row["kind"], name=row["name"], epoch=row["epoch"], failures=row["failures"],
                   model=row["model"], workers=row["workers"], string=row.get("string"))


@dataclass(frozen=True, repr=False)
class ExploreResult(Result):
    """Schedules, and those among them that fail."""

    @property
    def schedules(self) -> int:
        return int(self.result["schedules"])

    @property
    def failures(self) -> int:
        return int(self.result["failures"])

    @property
    def defects(self) -> tuple[Defect, ...]:
        return tuple(Defect.of(row) for row in self.result["defects"])


@dataclass(frozen=True, repr=False)
class ExplainResult(Result):
    """Why a program fails, and which repair helps. True where nothing fails."""

    svg: Optional[str] = field(default=None)  # both orders as a picture

    def _picture(self) -> str:
        return self.svg[self.svg.index("<svg"):] if self.svg and "<svg" in self.svg else ""


@dataclass(frozen=True, repr=False)
class ShrinkResult(Result):
    """The smallest program that still fails so. True where nothing fails."""

    program: Optional[str] = field(default=None)  # as a program file

    def __str__(self) -> str:
        return super().__str__() + (f"\n\n{self.program.rstrip()}" if self.program else "")


@dataclass(frozen=True, repr=False)
class RecordResult(Result):
    """A run that was recorded."""

    path: str = field(default="")


@dataclass(frozen=True, repr=False)
class ReplayResult(Result):
    """A recording run again and compared; or a schedule string, compared with the reference."""


@dataclass(frozen=True, repr=False)
class DiffResult(Result):
    """Where two recordings part."""
