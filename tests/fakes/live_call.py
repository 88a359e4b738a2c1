"""A live call in virtual time: the real call, ear, hearing, mouth and dialogue between a fake caller and fake models.

A test tells the story: the caller says, waits, coughs, hangs up; then what was heard and what the log says is looked
at. A minute of call takes some tenths of a second.
"""

from __future__ import annotations

import asyncio
import textwrap
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from kb.entry import Entry
from tests.fakes import sounds
from tests.fakes.clock import VirtualClock
from tests.fakes.detector import FakeDetector
from tests.fakes.inline import Inline
from tests.fakes.loop import VirtualLoop
from tests.fakes.mind import open_fake_mind
from tests.fakes.recognizer import FakeRecognizer
from tests.fakes.turn_taking import FakeTurnTaking
from tests.fakes.voice import FakeSynthesizer
from voicebot.audio import FRAME_MS, Samples
from voicebot.call import SPOKEN_WHATEVER_HAPPENS, Call, Tools
from voicebot.dialogue.line import Caller
from voicebot.dialogue.services import Reply
from voicebot.events import CallEnded, CallStarted, Event, Logged
from voicebot.hearing import Hearing
from voicebot.link import Part
from voicebot.log import EventLog
from voicebot.speaking import Voice

NOW = datetime(2026, 11, 23, 14)  # a Monday
GREETING = "새벽찻집입니다. 무엇을 도와드릴까요?"
GREETING_TEXTS = ["새벽찻집입니다.", "무엇을 도와드릴까요?"]
HOURS = "아침 열 시부터 저녁 여덟 시까지 열어요."
MORE = "더 필요하신 게 있나요?"
SILENT = "듣고 있어요."
SILENCE_MS = 5_000

SCENARIO = f"""
scenario: 찻집
company: 새벽찻집
start: 인사
services:
  예약: {{url: "http://127.0.0.1:9", timeout_ms: 30000}}
messages: {{service: 예약, path: /messages}}
limits: {{silence_ms: {SILENCE_MS}}}
sentences:
  anything_else: {MORE}
  not_understood: 못 알아들었어요.
  silence: {SILENT}
  thanks: 별말씀을요.
"""
OPENING = f"""
flow: 인사
about: 인사를 드립니다
steps:
  - say: {GREETING}
"""
OPENING_HOURS = f"""
flow: 영업시간
about: 언제 여는지 알려 드립니다
examples: [언제 열어요, 몇 시까지 하나요]
steps:
  - say: {HOURS}
"""


class FakeDoor:
    """A far side's wire. With ``echo`` (delay in ms, factor) the bot's voice comes back while the caller is silent.

    At a ``rate_hz`` other than the fakes' it says what is in ``waiting``, which is of that rate.
    """

    name = "wav"

    def __init__(self, rate_hz: int = sounds.RATE_HZ) -> None:
        self.rate_hz = rate_hz
        self.is_closed = False
        self.is_held = False
        self.is_lost = False
        self.complaint: str | None = None
        self.echo: tuple[int, float] | None = None
        self.waiting: deque[Samples] = deque()  # what the caller is about to say
        self.keys = ""
        self.sent: list[Samples] = []
        self.last_voice_tick = -1

    def receive(self) -> Samples:
        frame = self.waiting.popleft() if self.waiting else self._silence()
        if sounds.is_voiced(frame):
            self.last_voice_tick = len(self.sent)
        elif self.echo is not None:
            delay_ms, factor = self.echo
            at = len(self.sent) - delay_ms // FRAME_MS
            if at >= 0:
                frame = (self.sent[at] * factor).astype(np.int16)
        return frame

    def send(self, frame: Samples) -> None:
        assert frame.shape == self._silence().shape
        assert frame.dtype == np.int16
        self.sent.append(frame)

    def _silence(self) -> Samples:
        return np.zeros(self.rate_hz * FRAME_MS // 1000, np.int16)

    def take_keys(self) -> str:
        keys, self.keys = self.keys, ""
        return keys

    def take_complaint(self) -> str | None:
        complaint, self.complaint = self.complaint, None
        return complaint

    def measured(self) -> None:
        return None

    def hang_up(self) -> None:
        self.is_closed = True


class Tape:
    """A recorder that keeps everything in memory."""

    def __init__(self) -> None:
        self.caller: list[Samples] = []
        self.bot: list[Samples] = []
        self.is_paused = False

    def write(self, caller: Samples, bot: Samples) -> None:
        self.caller.append(sounds.silence() if self.is_paused else caller)
        self.bot.append(sounds.silence() if self.is_paused else bot)

    def pause(self) -> None:
        self.is_paused = True

    def resume(self) -> None:
        self.is_paused = False


class FakeServices:
    """Answers everything with 200 after ``takes_s`` of the call's time; raises where it is told to."""

    def __init__(self, takes_s: float = 0.0, error: Exception | None = None) -> None:
        self.takes_s = takes_s
        self.error = error

    async def call(self, *_: Any, **__: Any) -> Reply:
        await asyncio.sleep(self.takes_s)
        if self.error is not None:
            raise self.error
        return Reply(200, {}, round(self.takes_s * 1000))

    async def close(self) -> None:
        pass


class LiveCall:
    """One call of a caller with a tea house. Leaving it ends the call and looks whether its log is whole.

    ``flows`` come behind a greeting and one that tells the opening hours, further ``sentences`` behind the scenario's.
    Models run at once on executors that a test may hold up: ``hearing_worker``, ``voice_worker``, ``reading_worker``.
    """

    def __init__(
        self,
        folder: Path,
        flows: str = "",
        *,
        opening: str = OPENING,
        sentences: str = "",
        faq: Sequence[Entry] = (),
        services: FakeServices | None = None,
        caller: Caller = Caller("01023456789", "0212345678"),  # noqa: B008
        longest_ms: int = 30 * 60_000,
        has_desk: bool = False,
    ) -> None:
        self.clock = VirtualClock()
        self.loop = VirtualLoop(self.clock)
        self.recognizer = FakeRecognizer()
        self.detector = FakeDetector()
        self.synthesizer = FakeSynthesizer()
        self.hearing_worker, self.voice_worker, self.reading_worker = Inline(), Inline(), Inline()
        self.door = FakeDoor()
        self.tape = Tape()
        self.turn_taking = FakeTurnTaking()
        self.legs: dict[str, FakeDoor] = {}
        self.lost: list[tuple[str, str]] = []  # legs whose far side is gone, and why
        self._seen = 0
        self._has_desk = has_desk
        _write_scenario(folder, opening, flows, sentences)
        self.loop.run_until_complete(self._begin(folder, faq, services or FakeServices(), caller, longest_ms))

    async def _begin(
        self, folder: Path, faq: Sequence[Entry], services: FakeServices, caller: Caller, longest_ms: int
    ) -> None:
        mind = await open_fake_mind(folder, faq=faq)
        await mind.services.close()
        mind = replace(mind, services=services)
        hearing = Hearing(self.recognizer, self.detector, self.hearing_worker, self.clock.now_ms)  # type: ignore[arg-type]
        self.voice = Voice(self.synthesizer, executor=self.voice_worker)
        self.voice.prepare(SPOKEN_WHATEVER_HAPPENS, self.door.rate_hz)
        self.hearing = hearing
        self.log = EventLog("call", self.clock.now_ms)
        tools = Tools(hearing, self.voice, self.reading_worker, lambda: NOW)
        self.call = Call(  # type: ignore[arg-type]
            self.door,
            mind,
            tools,
            caller,
            self.log,
            (self.tape,),
            longest_ms=longest_ms,
            has_desk=self._has_desk,
        )
        self.call.leg_lost = lambda leg, reason: self.lost.append((leg, reason))
        self.call.listening.taking = self.turn_taking  # type: ignore[assignment]
        self.task = asyncio.create_task(self.call.run())
        await self.loop.settle()

    def __enter__(self) -> LiveCall:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(self.loop.settle())
        self.loop.close()
        if kind is None:
            self._check_log()

    def _check_log(self) -> None:
        events = [logged.event for logged in self.log.read()]
        assert isinstance(events[0], CallStarted)
        assert [type(event) for event in events].count(CallEnded) == 1
        assert isinstance(events[-1], CallEnded), f"behind the end: {events[-3:]}"
        assert [logged.seq for logged in self.log.read()] == list(range(len(events)))
        times = [logged.at_ms for logged in self.log.read()]
        assert times == sorted(times)

    # ---- the caller

    def caller_says(self, text: str) -> None:
        self.door.waiting.extend(sounds.speech(text))

    def caller_makes_noise(self, ms: int) -> None:
        """A cough, a laugh, music: a voice to the ear, without words."""
        self.door.waiting.extend(sounds.voice() for _ in range(ms // FRAME_MS))

    def caller_pauses(self, ms: int) -> None:
        self.door.waiting.extend(sounds.silence() for _ in range(ms // FRAME_MS))

    def caller_presses(self, keys: str) -> None:
        self.door.keys += keys

    def caller_hangs_up(self) -> None:
        self.door.is_closed = True

    # ---- the others

    def joins(self, leg: str, part: Part = "talking", door: FakeDoor | None = None) -> FakeDoor:
        """One more far side, at once with a part."""
        self.legs[leg] = door or FakeDoor()
        self.call.join(leg, self.legs[leg], part)  # type: ignore[arg-type]
        return self.legs[leg]

    def says(self, leg: str, text: str) -> None:
        self.legs[leg].waiting.extend(sounds.speech(text, half_wave=4))

    # ---- time

    def pass_ms(self, ms: int) -> None:
        for _ in range(ms // FRAME_MS):
            self.loop.run_until_complete(self._step())

    async def _step(self) -> None:
        self.call.tick()
        self.hearing.tick()
        await self.loop.settle()
        self.clock.pass_ms(FRAME_MS)
        await self.loop.settle()

    @property
    def now_ms(self) -> int:
        return int(self.clock.ms)

    def wait_for(self, kind: type[Event], at_most_ms: int = 15_000, **fields: Any) -> Logged:
        """The next such event, from what was waited for last on; time passes until it comes."""
        deadline_ms = self.now_ms + at_most_ms
        while True:
            for logged in self.log.read(self._seen):
                self._seen = logged.seq + 1
                if _is(logged.event, kind, fields):
                    return logged
            assert self.now_ms < deadline_ms, f"no {kind.__name__} {fields or ''} in {at_most_ms} ms:\n{self}"
            self.pass_ms(FRAME_MS)

    def wait_until(self, holds: Callable[[], bool], at_most_ms: int = 15_000) -> None:
        deadline_ms = self.now_ms + at_most_ms
        while not holds():
            assert self.now_ms < deadline_ms, f"not so in {at_most_ms} ms:\n{self}"
            self.pass_ms(FRAME_MS)

    def wait_for_the_end(self, at_most_ms: int = 60_000) -> CallEnded:
        ended = self.wait_for(CallEnded, at_most_ms).event
        assert isinstance(ended, CallEnded)
        self.pass_ms(LINGERING_MS)  # nothing may come behind it
        assert self.task.done()
        return ended

    def wait_until_greeted(self) -> None:
        """The bot has greeted and listens."""
        self.pass_ms(2 * FRAME_MS)
        self.wait_until(lambda: self.call.playing.is_idle)
        self._seen = len(self.log.read())

    # ---- what came of it

    def of(self, kind: type[Event], **fields: Any) -> list[Logged]:
        return [logged for logged in self.log.read() if _is(logged.event, kind, fields)]

    def kinds(self, *kinds: type[Event]) -> list[str]:
        """The names of the events of these kinds, in order."""
        return [type(logged.event).__name__ for logged in self.log.read() if isinstance(logged.event, kinds)]

    def texts(self, kind: type[Event]) -> list[str]:
        return [logged.event.text for logged in self.of(kind)]  # type: ignore[attr-defined]

    @property
    def voice_ended_ms(self) -> int:
        """When the caller's last sample of voice came in: a frame comes when it has been spoken."""
        return self.door.last_voice_tick * FRAME_MS

    @property
    def bot_silent_since_ms(self) -> int:
        """When the caller last heard something of the bot."""
        return 1000 * self._bot_samples() // self.door.rate_hz

    def _bot_samples(self) -> int:
        for number in range(len(self.door.sent) - 1, -1, -1):
            audible = np.flatnonzero(np.abs(self.door.sent[number].astype(np.int32)) > 50)
            if audible.size:
                return number * sounds.FRAME_SAMPLES + int(audible[-1]) + 1
        return 0

    def __str__(self) -> str:
        lines = []
        for logged in self.log.read():
            fields = {
                k: v for k, v in logged.as_json().items() if k not in ("call_id", "seq", "at_ms", "type", "words")
            }
            lines.append(f"{logged.at_ms:6} {type(logged.event).__name__} {fields}")
        return "\n".join(lines)


LINGERING_MS = 5_000


def _is(event: Event, kind: type[Event], fields: dict[str, Any]) -> bool:
    return isinstance(event, kind) and all(getattr(event, name) == value for name, value in fields.items())


def _write_scenario(folder: Path, opening: str, flows: str, sentences: str) -> None:
    (folder / "flows").mkdir(exist_ok=True)
    (folder / "scenario.yaml").write_text(SCENARIO + textwrap.dedent(sentences), encoding="utf-8")
    written = "---\n".join([opening, OPENING_HOURS, *([textwrap.dedent(flows)] if flows else [])])
    for number, flow in enumerate(written.split("---\n")):
        (folder / "flows" / f"{number}.yaml").write_text(flow, encoding="utf-8")
