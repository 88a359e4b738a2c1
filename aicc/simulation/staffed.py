"""A desk with one agent at a telephone, for a demonstration: who answers, what is said, a picture and the note."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from aicc.simulation.at_desk import AtDesk
from aicc.simulation.browser import NoBrowser
from aicc.simulation.phones import Phones
from aicc.simulation.picture import Panel
from aicc.simulation.script import Voice
from aicc.simulation.service import Service
from aicc.simulation.speaking_agent import RATE_HZ, SpeakingAgent
from aicc.simulation.speech import Speech
from voicebot.audio import Samples

log = logging.getLogger(__name__)

NAME, SHOWN = "nuri", "김누리"
SAYS = (
    "안녕하세요 고객님, 상담사 김누리입니다. 어떤 일로 전화 주셨어요?",
    "네, 사이즈가 안 맞으셨군요. 내일 오전에 기사님이 방문해서 가져가도록 해 드릴까요?",
    "네, 내일 오전으로 접수했습니다. 환불은 상품이 도착하고 사흘 안에 처리돼요.",
    "감사합니다. 좋은 하루 보내세요.",
)
SEEN_S = 2.0  # the agent's sentence is on the screen by then


@dataclass(slots=True)
class Staffed:
    """``picture`` is where the panel was captured; None where there is no browser."""

    picture: Path | None = None


@contextlib.asynccontextmanager
async def staffed(service: Service, output: Path) -> AsyncIterator[Staffed]:
    """Somebody answers whom callers are handed over to; the panel is captured into ``output`` while they talk."""
    agent, found = SpeakingAgent(await asyncio.to_thread(_spoken)), Staffed()
    async with Phones.opened(agent.pick_up) as phones, contextlib.AsyncExitStack() as stack:
        signing_in = AtDesk.signed_in(service, NAME, ["일반"], shown=SHOWN, phone=phones.uri(NAME))
        person = await stack.enter_async_context(signing_in)
        await person.ready()
        capturing = asyncio.create_task(_capture(service, person, agent, output / "panel.png", found))
        try:
            yield found
        finally:
            capturing.cancel()
            await asyncio.gather(capturing, return_exceptions=True)


async def _capture(service: Service, person: AtDesk, agent: SpeakingAgent, path: Path, found: Staffed) -> None:
    assert service.address
    try:
        async with Panel.opened(service.address, NAME, person.password) as panel:
            await agent.is_in_talk.wait()
            await asyncio.sleep(SEEN_S)
            await panel.capture(path)
            found.picture = path
    except (NoBrowser, OSError, TimeoutError) as error:
        log.info("no picture of the panel: %s", error)


def _spoken() -> list[Samples]:
    speech = Speech(RATE_HZ)
    return [speech.say(text, Voice(name="ko+f5")) for text in SAYS]
