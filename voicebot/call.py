"""One call from ring to hang-up: door → ear → mind → mouth → door, and everything that happens in its log.

Every 20 ms the process's pacer calls :meth:`Call.tick`: one frame from the door to the ear, one frame of what the bot
says to the door, both to the recording and the tap. The conversation is a coroutine beside it, for which the call is
its ``Line``: it says, it listens, and where it waits, ticks go on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

import numpy as np

from voicebot.audio import FRAME_MS, Samples
from voicebot.dialogue.conversation import Conversation
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.line import Caller, HungUp, Silence
from voicebot.dialogue.mind import Mind
from voicebot.dialogue.signals import Goodbye, Transfer
from voicebot.dialogue.slots.slot import Slot
from voicebot.doors.door import Door
from voicebot.events import (
    CallbackBooked,
    CallEnded,
    CallStarted,
    Event,
    Fault,
    HandoffRequested,
    Latency,
    RecordingPaused,
    RecordingResumed,
)
from voicebot.floor import Floor
from voicebot.hearing import Hearing
from voicebot.korean_time import korean_now
from voicebot.listening import Listening, Turn
from voicebot.log import EventLog
from voicebot.off_record import off_record
from voicebot.patience import LOST_MS, Patience
from voicebot.playing import Playing
from voicebot.speaking import Voice

log = logging.getLogger(__name__)

APOLOGY = "죄송합니다. 지금 시스템에 문제가 생겨 더 도와드리기 어렵습니다."
APOLOGY_HANDOFF = "상담사에게 연결해 드리겠습니다."
APOLOGY_CALLBACK = "상담사가 곧 다시 전화드리겠습니다."
PLEASE_WAIT = "잠시만 기다려 주세요."
TOO_LONG = "통화가 너무 길어져 이만 마치겠습니다. 필요하시면 다시 전화해 주세요."
SPOKEN_WHATEVER_HAPPENS = (APOLOGY, APOLOGY_HANDOFF, APOLOGY_CALLBACK, PLEASE_WAIT, TOO_LONG)
"""Spoken before the first call, so that they are there when the voice is not."""

READ_MS = 3_000  # looking up what was said takes some milliseconds
LEAVE_MS = 3_000  # what a conversation may still take to notice that its caller has gone
SENTENCE_MS = 5_000  # of the bot's, when the service hangs up; who waits for its processes to end waits 12 s
FAREWELL_MS = 120_000  # everything that is still to be said; a voice that hangs is noticed long before
CALLBACK_MINUTES = 10

By = Literal["caller", "bot", "agent", "network", "service"]


class Recorder(Protocol):
    """What keeps a call's sound: see ``voicebot.recording``."""

    def write(self, caller: Samples, bot: Samples) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...


class Listener(Protocol):
    """What else gets both sides of each tick: the tap."""

    def write(self, caller: Samples, bot: Samples) -> None: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What the calls of a process share. ``reading`` is where what was said is looked up, one thread for all."""

    hearing: Hearing
    voice: Voice
    reading: Executor
    now: Callable[[], datetime] = korean_now


@dataclass(frozen=True, slots=True)
class _Ending:
    by: By
    reason: str
    fault: str | None = None  # the room that failed


class Call:
    """One caller. ``recording_name`` is what ``call_ended`` says of the recording."""

    def __init__(
        self,
        door: Door,
        mind: Mind,
        tools: Tools,
        caller: Caller,
        event_log: EventLog,
        recorders: tuple[Recorder, ...] = (),
        listeners: tuple[Listener, ...] = (),
        *,
        longest_ms: int = 30 * 60_000,
        recording_name: str | None = None,
    ) -> None:
        self.log = event_log
        self.door = door
        self._caller = caller
        self._tools = tools
        self._recorders = recorders
        self._listeners = (*recorders, *listeners)
        self._longest_ms = longest_ms
        self._recording_name = recording_name
        self._silence = np.zeros(door.rate_hz * FRAME_MS // 1000, np.int16)
        self._frame: Samples = self._silence
        self.ear = tools.hearing.ear(door.rate_hz)
        self.ear.told = self._listen_now
        self.listening = Listening(self.ear, self.record, self._read_ahead, tools.now)
        self.playing = Playing(tools.voice, door.rate_hz, self.record, self._first_sound)
        self.conversation = Conversation(mind, self, caller, tools.now)
        self._floor = Floor(door.rate_hz, self.ear, self.listening, self.playing, tools.now)
        self._patience = Patience()
        self._scenario = mind.scenario
        self._asked: Slot | None = None
        self._awaited: asyncio.Future[Heard | Silence] | None = None
        self._answering: Turn | None = None  # whose answer has not been heard yet
        self._chosen_ms: int | None = None  # when the first text of the answer was given to the voice
        self._turn_ended_ms = 0
        self._is_private = False
        self._was_idle = True
        self._is_leaving = False  # its last sentence is being said
        self._is_done = False  # the conversation is through
        self._is_over = False
        self._over: asyncio.Future[_Ending] = asyncio.get_running_loop().create_future()
        self._hushed: asyncio.Future[None] | None = None
        self._reading: asyncio.Future[None] | None = None

    # ---- from ring to hang-up

    async def run(self) -> CallEnded:
        """To the end, which the log has whatever happens; the pacer ticks meanwhile."""
        caller = self._caller
        self.record(
            CallStarted(caller.direction, self.door.name, caller.number, caller.called, self._scenario.scenario)
        )
        talk = asyncio.create_task(self.conversation.run(), name=f"conversation {self.log.call_id}")
        talk.add_done_callback(self._talked)
        ending = _Ending("service", "stopped")
        try:
            waited: set[asyncio.Future[Any]] = {talk, self._over}
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            ending = await self._ending_of(talk)
        finally:
            talk.cancel()
            self._is_over = True
            self.playing.silence()
            self.door.hang_up()
            self._tools.hearing.close_ear(self.ear)
            ended = CallEnded(ending.by, ending.reason, self.log.now_ms, self._recording_name)
            self.record(ended)
        return ended

    def _talked(self, talk: asyncio.Task[Goodbye | Transfer]) -> None:
        self._is_done = True
        if not talk.cancelled():
            talk.exception()  # looked at, however the call ends

    @property
    def is_thinking(self) -> bool:
        """Whether the conversation is at work: it neither waits for the caller nor has the call ended."""
        return self._awaited is None and not (self._is_over or self._is_leaving or self._over.done() or self._is_done)

    def hang_up(self, by: By, reason: str) -> None:
        """Ends the call, from whatever side, at whatever moment."""
        self._end(_Ending(by, reason))

    def _end(self, ending: _Ending) -> None:
        if not self._over.done():
            self._over.set_result(ending)
        if self._awaited is not None and not self._awaited.done():
            self._awaited.set_exception(HungUp())
        if self._hushed is not None and not self._hushed.done():
            self._hushed.set_result(None)

    async def _ending_of(self, talk: asyncio.Task[Goodbye | Transfer]) -> _Ending:
        """How the call ends: as the conversation did, or as somebody else wanted."""
        if self._over.done():
            ending = self._over.result()
            if ending.fault is None and ending.reason != "too_long":
                if ending.reason == "stopped":
                    await self._finish_sentence()
                await asyncio.wait({talk}, timeout=LEAVE_MS / 1000)  # it hears of it when it next says or asks
                return ending
            talk.cancel()
            await asyncio.wait({talk}, timeout=LEAVE_MS / 1000)
            await (self._say_last(TOO_LONG) if ending.fault is None else self._apologize())
            return ending
        if talk.cancelled():
            return _Ending("service", "stopped")
        error = talk.exception()
        if error is None:
            self.playing.insist()
            await self._hush()
            result = talk.result()
            if self._over.done():
                return self._over.result()
            return _Ending("bot", result.reason if isinstance(result, Goodbye) else "handoff")
        if isinstance(error, HungUp):
            return self._over.result() if self._over.done() else _Ending("caller", "hung_up")
        log.error("call %s: the conversation failed", self.log.call_id, exc_info=error)
        self.fault("dialogue", f"{type(error).__name__}: {error}")
        await self._apologize()
        return _Ending("service", "fault")

    def fault(self, room: str, what: str) -> None:
        self.record(Fault(room, " ".join(what.split())[:300], "the caller was told and is handed over or called back"))

    async def _apologize(self) -> None:
        """When the bot cannot go on: the caller hears so, a person is asked for, and calls back where that is known."""
        number = self._caller.number
        summary = self.conversation.memory.summary(None, self.conversation.memory.last_heard)
        self.record(HandoffRequested("fault", self._scenario.skill, summary))
        if number:
            at = self._tools.now() + timedelta(minutes=CALLBACK_MINUTES)
            self.record(CallbackBooked(at.isoformat(timespec="minutes"), number))
        await self._say_last(APOLOGY, APOLOGY_CALLBACK if number else APOLOGY_HANDOFF)

    async def _say_last(self, *texts: str) -> None:
        self._over = asyncio.get_running_loop().create_future()  # a caller who hangs up now ends the farewell
        self._is_leaving = True
        self.playing.silence()
        self.playing.broken = None
        for text in texts:
            self.playing.say(text, 0, interruptible=False)
        await self._hush()

    async def _finish_sentence(self) -> None:
        """Before the service goes down: a bot that breaks off in the middle of a word sounds broken."""
        self._over = asyncio.get_running_loop().create_future()
        self._is_leaving = True
        self.playing.finish_sentence()
        await self._hush(SENTENCE_MS)

    async def _hush(self, most_ms: int = FAREWELL_MS) -> None:
        """Until everything is said, or nobody hears it any more."""
        if self.playing.is_idle or self._over.done():
            return
        self._hushed = asyncio.get_running_loop().create_future()
        await asyncio.wait({self._hushed}, timeout=most_ms / 1000)

    # ---- the tick

    def tick(self) -> bool:
        """20 ms of the call, on the loop; whether the bot was heard in it."""
        self.hear_frame()
        return self.say_frame()

    def hear_frame(self) -> None:
        """The first half of a tick: what has come from the caller goes to the ear."""
        if self._is_over:
            return
        self._frame = self.door.receive()
        self.ear.hear(self._floor.heard(self._frame))
        if keys := self.door.take_keys():
            self._floor.press(keys, self.log.now_ms)

    def say_frame(self) -> bool:
        """The second half, some milliseconds later, when it is known what that was; whether the bot is heard."""
        if self._is_over:
            return False
        now_ms = self.log.now_ms
        self._listen(now_ms)
        said = self.playing.next_frame()
        out = self._silence if said is None else said
        self.door.send(out)
        self._floor.said(out)
        for listener in self._listeners:
            listener.write(self._frame, out)
        self._watch(now_ms)
        return said is not None

    def skip(self, ticks: int) -> None:
        """Time in which the process did not get to run: silence on both sides, so that the recording keeps its time."""
        self.ear.skipped_ms += ticks * FRAME_MS
        for _ in range(ticks):
            for listener in self._listeners:
                listener.write(self._silence, self._silence)

    def _listen_now(self) -> None:
        """Words have become final: the conversation has them before the next tick, and that one plays its answer."""
        if not self._is_over:
            self._listen(self.log.now_ms)

    def _listen(self, now_ms: int) -> None:
        if self._over.done() or self._is_leaving:
            return
        self._floor.settle(now_ms, self._asked)
        self._patience.last_words_ms = self.listening.last_words_ms
        if self._awaited is not None and not self._awaited.done() and (turn := self._floor.take_turn()):
            self._hand_on(turn, now_ms)

    def _hand_on(self, turn: Turn, now_ms: int) -> None:
        """A turn to the conversation, which waits for one."""
        assert self._awaited is not None
        if turn.is_lost:
            self._break("ear", turn.heard.spoken)
            return
        self._answering, self._chosen_ms = turn, None
        self._turn_ended_ms = turn.ended_ms
        self._patience.has_heard(now_ms)
        self._awaited.set_result(turn.heard)

    def _watch(self, now_ms: int) -> None:
        """What must not go unnoticed: a caller who is gone or says nothing, a bot that says nothing, a dead room."""
        if self.playing.is_idle and not self._was_idle:
            self._patience.bot_ended_ms = now_ms
        self._was_idle = self.playing.is_idle
        if self._hushed is not None and not self._hushed.done() and (self._was_idle or self.playing.broken):
            self._hushed.set_result(None)
        if self.door.is_closed:
            self._end(_Ending("caller", "hung_up"))
            return
        if self._over.done() or self._is_leaving:
            return
        if now_ms >= self._longest_ms:
            self._end(_Ending("bot", "too_long"))
        elif self._tools.hearing.broken:
            self._break("ear", self._tools.hearing.broken)
        elif self.playing.broken:
            self._break("mouth", self.playing.broken)
        elif self.playing.is_idle and not self.listening.is_busy:
            self._lose_patience(now_ms)

    def _lose_patience(self, now_ms: int) -> None:
        since_ms = self.listening.voice_since_ms
        silent_ms = self._patience.silent_ms(now_ms)
        match self._patience.notice(now_ms, None if since_ms is None else now_ms - since_ms):
            case "caller_silent" if self._awaited is not None and not self._awaited.done():
                self._awaited.set_result(Silence(silent_ms))
            case "please_wait":
                self.playing.say(PLEASE_WAIT, self.turn)
            case "mind_lost":
                self._break("dialogue", f"nothing has come of turn {self.turn} in {LOST_MS // 1000} s")

    def _break(self, room: str, what: str) -> None:
        self.fault(room, what)
        self._end(_Ending("service", "fault", fault=room))

    # ---- the conversation's line

    @property
    def turn(self) -> int:
        return self.listening.turn

    @property
    def turn_ms(self) -> int:
        return self.log.now_ms - self._turn_ended_ms

    async def say(self, text: str, *, interruptible: bool = True, slower: bool = False) -> None:
        self._still_here()
        self._patience.speaks(self.log.now_ms)
        if self._answering is not None and self._chosen_ms is None:
            self._chosen_ms = self.log.now_ms
        if self.listening.turns and interruptible:
            return  # the caller has gone on already: what was to be said is not
        self.playing.say(text, self.turn, interruptible=interruptible, slower=slower)

    async def listen(self, asked: Slot | None, silence_ms: int) -> Heard | Silence:
        self._still_here()
        self._asked = asked
        self._patience.listens(self.log.now_ms, silence_ms)
        self._awaited = asyncio.get_running_loop().create_future()
        try:
            heard = await self._awaited
        finally:
            self._awaited = None
        if isinstance(heard, Heard) and heard.source != "dtmf":
            await self._read(heard)
        return heard

    def record(self, event: Event) -> None:
        """To the log; what a flow has asked not to be kept is hidden there. Nothing comes behind the call's end."""
        if self.log.has_ended:
            return
        self.log.append(off_record(event) if self._is_private else event)

    def keep(self, *, recording: bool) -> None:
        """Pauses the recording, and resumes it: what is said meanwhile is neither in the sound nor in the log."""
        if recording == self._is_private:
            self._is_private = not recording
            for recorder in self._recorders:
                (recorder.resume if recording else recorder.pause)()
            self.record(RecordingResumed() if recording else RecordingPaused())

    def _still_here(self) -> None:
        if self._over.done() or self._is_leaving:
            raise HungUp

    # ---- reading ahead

    def _read_ahead(self, partial: str) -> None:
        """Looks up what may be all that is said, off the loop, unless that is still at work on something older."""
        if self._reading is None or self._reading.done():
            self._reading = self._look_up(partial)

    def _look_up(self, text: str) -> asyncio.Future[None]:
        return asyncio.get_running_loop().run_in_executor(self._tools.reading, self._consider, text)

    def _consider(self, text: str) -> None:
        try:
            self._tools.voice.foresee(self.conversation.consider(text), self.door.rate_hz)
        except Exception:
            log.exception("call %s: reading ahead failed", self.log.call_id)  # the conversation will meet it again

    async def _read(self, heard: Heard) -> None:
        """What was said, looked up before the conversation asks for it on the loop: there it finds it ready."""
        read: Awaitable[None] = asyncio.shield(self._look_up(heard.spoken))
        try:
            await asyncio.wait_for(read, READ_MS / 1000)
        except TimeoutError:
            self._break("knowledge", f"looking up what was said has taken more than {READ_MS // 1000} s")
            raise HungUp from None

    # ---- latency

    def _first_sound(self, turn: int) -> int:
        """An answer's first sample leaves: how long the caller has waited for it, in ms since the turn was over."""
        now_ms = self.log.now_ms
        answered, chosen_ms = self._answering, self._chosen_ms
        if answered is not None and turn == self.turn and chosen_ms is not None:
            self._answering = None
            self.record(
                Latency(
                    turn,
                    answered.ended_ms - answered.last_voice_ms,
                    answered.final_ms - answered.ended_ms,
                    chosen_ms - answered.final_ms,
                    now_ms - chosen_ms,
                    now_ms - answered.last_voice_ms,
                )
            )
        return now_ms - self._turn_ended_ms
