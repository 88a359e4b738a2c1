"""Which of a caller's turns the bot has understood: those after which it does what it does when the same is typed.

A bot that has heard a number right and is not sure of it asks: 주문번호 20261122번이 맞으세요? It has understood, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aicc.mind import open_mind
from aicc.service.scenarios import sample_company
from aicc.settings import Settings
from aicc.simulation.report import CallReport
from aicc.simulation.script import Say, Script
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.line import Caller, HungUp
from voicebot.dialogue.mind import Mind
from voicebot.dialogue.samples import samples
from voicebot.dialogue.scenario.scenario_file import load_scenario
from voicebot.dialogue.slots.slot import Slot
from voicebot.doors.chat import Chat
from voicebot.korean_time import korean_now
from voicebot.log import EventLog

ASKS = "asks"
Done = frozenset[tuple[object, ...]]
"""What the bot did with a turn: flows it entered, slots it filled, answers it found, numbers it said back, whom it
called."""


_NUMBERS = re.compile(r"\d{4,}")


def is_understood(found: Done, typed: Done) -> bool:
    """Whether the bot did with what it heard what it did with what was typed, or asks whether that is what it heard."""
    wanted, done = (frozenset(one for one in it if one[0] != ASKS) for it in (typed, found))
    numbers = {one[2] for one in wanted if one[0] == "slot"}
    return done == wanted or (bool(numbers) and all((ASKS, number) in found for number in numbers))


def done_with(events: Sequence[Mapping[str, Any]]) -> Done:
    """``events`` are a log's as JSON. The bot's own words are left out: it says the same thing in several ways."""
    return frozenset(_decisions(events))


def _decisions(events: Sequence[Mapping[str, Any]]) -> Iterator[tuple[object, ...]]:
    for event in events:
        match event["type"]:
            case "flow_entered":
                yield "flow", event["flow"]
            case "slot_filled" | "slot_corrected":
                yield "slot", event["slot"], str(event["value"])
            case "answer_chosen" if event["source"] in ("faq", "llm"):
                yield "answer", event["text"]
            case "answer_chosen" if event["source"] == "repair":
                yield "repair", event["text"]
            case "answer_chosen":
                yield from ((ASKS, number) for number in _NUMBERS.findall(event["text"]))
            case "service_called":
                yield "service", event["service"], event["status"]
            case "handoff_requested":
                yield "handoff", event["reason"]


def texts_of(script: Script) -> list[str]:
    """What a caller says in a script that does nothing else. Raises ValueError for another one."""
    texts = []
    for step in script.written.steps:
        if not isinstance(step, Say) or any(isinstance(piece, int) for piece in step.say):
            raise ValueError(f"{script.path}: only plain say steps can be compared with what is typed")
        texts.append(" ".join(map(str, step.say)))
    return texts


async def typed(scripts: Sequence[Script], settings: Settings) -> list[list[Done]]:
    """For each turn of each script what the sample company's bot does when it is typed."""
    loaded = load_scenario(sample_company())
    async with samples(loaded.scenario.services, loaded.folder) as started:
        [addresses] = await started.addresses()
        mind = await open_mind(loaded.folder, settings, addresses)
        try:
            return [await _typed(script, mind) for script in scripts]
        finally:
            await mind.services.close()


async def _typed(script: Script, mind: Mind) -> list[Done]:
    written, log = script.written, EventLog(script.name)
    ahead = [Heard.of(text, source="typed") for text in texts_of(script)]
    begins: list[int] = []

    async def next_turn(asked: Slot | None) -> Heard | None:
        if len(begins) == len(ahead):
            raise HungUp
        begins.append(len(log.read()))
        return ahead[len(begins) - 1]

    caller = Caller(written.caller, written.called, written.direction, dict(written.variables))
    await Chat(mind, caller, log, next_turn, korean_now).run()
    events = [logged.as_json() for logged in log.read()]
    ends = [*begins[1:], len(events)]
    return [done_with(events[begin:end]) for begin, end in zip(begins, ends, strict=True)]


def heard(report: CallReport, events: Sequence[Mapping[str, Any]]) -> list[Done]:
    """For each turn of a call what the bot did from its first sound to the first sound of the next."""
    spoken = [turn for turn in report.turns if turn.kind == "say"]
    ends_ms = [*(turn.start_ms for turn in spoken[1:]), float("inf")]
    return [
        done_with([event for event in events if turn.start_ms <= event["at_ms"] < end_ms])
        for turn, end_ms in zip(spoken, ends_ms, strict=True)
    ]
