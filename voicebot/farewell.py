"""How a call ends: by whom, and what the caller still hears before it does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from voicebot.dialogue.line import HungUp
from voicebot.dialogue.signals import Goodbye, Transfer
from voicebot.events import CallbackBooked, Event, Fault, HandoffRequested
from voicebot.playing import Playing

log = logging.getLogger(__name__)

APOLOGY = "죄송합니다. 지금 시스템에 문제가 생겨 더 도와드리기 어렵습니다."
APOLOGY_HANDOFF = "상담사에게 연결해 드리겠습니다."
APOLOGY_CALLBACK = "상담사가 곧 다시 전화드리겠습니다."
TOO_LONG = "통화가 너무 길어져 이만 마치겠습니다. 필요하시면 다시 전화해 주세요."

LEAVE_MS = 3_000  # what a conversation may still take to notice that its caller has gone
SENTENCE_MS = 5_000  # of the bot's, when the service hangs up; who waits for its processes to end waits 12 s
FAREWELL_MS = 120_000  # everything that is still to be said; a voice that hangs is noticed long before
CALLBACK_MINUTES = 10

By = Literal["caller", "bot", "agent", "network", "service"]


@dataclass(frozen=True, slots=True)
class Ending:
    """``fault`` is the room that failed."""

    by: By
    reason: str
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Takeover:
    """Who takes over when the bot cannot go on: of which skill, and whom there is to call back (empty: nobody)."""

    number: str
    skill: str
    summary: Callable[[], str]


class Farewell:
    """One call's. ``is_heard`` says whether anybody on the line would hear a goodbye; ``now`` is the wall clock."""

    def __init__(
        self,
        call_id: str,
        playing: Playing,
        record: Callable[[Event], None],
        is_heard: Callable[[], bool],
        takeover: Takeover,
        now: Callable[[], datetime],
        *,
        has_desk: bool = False,
    ) -> None:
        self.is_leaving = False  # the call's last sentence is being said
        self.is_taken_over = False  # by people, in the middle of the conversation
        self._has_desk = has_desk
        self._call_id = call_id
        self._playing = playing
        self._record = record
        self._is_heard = is_heard
        self._takeover = takeover
        self._now = now
        self._decided: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._hushed: asyncio.Future[None] | None = None

    @property
    def is_decided(self) -> bool:
        """Whether somebody has ended the call, however it goes on from there."""
        return self._decided.done()

    def decide(self, ending: Ending) -> None:
        """Ends the call, or the farewell; who comes first is right."""
        if not self._decided.done():
            self._decided.set_result(ending)
        if self._hushed is not None and not self._hushed.done():
            self._hushed.set_result(None)

    def fault(self, room: str, what: str) -> None:
        self._record(Fault(room, " ".join(what.split())[:300], "the caller was told and is handed over or called back"))

    def notice(self) -> None:
        """Asked every tick: whether everything is said, or the voice is gone."""
        is_through = self._playing.is_idle or self._playing.broken
        if self._hushed is not None and not self._hushed.done() and is_through:
            self._hushed.set_result(None)

    async def ending(self, talk: asyncio.Task[Goodbye | Transfer]) -> Ending | None:
        """How the call ends, once it does: as the conversation did, or as somebody else wanted.

        None where it goes on with people: one is asked for and there is a desk, or they have taken over.
        """
        waited: set[asyncio.Future[Any]] = {talk, self._decided}
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if self._decided.done():
            return await self._broken_off(talk, self._decided.result())
        if self.is_taken_over:
            return None
        if talk.cancelled():
            return Ending("service", "stopped")
        error = talk.exception()
        if error is None:
            self._playing.insist()
            result = talk.result()
            if self._has_desk and isinstance(result, Transfer):
                return None
            await self._hush()
            if self._decided.done():
                return self._decided.result()
            return Ending("bot", result.reason if isinstance(result, Goodbye) else "handoff")
        if isinstance(error, HungUp):
            return self._decided.result() if self._decided.done() else Ending("caller", "hung_up")
        log.error("call %s: the conversation failed", self._call_id, exc_info=error)
        self.fault("dialogue", f"{type(error).__name__}: {error}")
        await self._apologize()
        return Ending("service", "fault")

    async def ending_among_people(self, back: asyncio.Future[Any]) -> Ending | None:
        """How the call ends that people have; None where it goes back to the bot, once ``back`` is done."""
        await asyncio.wait({back, self._decided}, return_when=asyncio.FIRST_COMPLETED)
        if not self._decided.done():
            return None
        ending = self._decided.result()
        if ending.reason == "too_long":
            await self._say_last(TOO_LONG)
        elif ending.reason == "stopped":
            await self._finish_sentence()
        elif ending.by == "bot":  # there is nobody: what the bot has announced is still said
            self._leave()
            await self._hush()
            return self._decided.result() if self._decided.done() else ending
        return ending

    async def _broken_off(self, talk: asyncio.Task[Goodbye | Transfer], ending: Ending) -> Ending:
        if ending.fault is None and ending.reason != "too_long":
            if ending.reason == "stopped":
                await self._finish_sentence()
            await asyncio.wait({talk}, timeout=LEAVE_MS / 1000)  # it hears of it when it next says or asks
            return ending
        talk.cancel()
        await asyncio.wait({talk}, timeout=LEAVE_MS / 1000)
        await (self._say_last(TOO_LONG) if ending.fault is None else self._apologize())
        return ending

    async def _apologize(self) -> None:
        """When the bot cannot go on: the caller hears so, a person is asked for, and calls back where that is known."""
        number = self._takeover.number
        self._record(HandoffRequested("fault", self._takeover.skill, self._takeover.summary()))
        if number:
            at = self._now() + timedelta(minutes=CALLBACK_MINUTES)
            due = at.isoformat(timespec="minutes")
            self._record(CallbackBooked(due, number, due))
        await self._say_last(APOLOGY, APOLOGY_CALLBACK if number else APOLOGY_HANDOFF)

    async def _say_last(self, *texts: str) -> None:
        self._leave()
        self._playing.silence()
        self._playing.broken = None
        if not self._is_heard():
            return
        for text in texts:
            self._playing.say(text, 0, interruptible=False)
        await self._hush()

    async def _finish_sentence(self) -> None:
        """Before the service goes down: a bot that breaks off in the middle of a word sounds broken."""
        self._leave()
        self._playing.finish_sentence()
        if self._is_heard():
            await self._hush(SENTENCE_MS)

    def _leave(self) -> None:
        self._decided = asyncio.get_running_loop().create_future()  # a caller who hangs up now ends the farewell
        self.is_leaving = True

    async def _hush(self, most_ms: int = FAREWELL_MS) -> None:
        """Until everything is said, or nobody hears it any more."""
        if self._playing.is_idle or self._decided.done():
            return
        self._hushed = asyncio.get_running_loop().create_future()
        await asyncio.wait({self._hushed}, timeout=most_ms / 1000)
