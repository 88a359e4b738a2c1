"""One text chat from its first line to its end: what is typed, what the bot answers, what an agent writes.

The flows are those of calls, and so are the log and what keeps it. There is no sound and no tick: what the bot says is
there at once. Where there is a desk, who wants a person waits for one, and people have the chat in the bot's place.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from voicebot.dialogue.conversation import Conversation
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.line import Caller, HungUp, Silence
from voicebot.dialogue.mind import Mind
from voicebot.dialogue.scenario.flow import Flow
from voicebot.dialogue.signals import Goodbye, Transfer
from voicebot.dialogue.slots.slot import Slot
from voicebot.events import CallEnded, CallStarted, Event, Fault, HandoffRequested, Side, TurnEnded
from voicebot.farewell import APOLOGY, APOLOGY_HANDOFF, By, Ending
from voicebot.korean_time import korean_now
from voicebot.link import AddLeg, BackToBot, Done, Refused, RemoveLeg, Reoffer, Reply, Say, SetPart
from voicebot.log import EventLog
from voicebot.reading_ahead import READ_MS, ReadingAhead
from voicebot.text_line import TextLine
from voicebot.typed import transcript, typed, written

log = logging.getLogger(__name__)

REMIND_S = 180.0  # who has the bot to answer and writes nothing is asked once
SILENT_S = 600.0  # and so much later the chat is over
LONGEST_S = 12 * 3600.0
LOST_S = 32.0  # a service that a flow calls may take 30 s; longer, and the mind will not come back
LEAVE_S = 3.0  # what a conversation may still take to notice that its caller has gone
MOST_WAITING = 20  # lines that the bot has not come to yet
MOST_ANNOUNCED_CHARS = 500

STILL_THERE = "아직 계신가요? 계속하시려면 글을 남겨 주세요. 10분 안에 말씀이 없으시면 상담을 마칠게요."
SILENT = "말씀이 없으셔서 상담을 마칠게요. 필요하시면 언제든지 다시 문의해 주세요."
TOO_LONG = "상담이 너무 길어져 이만 마칠게요. 필요하시면 다시 문의해 주세요."
COME_AGAIN = "잠시 뒤에 다시 문의해 주세요."


@dataclass(frozen=True, slots=True)
class _Line:
    """One that was typed to the bot."""

    turn: int
    at_ms: int
    heard: Heard


class Chat(TextLine):
    """One caller who writes. What is looked up runs in ``reading``; ``now`` is the wall clock.

    While ``MOST_WAITING`` lines wait for the bot, further ones are passed over. With ``has_desk`` a handoff leaves the
    chat open for people, and an agent who writes while the bot has it takes it over.
    """

    def __init__(
        self,
        mind: Mind,
        caller: Caller,
        event_log: EventLog,
        reading: Executor,
        now: Callable[[], datetime] = korean_now,
        *,
        has_desk: bool = False,
    ) -> None:
        super().__init__(event_log)
        self.conversation = Conversation(mind, self, caller, now)
        self._caller = caller
        self._scenario = mind.scenario
        self._flows = mind.flows
        self._reading = ReadingAhead(event_log.call_id, reading, self._consider)
        self._has_desk = has_desk
        self._loop = asyncio.get_running_loop()
        self._turns = 0  # of both people
        self._waiting: deque[_Line] = deque()
        self._stirred = asyncio.Event()  # there is a line, or the end
        self._decided: asyncio.Future[Ending] = self._loop.create_future()
        self._talk: asyncio.Task[Goodbye | Transfer] | None = None
        self._back: asyncio.Future[Flow] | None = None  # what the bot is to go on with, while people have the chat
        self._thinking: asyncio.TimerHandle | None = None
        self._is_lost = False  # the conversation does not come back

    # ---- from the first line to the end

    async def run(self) -> CallEnded:
        """To the end, which the log has whatever happens."""
        caller = self._caller
        self.record(CallStarted(caller.direction, "chat", caller.number, caller.called, self._scenario.scenario))
        longest = self._loop.call_later(LONGEST_S, self._grow_too_long)
        ending = Ending("service", "stopped")
        try:
            ending = await self._ending()
        finally:
            longest.cancel()
            self._thinks(False)
            if self._talk is not None:
                self._talk.cancel()
            if not self._decided.done():
                self._decided.set_result(ending)
            ended = CallEnded(ending.by, ending.reason, self.log.now_ms)
            self.record(ended)
        return ended

    async def _ending(self) -> Ending:
        """The bot has the chat, and people have it, in turn, until somebody ends it."""
        flow: Flow | None = None
        while True:
            talk = self._talk = asyncio.create_task(self.conversation.run(flow), name=f"chat {self.log.call_id}")
            self._thinks(True)
            await _first_of(talk, self._decided)
            self._thinks(False)
            if self._decided.done():
                await asyncio.wait({talk}, timeout=LEAVE_S)  # it hears of it when it next says or asks
                if talk.done() and not talk.cancelled():
                    talk.exception()  # looked at: the chat is over
                return self._decided.result()
            if self._back is None and (ending := self._ending_of(talk)):
                return ending
            back = self._people_begin()
            await _first_of(back, self._decided)
            if self._decided.done():
                return self._decided.result()
            flow, self._back = back.result(), None
            self._turn, self._heard_ms = self._turns, self.log.now_ms

    def _ending_of(self, talk: asyncio.Task[Goodbye | Transfer]) -> Ending | None:
        """How the chat ends by itself; None where people go on with it."""
        if talk.cancelled() and not self._is_lost:
            return Ending("service", "stopped")
        error = None if talk.cancelled() else talk.exception()
        if error is None and not self._is_lost:
            result = talk.result()
            if isinstance(result, Goodbye):
                return Ending("bot", result.reason)
            return None if self._has_desk else Ending("bot", "handoff")
        what = f"nothing has come of turn {self.turn} in {LOST_S:.0f} s"
        if error is not None:
            log.error("chat %s: the conversation failed", self.log.call_id, exc_info=error)
            what = f"{type(error).__name__}: {error}"
        self._is_lost = False
        self.record(Fault("dialogue", " ".join(what.split())[:300], "the caller was told and is handed over"))
        self._tell(f"{APOLOGY} {APOLOGY_HANDOFF if self._has_desk else COME_AGAIN}", 0)
        memory = self.conversation.memory
        self.record(HandoffRequested("fault", self._scenario.skill, memory.summary(None, memory.last_heard)))
        return None if self._has_desk else Ending("service", "fault")

    def hang_up(self, by: By, reason: str) -> None:
        """Ends the chat, from whatever side, at whatever moment; who comes first is right."""
        if not self._decided.done():
            self._decided.set_result(Ending(by, reason))
        self._stirred.set()

    def _grow_too_long(self) -> None:
        if not self._decided.done():
            self._tell(TOO_LONG, 0)
            self.hang_up("service", "too_long")

    # ---- people

    def obey(self, command: object) -> Reply:
        """What the front wants of a call with people in it: nobody has a leg in a chat, whatever part they play."""
        match command:
            case Say(_, text):
                return Done(self.announce(text))
            case BackToBot(_, flow):
                return Done(self.back_to_bot(flow))
            case SetPart() | RemoveLeg():
                return Done(not self._decided.done())
            case AddLeg() | Reoffer():
                return Refused("a chat has no sound: write to the caller")
        return Done(False)

    def type(self, text: str, side: Side = "caller") -> None:
        """What somebody has written; see ``typed.py`` for what counts."""
        if self._decided.done() or not (heard := typed(text) if side == "caller" else written(text)):
            return
        if self._back is None:
            if side != "caller":
                if not self._has_desk:
                    return
                self._give_way()
            elif len(self._waiting) >= MOST_WAITING:
                return
        self._turns += 1
        line = _Line(self._turns, self.log.now_ms, heard)
        self.record(replace(transcript(heard, line.turn, line.at_ms), side=side))
        if side == "caller":
            self.record(TurnEnded(line.turn, heard.spoken, heard.written, 0, "complete"))
        if self._back is None:
            self._waiting.append(line)
            self._stirred.set()

    def press(self, keys: str) -> None:
        """Keys are as good as digits that were typed."""
        self.type(keys)

    def announce(self, text: str) -> bool:
        """Tells something to a caller whom people have, or who waits for one; whether there is such."""
        if self._back is None or self._decided.done():
            return False
        self._tell(text[:MOST_ANNOUNCED_CHARS], 0)
        return True

    def back_to_bot(self, flow: str) -> bool:
        back = self._back
        if back is None or back.done() or self._decided.done() or flow not in self._flows:
            return False
        back.set_result(self._flows[flow])
        return True

    def _give_way(self) -> None:
        """The bot, to a person who writes to its caller."""
        self._people_begin()
        if self._talk is not None:
            self._talk.cancel()

    def _people_begin(self) -> asyncio.Future[Flow]:
        """What the bot has not come to is theirs."""
        if self._back is None:
            self._back = self._loop.create_future()
        self._waiting.clear()
        return self._back

    # ---- the conversation's line

    async def say(self, text: str, *, interruptible: bool = True, slower: bool = False) -> None:
        self._still_here()
        self._thinks(True)
        self._tell(text, self.turn)

    async def listen(self, asked: Slot | None, silence_ms: int) -> Heard | Silence:
        self._thinks(False)
        line = await self._next_line()
        self._turn, self._heard_ms = line.turn, line.at_ms
        self._thinks(True)
        await self._look_up(line.heard.spoken)
        return line.heard

    async def _next_line(self) -> _Line:
        for seconds, notice in ((REMIND_S, STILL_THERE), (SILENT_S, SILENT)):
            try:
                async with asyncio.timeout(seconds):
                    return await self._line()
            except TimeoutError:
                self._tell(notice, 0)
        self.hang_up("bot", "silence")
        raise HungUp

    async def _line(self) -> _Line:
        self._still_here()
        while not self._waiting:
            self._stirred.clear()
            await self._stirred.wait()
            self._still_here()
        return self._waiting.popleft()

    def record(self, event: Event) -> None:
        """Nothing comes behind the chat's end."""
        if not self.log.has_ended:
            super().record(event)

    def _still_here(self) -> None:
        if self._decided.done():
            raise HungUp

    def _thinks(self, does: bool) -> None:
        """The conversation has a line to answer, or has just said something: it is to come back soon."""
        if self._thinking is not None:
            self._thinking.cancel()
        self._thinking = self._loop.call_later(LOST_S, self._lose) if does else None

    def _lose(self) -> None:
        if self._talk is not None and not self._talk.done():
            self._is_lost = True
            self._talk.cancel()

    async def _look_up(self, text: str) -> None:
        try:
            await self._reading.finish(text)
        except TimeoutError:
            raise TimeoutError(f"looking up what was written has taken more than {READ_MS // 1000} s") from None

    def _consider(self, text: str) -> None:
        self.conversation.consider(text)


async def _first_of(*either: asyncio.Future[Any]) -> None:
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
