"""What came of one recorded caller's call, and of many: by the caller's own ears."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late the bot's frames came, in ms; ``late_share`` of them (0 to 1) by more than 20 ms.

    ``gaps`` is how many of those left a hole in the bot's speech.
    """

    frames: int
    p95_ms: float
    max_ms: float
    late_share: float
    gaps: int
    longest_gap_ms: float


@dataclass(frozen=True, slots=True)
class Turn:
    """Something the caller did and what the bot did then; times in ms since the caller's call began.

    ``start_ms`` and ``end_ms`` are the first and last audible moments of what the caller said. ``into_speech``: while
    the bot was speaking. ``voice_to_voice_ms``: from ``end_ms`` to the bot's first sound; None where there was none,
    or the bot did not wait for the end. ``cut_off_after_ms``: how far the caller had come when the bot began to speak;
    ``cut_off_in_pause``: in one of the pauses inside the words. ``barge_in_ms``: from ``start_ms`` to the bot's last
    sound. Of a cough or a backchannel: whether the bot ``paused``, how long after its end it went on
    (``resume_ms``), or whether it never did (``false_stop``).
    """

    kind: str
    text: str
    start_ms: float
    end_ms: float
    into_speech: bool
    voice_to_voice_ms: float | None = None
    cut_off_after_ms: float | None = None
    cut_off_in_pause: bool = False
    barge_in_ms: float | None = None
    paused: bool = False
    false_stop: bool = False
    resume_ms: float | None = None

    @property
    def is_cut_off(self) -> bool:
        return self.cut_off_after_ms is not None

    @property
    def is_interjection(self) -> bool:
        """A cough or a backchannel in the bot's speech."""
        return self.into_speech and self.kind in ("cough", "backchannel")


@dataclass(frozen=True, slots=True)
class CallReport:
    """One call. ``number`` counts the callers from 0; ``failures`` say what went wrong, as people say it.

    ``steps_left`` is how many steps of the script were not reached. ``skipped_ticks`` are the caller's own: where they
    are many, the machine was too busy for the caller, and the figures say little about the bot.
    """

    script: str
    number: int
    duration_ms: float
    ended_by: Literal["caller", "bot", "nobody"]
    failures: tuple[str, ...]
    steps_left: int
    turns: tuple[Turn, ...] = ()
    bot_speech_ms: int = 0
    lateness: Lateness = Lateness(0, 0.0, 0.0, 0.0, 0, 0.0)
    skipped_ticks: int = 0

    @property
    def waits_ms(self) -> list[float]:
        """Of all that wanted an answer and was spoken (keys are no voice): from the caller's last sound to the bot's
        first."""
        spoken = (turn for turn in self.turns if turn.kind in ("say", "cut_in", "play"))
        return [turn.voice_to_voice_ms for turn in spoken if turn.voice_to_voice_ms is not None]

    def as_json(self) -> dict[str, Any]:
        """Every field, times rounded to 0.1 ms, and how many turns were cut off."""
        fields: dict[str, Any] = _rounded(dataclasses.asdict(self))
        return fields | {"cut_off": sum(turn.is_cut_off for turn in self.turns)}


def _rounded(value: Any) -> Any:
    match value:
        case float():
            return round(value, 4 if abs(value) < 1 else 1)
        case dict():
            return {key: _rounded(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_rounded(inner) for inner in value]
    return value


@dataclass(frozen=True, slots=True)
class Summary:
    """Over many calls; None where nothing of the kind happened. Shares are 0 to 1."""

    calls: int
    failed: int
    turns: int
    v2v_p50_ms: float | None
    v2v_p95_ms: float | None
    barge_in_p95_ms: float | None
    cut_off_share: float | None
    false_stop_share: float | None
    resume_p95_ms: float | None
    late_frames: float
    gaps: int
    skipped_ticks: int

    @classmethod
    def of(cls, reports: Iterable[CallReport]) -> Summary:
        reports = list(reports)
        turns = [turn for report in reports for turn in report.turns]
        waited = [wait for report in reports for wait in report.waits_ms]
        interjections = [turn for turn in turns if turn.is_interjection]
        said = [turn for turn in turns if turn.kind == "say"]
        frames = sum(report.lateness.frames for report in reports)
        return cls(
            calls=len(reports),
            failed=sum(bool(report.failures) for report in reports),
            turns=len(turns),
            v2v_p50_ms=_percentile(waited, 50),
            v2v_p95_ms=_percentile(waited, 95),
            barge_in_p95_ms=_percentile([t.barge_in_ms for t in turns if t.barge_in_ms is not None], 95),
            cut_off_share=_share([turn.is_cut_off for turn in said]),
            false_stop_share=_share([turn.false_stop for turn in interjections]),
            resume_p95_ms=_percentile([t.resume_ms for t in interjections if t.resume_ms is not None], 95),
            late_frames=sum(one.lateness.late_share * one.lateness.frames for one in reports) / max(1, frames),
            gaps=sum(report.lateness.gaps for report in reports),
            skipped_ticks=sum(report.skipped_ticks for report in reports),
        )

    def as_json(self) -> dict[str, Any]:
        fields: dict[str, Any] = _rounded(dataclasses.asdict(self))
        return fields


def _percentile(values: Sequence[float], percent: float) -> float | None:
    return float(np.percentile(values, percent)) if values else None


def _share(values: Sequence[bool]) -> float | None:
    return sum(values) / len(values) if values else None
