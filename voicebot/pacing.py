"""The one timer of a media process. Every 20 ms each call hears a frame, then all that was heard goes to the models;
some milliseconds later, when they have answered, each call says a frame."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from voicebot.audio import FRAME_MS
from voicebot.call import Call
from voicebot.hearing import Hearing

log = logging.getLogger(__name__)

FRAME_S = FRAME_MS / 1000
MOST_BEHIND = 5  # ticks that are made up for; time beyond that is skipped, on both sides of every recording
SAY_AFTER_S = 0.008  # what the models need; waiting for the next tick would cost every answer 12 ms more
EARLY_S = 0.000_001  # the loop's timers may ring by its clock's resolution too early
LATE_S = 0.020  # a frame that leaves this long after it was due is late
KEPT_TICKS = 3_000  # a minute


@dataclass(slots=True)
class Pace:
    """What the timer has seen: frames in which a bot spoke, how many of them left late, how late ticks began."""

    bot_frames: int = 0
    late_frames: int = 0
    skipped_ticks: int = 0
    lags_ms: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT_TICKS))
    ticks_ms: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT_TICKS))

    def lag_ms(self, percent: float) -> float:
        """How long after it was due a tick of the last minute began."""
        return float(np.percentile(np.array(self.lags_ms), percent)) if self.lags_ms else 0.0

    def tick_ms(self, percent: float) -> float:
        """How long the loop was held by half a tick of the last half minute."""
        return float(np.percentile(np.array(self.ticks_ms), percent)) if self.ticks_ms else 0.0


class Pacer:
    """Ticks the calls of a process while it runs. ``now_s`` is the loop's clock."""

    def __init__(self, hearing: Hearing, now_s: Callable[[], float] | None = None) -> None:
        self.pace = Pace()
        self._hearing = hearing
        self._calls: list[Call] = []
        self._loop = asyncio.get_running_loop()
        self._now_s = now_s or self._loop.time
        self._due_s = self._now_s()
        self._timer: asyncio.TimerHandle | None = None
        self._has_heard = False  # and not said yet

    def add(self, call: Call) -> None:
        self._calls.append(call)
        if self._timer is None:
            self._due_s = self._now_s()
            self._timer = self._loop.call_soon(self._hear)  # type: ignore[assignment]

    def remove(self, call: Call) -> None:
        if call in self._calls:
            self._calls.remove(call)
            self.pace.late_frames += call.playing.starved_frames

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _hear(self) -> None:
        if not self._calls:
            self._timer = None  # an idle process sleeps
            return
        began_s = self._now_s()
        self.pace.lags_ms.append(max(0.0, began_s - self._due_s) * 1000)
        behind = int((began_s - self._due_s) / FRAME_S)
        if behind > MOST_BEHIND:
            self._skip(behind - MOST_BEHIND)
        for _ in range(MOST_BEHIND + 1):  # no more in one go: where ticks take too long, the loop must live
            if self._due_s > self._now_s() + EARLY_S:
                break
            if self._has_heard:
                self._say_all()  # of the tick before, which is late
            for call in tuple(self._calls):
                with self._or_hung_up(call):
                    call.hear_frame()
            self._has_heard = True
            self._due_s += FRAME_S
        self._hearing.tick()
        self.pace.ticks_ms.append((self._now_s() - began_s) * 1000)
        self._timer = self._loop.call_at(self._due_s - FRAME_S + SAY_AFTER_S, self._say)

    def _say(self) -> None:
        began_s = self._now_s()
        self._say_all()
        self._hearing.hurry()
        self.pace.ticks_ms.append((self._now_s() - began_s) * 1000)
        self._timer = self._loop.call_at(self._due_s, self._hear)

    def _say_all(self) -> None:
        pace, late_at_s = self.pace, self._due_s - FRAME_S + SAY_AFTER_S + LATE_S
        self._has_heard = False
        for call in tuple(self._calls):
            with self._or_hung_up(call):
                if call.say_frame():
                    pace.bot_frames += 1
                    pace.late_frames += self._now_s() > late_at_s

    @contextlib.contextmanager
    def _or_hung_up(self, call: Call) -> Iterator[None]:
        """What goes wrong in one call ends that call, and no other."""
        try:
            yield
        except Exception as error:
            log.exception("call %s: its tick failed", call.log.call_id)
            call.fault("call", f"{type(error).__name__}: {error}")
            call.hang_up("service", "fault")
            self.remove(call)

    def _skip(self, ticks: int) -> None:
        log.warning("the process did not get to run for %d ms", ticks * FRAME_MS)
        self.pace.skipped_ticks += ticks
        self.pace.late_frames += ticks * sum(call.playing.is_audible for call in self._calls)
        self._due_s += ticks * FRAME_S
        for call in self._calls:
            call.skip(ticks)
