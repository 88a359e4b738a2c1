"""What a caller's own ears measured: when the bot was heard, how late its frames came, and what it did at each turn.

All times are ms by the caller's monotonic clock. A frame that the caller sends at T was spoken in the 20 ms before T; a
frame of the bot that arrives at A is heard from A on. So a sample of the caller at place x of its frame and one of the
bot at place y of its own are A + y - (T - 20 + x) apart: the same whether clocks are real or virtual.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from aicc.simulation.report import CallReport, Lateness, Turn
from aicc.simulation.speech import ActKind
from aicc.simulation.wire import Arrived
from voicebot.audio import FRAME_MS, FULL_SCALE

BOT_FLOOR_DBFS = -50.0  # a sample of the bot over this is heard
HEARD_AS_ONE_MS = 100  # shorter silences lie inside words
PAUSED_MS = 200  # a silence that a listener takes for a pause
STOPPED_MS = 600  # a silence longer than any between two sentences
COLLISION_MS = 200  # who begins within this of the other has not cut in, both began at once
GONE_MS = 2_500  # a bot that has not gone on after a cough for so long has stopped for good

LATE_MS = 20.0  # a frame of reserve hides less
SETTLED_FRAMES = 25  # frames ahead, by which a stream shows whether one frame was late or all are later now


@dataclass(slots=True)
class Heard:
    """A stretch of the bot's speech, from its first audible sample to its last."""

    start_ms: float
    end_ms: float


class Ears:
    """Listens to the bot, frame by frame."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._floor = FULL_SCALE * 10 ** (BOT_FLOOR_DBFS / 20)
        self._silence = bytes(2 * rate_hz * FRAME_MS // 1000)
        self._played_to_ms = 0.0
        self._arrivals = array("d")
        self._audible = array("b")
        self.stretches: list[Heard] = []
        self.speech_ms = 0

    def hear(self, arrived: Iterable[Arrived]) -> bool:
        """Takes the frames in that have come; whether the bot was heard in any of them."""
        was_heard = False
        for frame, at_ms in arrived:
            # Speech is heard without holes where frames come in a bunch; a silence takes the delay back.
            start_ms = max(at_ms, self._played_to_ms)
            audible = self._place(frame, start_ms)
            self._played_to_ms = (start_ms if audible else at_ms) + FRAME_MS
            self._arrivals.append(at_ms)
            self._audible.append(audible)
            was_heard = was_heard or audible
        return was_heard

    def _place(self, frame: np.ndarray[tuple[int, ...], np.dtype[np.int16]], start_ms: float) -> bool:
        if frame.tobytes() == self._silence:
            return False
        loud = np.flatnonzero(np.abs(frame.astype(np.int32)) > self._floor)
        if not loud.size:
            return False
        first_ms = start_ms + float(loud[0]) * 1000 / self._rate_hz
        last_ms = start_ms + float(loud[-1] + 1) * 1000 / self._rate_hz
        if self.stretches and first_ms - self.stretches[-1].end_ms < HEARD_AS_ONE_MS:
            self.stretches[-1].end_ms = last_ms
        else:
            self.stretches.append(Heard(first_ms, last_ms))
        self.speech_ms += FRAME_MS
        return True

    def lateness(self) -> Lateness:
        return lateness_of(self._arrivals, self._audible)


def lateness_of(arrivals_ms: Sequence[float], audible: Sequence[int]) -> Lateness:
    """How late frames came that are due every 20 ms.

    A frame is due 20 ms after the one before it, or sooner where the half second behind it shows that the one before
    it was late as well. A gap is a late frame while the bot was speaking.
    """
    if len(arrivals_ms) < 2:
        return Lateness(len(arrivals_ms), 0.0, 0.0, 0.0, 0, 0.0)
    behind = np.asarray(arrivals_ms) - FRAME_MS * np.arange(len(arrivals_ms))
    ahead = np.concatenate([behind, np.full(SETTLED_FRAMES + 1, np.inf)])
    windows = np.lib.stride_tricks.sliding_window_view(ahead, SETTLED_FRAMES + 2).min(axis=1)[: len(behind) - 1]
    late = behind[1:] - windows[: len(behind) - 1]
    spoken = np.asarray(audible, bool)
    gaps = late[spoken[:-1] & spoken[1:] & (late > LATE_MS)]
    return Lateness(
        frames=len(behind),
        p95_ms=float(np.percentile(late, 95)),
        max_ms=float(late.max()),
        late_share=float(np.mean(late > LATE_MS)),
        gaps=len(gaps),
        longest_gap_ms=float(gaps.max(initial=0.0)),
    )


@dataclass(slots=True)
class Done:
    """Something the caller did, as it went: times of its first and last audible moment."""

    kind: ActKind
    text: str
    into_speech: bool
    start_ms: float = 0.0
    end_ms: float = 0.0
    pauses_ms: list[tuple[float, float]] = field(default_factory=list)


def turns_of(done: Sequence[Done], heard: Sequence[Heard], end_ms: float) -> tuple[Turn, ...]:
    """What the bot did at each act of the caller, up to the next act; ``end_ms`` is the end of the call."""
    horizons = [*(act.start_ms for act in done[1:]), end_ms]
    return tuple(_turn(act, heard, until_ms) for act, until_ms in zip(done, horizons, strict=False))


def _turn(act: Done, heard: Sequence[Heard], until_ms: float) -> Turn:
    near = [stretch for stretch in heard if stretch.end_ms > act.start_ms - STOPPED_MS and stretch.start_ms < until_ms]
    if act.into_speech and act.kind in ("cough", "backchannel"):
        return _interjection(act, near, until_ms)
    if act.kind in ("cough", "backchannel", "noise"):  # wants no answer, and to speak meanwhile is no rudeness
        return Turn(act.kind, act.text, act.start_ms, act.end_ms, act.into_speech)
    stopped_ms = _stopped_ms(act, near) if act.into_speech else act.start_ms
    later = [stretch for stretch in near if stretch.start_ms >= max(stopped_ms, act.start_ms)]
    began = next((one.start_ms for one in later if one.start_ms < act.end_ms), None)
    if began is not None and not act.into_speech and began - act.start_ms < COLLISION_MS:
        began = None
        later = [stretch for stretch in later if stretch.start_ms - act.start_ms >= COLLISION_MS]
    answer = next((one.start_ms for one in later if one.start_ms >= act.end_ms), None)
    return Turn(
        kind=act.kind,
        text=act.text,
        start_ms=act.start_ms,
        end_ms=act.end_ms,
        into_speech=act.into_speech,
        voice_to_voice_ms=None if answer is None or began is not None else answer - act.end_ms,
        cut_off_after_ms=None if began is None else began - act.start_ms,
        cut_off_in_pause=began is not None and any(start <= began <= end for start, end in act.pauses_ms),
        barge_in_ms=max(0.0, stopped_ms - act.start_ms) if act.into_speech else None,
    )


def _stopped_ms(act: Done, near: Sequence[Heard]) -> float:
    """The end of what the bot was saying when it was cut into.

    It has stopped where it then is silent to the end of the caller's words, or for longer than between sentences.
    """
    stopped_ms = act.start_ms
    for stretch in near:
        silence_ms = stretch.start_ms - stopped_ms
        if stretch.start_ms > act.start_ms and silence_ms >= (
            STOPPED_MS if stretch.start_ms < act.end_ms else PAUSED_MS
        ):
            break
        stopped_ms = max(stopped_ms, stretch.end_ms)
    return stopped_ms


def _interjection(act: Done, near: Sequence[Heard], until_ms: float) -> Turn:
    """Whether the bot paused for a cough or a backchannel, and went on."""
    going_ms = act.start_ms
    resumed: float | None = None
    for stretch in near:
        if stretch.start_ms > act.start_ms and stretch.start_ms - going_ms >= PAUSED_MS:
            resumed = stretch.start_ms
            break
        going_ms = max(going_ms, stretch.end_ms)
    paused = going_ms < act.end_ms + STOPPED_MS
    gone = paused and resumed is None and until_ms - going_ms >= GONE_MS
    return Turn(
        kind=act.kind,
        text=act.text,
        start_ms=act.start_ms,
        end_ms=act.end_ms,
        into_speech=True,
        paused=paused and (resumed is not None or gone),
        false_stop=gone or (paused and resumed is not None and resumed - act.end_ms > GONE_MS),
        resume_ms=max(0.0, resumed - act.end_ms) if paused and resumed is not None else None,
    )


def checked_with_log(report: CallReport, events: Iterable[Mapping[str, Any]]) -> CallReport:
    """The report with what ears cannot know: a bot that says something else behind a cough has not gone on.

    ``events`` are the call's log as JSON; an interjection behind which the bot gave up its sentence is a false stop.
    """
    given_up_ms = [event["at_ms"] for event in events if event["type"] == "bot_interrupted"]

    def checked(turn: Turn, until_ms: float) -> Turn:
        """``until_ms`` is when the caller spoke again, which may well have interrupted the bot."""
        end_ms = min(turn.end_ms + GONE_MS, until_ms)
        if not turn.is_interjection or not any(turn.start_ms < at < end_ms for at in given_up_ms):
            return turn
        return replace(turn, false_stop=True, resume_ms=None)

    next_ms = [turn.start_ms for turn in report.turns[1:]] + [math.inf]
    return replace(report, turns=tuple(map(checked, report.turns, next_ms)))
