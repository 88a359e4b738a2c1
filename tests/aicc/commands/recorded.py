"""Calls of recorded callers that have taken place already, for commands that let some call."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from aicc.simulation.report import CallReport, Lateness, Turn
from tests.aicc.report.calls import record, whole_call

ROOT = Path(__file__).parents[3]
CALLERS = ROOT / "audio_fixtures" / "callers"


def said(v2v_ms: float | None, kind: str = "say", **more) -> Turn:
    return Turn(kind, "네", 1_000.0, 2_000.0, False, voice_to_voice_ms=v2v_ms, **more)


def report(*turns: Turn, number: int = 0, script: str = "good_line", failures=(), **more) -> CallReport:
    lateness = Lateness(1_000, 1.0, 2.0, 0.002, 1, 30.0)
    ended_by = more.pop("ended_by", "bot")
    return CallReport(script, number, 9_000.0, ended_by, tuple(failures), 0, turns, 4_000, lateness, **more)


@dataclass
class Recorded:
    """Stands where a service was started, with what came of the calls."""

    reports: list[CallReport]
    folder: Path
    logs: dict[int, list] = field(default_factory=dict)  # by the call's number
    told: dict[str, float] = field(default_factory=dict)
    recordings: bool = True
    started: list[dict] = field(default_factory=list)  # what each service was started with
    asked: list[tuple] = field(default_factory=list)  # the scripts and the schedule of each run
    pid: int = os.getpid()
    address: str = "http://127.0.0.1:9"
    key: str = "key"
    telephone: str = "sip:127.0.0.1:9"

    @property
    def data(self) -> Path:
        return self.folder

    @property
    def call_ids(self) -> dict[int, str]:
        return {one.number: f"call-{one.number}" for one in self.reports if one.ended_by != "nobody"}

    async def connect(self, script, number):
        raise AssertionError("the calls have been made")

    async def events(self, report):
        return self.logs.get(report.number, [] if report.ended_by == "nobody" else whole_call())

    async def recording(self, report):
        if not self.recordings:
            return None
        return record(self.folder / f"{report.number}.flac", seconds=1)

    async def metrics(self):
        return self.told
