"""Calls to a tea house whose flows a test writes: what the caller hears, what the log says, how it ends."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from kb.entry import Entry
from tests.fakes.line import ScriptedLine, Turn
from tests.fakes.mind import open_fake_mind
from voicebot.dialogue.answer.answers import Answers
from voicebot.dialogue.conversation import Conversation
from voicebot.dialogue.line import Caller, HungUp
from voicebot.dialogue.services import Reply
from voicebot.dialogue.signals import Goodbye, Transfer
from voicebot.events import FlowEntered, FlowLeft, SlotCorrected, SlotFilled

NOW = datetime(2026, 11, 23, 14)  # a Monday

SCENARIO = """
scenario: 찻집
company: 새벽찻집
start: 인사
outbound: 안부
services:
  예약: {url: "http://127.0.0.1:9"}
messages: {service: 예약, path: /messages}
sentences:
  anything_else: 더 필요하신 게 있나요?
  not_understood: 못 알아들었어요.
  silence: 듣고 있어요.
  thanks: 별말씀을요.
"""
OPENING = """
flow: 인사
about: 인사를 드립니다
steps:
  - say: 새벽찻집입니다. 무엇을 도와드릴까요?
---
flow: 안부
about: 안부를 여쭙니다
steps:
  - say: 안부 전화예요. 잘 지내셨어요?
"""
MORE = "더 필요하신 게 있나요?"  # what follows a wish that was served


@dataclass
class FakeServices:
    """Answers each ``METHOD /path`` with what the test wrote: one reply, or several in turn; 404 to everything else.

    One of ``slow`` answers only when the caller has been told something. ``calls`` are the path, body and tries asked.
    """

    replies: dict[str, Reply | list[Reply]] = field(default_factory=dict)
    slow: Sequence[str] = ()
    line: ScriptedLine | None = None
    calls: list[tuple[str, Any, int]] = field(default_factory=list)

    async def call(
        self, name: str, method: str, path: str, *, query: Any = None, body: Any = None, timeout_ms: Any = None,
        tries: int = 1,
    ) -> Reply:  # fmt: skip
        asked = f"{method} {path}"
        self.calls.append((asked, body, tries))
        if asked in self.slow:
            assert self.line
            before = len(self.line.said)
            while len(self.line.said) == before:
                await asyncio.sleep(0)
        reply = self.replies.get(asked, Reply(404, None, 1))
        return reply.pop(0) if isinstance(reply, list) else reply


@dataclass(frozen=True)
class Call:
    """``ending`` is None where the caller has hung up."""

    ending: Goodbye | Transfer | None
    line: ScriptedLine
    services: FakeServices
    conversation: Conversation

    def heard(self, turn: int | None = None) -> str:
        """What was said in answer to the caller's turn of that number, or to the last."""
        return self.line.answers(turn)

    @property
    def last(self) -> str:
        """The bot's last sentence."""
        return self.line.said[-1].text

    @property
    def entered(self) -> list[str]:
        return [event.flow for event in self.line.of(FlowEntered)]

    @property
    def left(self) -> list[str]:
        return [event.flow for event in self.line.of(FlowLeft)]

    @property
    def filled(self) -> dict[str, Any]:
        """The slots that callers filled, as the log has them in the end."""
        events = [event for event in self.line.events if isinstance(event, SlotFilled | SlotCorrected)]
        return {event.slot: event.value for event in events}


def call(
    folder: Path,
    flows: str,
    *turns: Turn,
    scenario: str = "",
    faq: Sequence[Entry] = (),
    services: FakeServices | None = None,
    caller: Caller = Caller(),  # noqa: B008
    line: ScriptedLine | None = None,
) -> Call:
    """One call, at ``NOW``.

    ``scenario`` is put behind ``SCENARIO`` (further sentences first), ``flows`` behind ``OPENING``.
    """
    (folder / "flows").mkdir(exist_ok=True)
    (folder / "scenario.yaml").write_text(SCENARIO + scenario, encoding="utf-8")
    for number, flow in enumerate((OPENING + "---\n" + textwrap.dedent(flows)).split("---\n")):
        name = flow.strip().partition("\n")[0].removeprefix("flow: ")
        (folder / "flows" / f"{name or number}.yaml").write_text(flow, encoding="utf-8")
    line = line or ScriptedLine(turns)
    services = services or FakeServices()
    services.line = line
    return asyncio.run(_call(folder, line, services, faq, caller))


async def _call(folder: Path, line: ScriptedLine, services: FakeServices, faq: Sequence[Entry], caller: Caller) -> Call:
    mind = await open_fake_mind(folder, faq=faq)
    await mind.services.close()
    object.__setattr__(mind, "services", services)  # frozen for everybody else
    answers = Answers(answer_characters=mind.scenario.limits.answer_chars)
    mind = replace(mind, services=services, answers=answers)
    conversation = Conversation(mind, line, caller, now=lambda: NOW)
    try:
        ending: Goodbye | Transfer | None = await conversation.run()
    except HungUp:
        ending = None
    return Call(ending, line, services, conversation)
