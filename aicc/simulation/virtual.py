"""Recorded callers in virtual time: the real models and the real call, without sockets, processes or waiting.

What turn-taking does wrong shows here as in real time, a hundred times as fast; how long computing takes does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any

from aicc.mind import open_mind
from aicc.service.scenarios import sample_company
from aicc.settings import Settings
from aicc.simulation.caller import Caller
from aicc.simulation.measure import checked_with_log
from aicc.simulation.memory import memory_pair
from aicc.simulation.report import CallReport
from aicc.simulation.script import Script
from aicc.simulation.speech import Speech
from voicebot.audio import FRAME_MS
from voicebot.call import Call, Tools
from voicebot.dialogue.line import Caller as Known
from voicebot.dialogue.mind import Mind
from voicebot.dialogue.samples import samples
from voicebot.dialogue.scenario.scenario_file import load_scenario
from voicebot.hearing import Hearing
from voicebot.log import EventLog
from voicebot.speaking import Voice
from voicebot.stt import open_recognizer
from voicebot.tts import open_synthesizer
from voicebot.vad import VoiceDetector

RATE_HZ = 8_000
TURNS_OF_THE_LOOP = 12  # until everything that a tick has set going has come to rest
LONGEST_MS = 10 * 60_000
SERVICE_S, PATIENCE = 0.002, 500  # web services answer in real time: a mind that asks one is waited for


class Inline(Executor):
    """Does at once what it is given: no time passes meanwhile."""

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(work(*arguments, **named))
        except Exception as error:
            done.set_exception(error)
        return done


@dataclass(slots=True)
class Clock:
    ms: float = 0.0

    def now_ms(self) -> float:
        return self.ms


@dataclass(frozen=True, slots=True)
class Played:
    """One call, as the caller heard it and as the log has it."""

    report: CallReport
    events: Sequence[Mapping[str, Any]]


async def play(scripts: Sequence[Script], mind: Mind, tools: Tools, clock: Clock, seed: int = 0) -> list[Played]:
    """One call after the other. ``tools`` compute inline, on ``clock``."""
    speech = Speech(RATE_HZ)
    return [await _call(script, number, speech, mind, tools, clock, seed) for number, script in enumerate(scripts)]


async def _call(
    script: Script, number: int, speech: Speech, mind: Mind, tools: Tools, clock: Clock, seed: int
) -> Played:
    wire, door = memory_pair(RATE_HZ, clock.now_ms)
    caller = Caller(speech.part(script), wire, number=number, seed=seed, clock_ms=clock.now_ms)
    log = EventLog(f"virtual-{number}", clock.now_ms)
    written = script.written
    known = Known(written.caller, written.called, written.direction, dict(written.variables))
    call = Call(door, mind, tools, known, log, longest_ms=LONGEST_MS)
    life = asyncio.create_task(call.run())
    while not (life.done() and caller.is_over):
        caller.tick()
        call.tick()
        tools.hearing.tick()
        for _ in range(TURNS_OF_THE_LOOP):
            await asyncio.sleep(0)
        for _ in range(PATIENCE):
            if not call.is_thinking:
                break
            await asyncio.sleep(SERVICE_S)
        clock.ms += FRAME_MS
    events = [logged.as_json() for logged in log.read()]
    return Played(checked_with_log(caller.report(), events), events)


async def play_at_sample_company(scripts: Sequence[Script], settings: Settings, seed: int = 0) -> list[Played]:
    """With the recognizer, the voice and the mind that ``settings`` choose, and the sample order service."""
    loaded = load_scenario(sample_company())
    inline, clock = Inline(), Clock()
    recognizer = open_recognizer(settings.recognizer, settings.models, settings.device)
    hearing = Hearing(recognizer, VoiceDetector(), inline, clock.now_ms)
    voice = Voice(open_synthesizer(settings.voice, settings.models), executor=inline)
    async with samples(loaded.scenario.services, loaded.folder) as started:
        [addresses] = await started.addresses()
        mind = await open_mind(loaded.folder, settings, addresses)
        try:
            return await play(scripts, mind, Tools(hearing, voice, inline), clock, seed)
        finally:
            await mind.services.close()
