"""The one timer of a media process: every 20 ms each call's tick, and then the hearing of them all."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from voicebot.audio import FRAME_MS
from voicebot.call import Call
from voicebot.hearing import Hearing

log = logging.getLogger(__name__)

FRAME_S = FRAME_MS / 1000
MOST_BEHIND = 5  # ticks that are made up for; time beyond that is skipped, on both sides of every recording
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
        """How long the loop was held by a tick of the last minute."""
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

    def add(self, call: Call) -> None:
        self._calls.append(call)
        if self._timer is None:
            self._due_s = self._now_s()
            self._timer = self._loop.call_soon(self._tick)  # type: ignore[assignment]

    def remove(self, call: Call) -> None:
        if call in self._calls:
            self._calls.remove(call)
            self.pace.late_frames += call.playing.starved_frames

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
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
            self._tick_once()
            self._due_s += FRAME_S
        self._hearing.tick()
        self.pace.ticks_ms.append((self._now_s() - began_s) * 1000)
        self._timer = self._loop.call_at(self._due_s, self._tick)

    def _tick_once(self) -> None:
        pace, late_at_s = self.pace, self._due_s + LATE_S
        for call in tuple(self._calls):
            try:
                is_bot_heard = call.tick()
            except Exception as error:
                log.exception("call %s: its tick failed", call.log.call_id)
                call.fault("call", f"{type(error).__name__}: {error}")
                call.hang_up("service", "fault")
                self.remove(call)
                continue
            if is_bot_heard:
                pace.bot_frames += 1
                pace.late_frames += self._now_s() > late_at_s

    def _skip(self, ticks: int) -> None:
        log.warning("the process did not get to run for %d ms", ticks * FRAME_MS)
        self.pace.skipped_ticks += ticks
        self.pace.late_frames += ticks * sum(call.playing.is_audible for call in self._calls)
        self._due_s += ticks * FRAME_S
        for call in self._calls:
            call.skip(ticks)
