"""Callers who talk to agents: what it takes until both hear each other, and how soon words are on the agent's screen.

Every caller and every agent sounds a tone of his own until the other's is heard, and speaks from then on.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from aicc.simulation.at_desk import AtDesk, Message
from aicc.simulation.browser import MICROPHONE_HZ
from aicc.simulation.phones import PhoneCall, Phones
from aicc.simulation.rtp_wire import RtpWire
from aicc.simulation.service import Service
from aicc.simulation.sip_callers import SipCallers
from aicc.simulation.web_peers import WebPeer
from voicebot.audio import FRAME_MS, Samples

FLOW_HEADER = "X-AICC-Flow"
CALLER_HZ, AGENT_HZ = 500, 1_500
TONE_LEVEL, HEARD_LEVEL = 8_000, 2_500  # amplitudes; music and what a codec adds stay below
CATCH_UP_FRAMES = 5
WIRE_HZ = 8_000

Way = Literal["sip", "web"]


def tone(frequency_hz: int, rate_hz: int) -> Samples:
    """A second of it."""
    times = np.arange(rate_hz) / rate_hz
    return (TONE_LEVEL * np.sin(2 * np.pi * frequency_hz * times)).astype(np.int16)


def level_of(frame: Samples, frequency_hz: int, rate_hz: int) -> float:
    """The amplitude of a frequency in a frame."""
    turns = np.exp(-2j * np.pi * frequency_hz / rate_hz * np.arange(len(frame)))
    return float(2 * np.abs(np.mean(frame * turns)))


@dataclass(slots=True)
class Side:
    """Somebody at a telephone. ``heard_s`` is when the other's tone first came, by ``time.monotonic``."""

    wire: RtpWire
    sound: Samples
    listens_hz: int
    said: int = 0
    heard_s: float | None = None

    def tick(self) -> None:
        for arrived in self.wire.receive():
            if self.heard_s is None and level_of(arrived.frame, self.listens_hz, WIRE_HZ) > HEARD_LEVEL:
                self.heard_s = arrived.at_ms / 1_000
        size = WIRE_HZ * FRAME_MS // 1_000
        frames = len(self.sound) // size
        start = self.said % frames * size
        self.wire.send(self.sound[start : start + size])
        self.said += 1

    def speak(self, sound: Samples) -> None:
        self.sound, self.said = sound, 0


class BrowserSide(WebPeer):
    """Somebody with a browser."""

    def __init__(self) -> None:
        super().__init__(tone(AGENT_HZ, MICROPHONE_HZ))
        self.heard_s: float | None = None

    def heard(self, frame: Any) -> None:
        if self.heard_s is None:
            left = frame.to_ndarray().reshape(-1)[:: len(frame.layout.channels)]
            if level_of(left, CALLER_HZ, frame.sample_rate) > HEARD_LEVEL:
                self.heard_s = time.monotonic()

    def speak(self, sound: Samples) -> None:
        self.say(sound)


@dataclass(slots=True)
class Bridged:
    """One caller and their agent."""

    call_id: str
    person: AtDesk
    caller: Side
    agent: Side | BrowserSide
    accepted_s: float

    @property
    def both_hear_ms(self) -> float | None:
        caller_s, agent_s = self.caller.heard_s, self.agent.heard_s
        return None if caller_s is None or agent_s is None else 1_000 * (max(caller_s, agent_s) - self.accepted_s)


@dataclass(slots=True)
class House:
    """A service with people at its desk and callers who want one; ``sides`` are ticked together."""

    service: Service
    callers: SipCallers
    sides: list[Side] = field(default_factory=list)
    late_ticks: int = 0

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(cls, service: Service) -> AsyncIterator[House]:
        assert service.telephone
        async with SipCallers(service.telephone) as callers:
            house = cls(service, callers)
            ticking = asyncio.create_task(house._tick())
            try:
                yield house
            finally:
                ticking.cancel()
                await asyncio.gather(ticking, return_exceptions=True)

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while True:
            for side in self.sides:
                side.tick()
            due_s += FRAME_MS / 1_000
            if loop.time() - due_s > CATCH_UP_FRAMES * FRAME_MS / 1_000:
                self.late_ticks += 1
                due_s = loop.time()
            await asyncio.sleep(max(0.0, due_s - loop.time()))

    async def bridge(self, number: int, person: AtDesk, phones: Phones | None, flow: str) -> Bridged:
        """A caller who wants a person gets ``person``, the only one who is free, by telephone or in a browser."""
        before = [message.told["call_id"] for message in person.messages if message.type == "offer"]
        wire = await self.callers.dial(number, f"0101234{number:04d}", headers={FLOW_HEADER: flow})
        caller = Side(wire, tone(CALLER_HZ, WIRE_HZ), AGENT_HZ)
        self.sides.append(caller)
        call_id = (await person.offered(before))["call_id"]
        if phones is None:
            agent = BrowserSide()
            await person.connect(call_id, agent)
            accepted_s = time.monotonic()
            await person.do(call_id, "accept")
            made = Bridged(call_id, person, caller, agent, accepted_s)
        else:
            call = await _picked_up(phones, call_id)
            accepted_s = call.picked_up_s
            side = Side(call.wire, tone(AGENT_HZ, WIRE_HZ), CALLER_HZ)
            self.sides.append(side)
            made = Bridged(call_id, person, caller, side, accepted_s)
        await person.follow(call_id)
        async with asyncio.timeout(10):
            while made.both_hear_ms is None:
                await asyncio.sleep(FRAME_MS / 1_000)
        return made


async def _picked_up(phones: Phones, call_id: str) -> PhoneCall:
    async with asyncio.timeout(10):
        while True:
            for call in phones.calls:
                if call.call_id == call_id and call.picked_up_s:
                    return call
            await asyncio.sleep(0.002)


# ---- how soon words are on the screen


def screen_figures(messages: Sequence[Message], call_id: str) -> tuple[list[float], list[float]]:
    """In ms, from the end of a word in the caller's sound to the panel's being told of it: by a transcript that has it
    and all before it as they stay, and by what is suggested upon that. Words and their times are those of the finals;
    the clocks are laid upon each other by the event that was told soonest.
    """
    told = [
        (message.at_s * 1_000, message.told["event"])
        for message in messages
        if message.type == "event" and message.told["event"]["call_id"] == call_id
    ]
    if not told:
        return [], []
    offset_ms = min(at_ms - event["at_ms"] for at_ms, event in told)
    shown: dict[int, list[tuple[float, int, str]]] = {}  # by turn: when, as which event, what
    finals: dict[int, list[dict[str, Any]]] = {}
    for at_ms, event in told:
        if event["type"] in ("transcript_partial", "transcript_final") and event["side"] == "caller":
            shown.setdefault(event["turn"], []).append((at_ms - offset_ms, event["seq"], event["spoken"]))
            if event["type"] == "transcript_final":
                finals[event["turn"]] = event["words"]
    words_ms: list[float] = []
    whole_ms: dict[int, float] = {}  # by event: the end of the last word that it has as it stays
    for turn, words in finals.items():
        begun = ""
        for word in words:
            begun = f"{begun} {word['text']}".strip()
            having = [(at_ms, seq) for at_ms, seq, spoken in shown[turn] if f"{spoken} ".startswith(f"{begun} ")]
            words_ms += [at_ms - word["end_ms"] for at_ms, _ in having[:1]]
            whole_ms |= {seq: word["end_ms"] for _, seq in having}
    suggested_ms: list[float] = []
    last: list[str] = []
    for at_ms, event in told:
        if event["type"] == "suggested" and (documents := [item["document"] for item in event["items"]]) != last:
            last = documents  # what only confirms was on the screen before
            if documents and event["cause"] in whole_ms:
                suggested_ms.append(at_ms - offset_ms - whole_ms[event["cause"]])
    return words_ms, suggested_ms
