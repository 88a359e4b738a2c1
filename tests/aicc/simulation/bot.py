"""Bots for callers to talk to, without ears or mind: they make tones, and hear whether there is a sound."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from aicc.simulation.caller import Caller
from aicc.simulation.memory import MemoryDoor, memory_pair
from aicc.simulation.script import LineSettings
from aicc.simulation.speech import Act, Part, Sound
from audio_fixtures import sounds
from tests.fakes.clock import VirtualClock
from voicebot.audio import FRAME_MS, Samples

RATE_HZ = 8_000
LOUD = 3_000


def tone(ms: float) -> Samples:
    return np.full(round(ms * RATE_HZ / 1000), LOUD, np.int16)


def silence(ms: float) -> Samples:
    return np.zeros(round(ms * RATE_HZ / 1000), np.int16)


def said(*parts: Samples, pauses: tuple[tuple[int, int], ...] = ()) -> Sound:
    return Sound.of(np.concatenate(parts), RATE_HZ, pauses)


def act(kind: str = "say", ms: float = 600, **more: object) -> Act:
    """A step that sounds for so long."""
    return Act(**({"kind": kind, "text": kind, "sound": said(tone(ms))} | more))  # type: ignore[arg-type]


def part(*acts: Act, line: LineSettings | None = None, patience_ms: int = 400) -> Part:
    return Part("test", RATE_HZ, acts, said(tone(300)), line or LineSettings(), -20.0, patience_ms, (300, 600))


class ScheduledBot:
    """Speaks when it was told to, whatever the caller does: stretches of ms since the call began."""

    def __init__(self, door: MemoryDoor, speaks: Iterable[tuple[float, float]]) -> None:
        self._door = door
        self._sound = silence(60_000)
        for start_ms, end_ms in speaks:
            self._sound[round(start_ms * 8) : round(end_ms * 8)] = LOUD
        self._at = 0
        self.heard: list[Samples] = []
        self.keys = ""

    def tick(self) -> None:
        self.heard.append(self._door.receive())
        self.keys += self._door.take_keys()
        self._door.send(self._sound[self._at : self._at + 160])
        self._at += 160


class PoliteBot:
    """Greets, and answers each turn for ``answer_ms`` once the caller has been silent for ``patience_ms``.

    Spoken to, it stops after ``stops_ms`` (None: never), and goes on ``resumes_ms`` after what was too short for words.
    """

    def __init__(
        self,
        door: MemoryDoor,
        *,
        answer_ms: float = 3_000,
        patience_ms: float = 200,
        stops_ms: float | None = 100,
        resumes_ms: float | None = 300,
        turns: int = 1_000,
    ) -> None:
        self._door = door
        self._answer = round(answer_ms / FRAME_MS)
        self._patience, self._stops, self._resumes = patience_ms, stops_ms, resumes_ms
        self._left = self._answer  # frames to say
        self._held = 0  # frames to say, once it turns out that the caller only coughed
        self._voice_ms = self._quiet_ms = 0
        self._turns = turns

    def tick(self) -> None:
        loud = bool(np.abs(self._door.receive().astype(np.int32)).max() > 300) or bool(self._door.take_keys())
        if loud:
            self._voice_ms += FRAME_MS
            self._quiet_ms = 0
            if self._left and self._stops is not None and self._voice_ms >= self._stops:
                self._left, self._held = 0, self._left
        elif self._voice_ms:
            self._quiet_ms += FRAME_MS
            if self._held and self._resumes is not None and self._voice_ms < 560 and self._quiet_ms >= self._resumes:
                self._left, self._held, self._voice_ms = self._held, 0, 0
            elif self._quiet_ms >= self._patience and (not self._held or self._voice_ms >= 560):
                self._left, self._held, self._voice_ms = self._answer, 0, 0
                self._turns -= 1
                if self._turns < 0:
                    self._door.hang_up()
        self._left -= bool(self._left)
        self._door.send(tone(FRAME_MS) if self._left else silence(FRAME_MS))


Bot = ScheduledBot | PoliteBot


def call(playing: Part, bot: Callable[[MemoryDoor], Bot], seconds: float = 120.0, seed: int = 0) -> tuple[Caller, Bot]:
    """Lets a caller and a bot talk in virtual time, until the call is over or the seconds have passed."""
    clock = VirtualClock(1_000_000.0)
    wire, door = memory_pair(RATE_HZ, clock.now_ms)
    caller, answering = Caller(playing, wire, seed=seed, clock_ms=clock.now_ms), bot(door)
    for _ in range(int(seconds * 1000 / FRAME_MS)):
        caller.tick()
        if caller.is_over:
            break
        answering.tick()
        clock.pass_ms(FRAME_MS)
    return caller, answering


def cough() -> Act:
    return act("cough", sound=Sound.of(sounds.cough(RATE_HZ), RATE_HZ), text="", after_ms=800)
