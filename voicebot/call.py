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
from datetime import datetime
from typing import Protocol

import numpy as np

from voicebot.audio import FRAME_MS, Samples
from voicebot.dialogue.conversation import Conversation
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.line import Caller, HungUp, Silence
from voicebot.dialogue.mind import Mind
from voicebot.dialogue.signals import Goodbye, Transfer
from voicebot.dialogue.slots.slot import Slot
from voicebot.doors.door import Door
from voicebot.events import CallEnded, CallStarted, Event, Fault, Latency, RecordingPaused, RecordingResumed
from voicebot.farewell import APOLOGY, APOLOGY_CALLBACK, APOLOGY_HANDOFF, TOO_LONG, By, Ending, Farewell, Takeover
from voicebot.floor import Floor
from voicebot.hearing import Hearing
from voicebot.korean_time import korean_now
from voicebot.listening import Listening, Turn
from voicebot.log import EventLog
from voicebot.off_record import off_record
from voicebot.patience import LOST_MS, Patience
from voicebot.playing import Playing
from voicebot.speaking import Voice
from voicebot.turns.keys import with_pressed
from voicebot.typed import typed

log = logging.getLogger(__name__)

PLEASE_WAIT = "잠시만 기다려 주세요."
SPOKEN_WHATEVER_HAPPENS = (APOLOGY, APOLOGY_HANDOFF, APOLOGY_CALLBACK, PLEASE_WAIT, TOO_LONG)
"""Spoken before the first call, so that they are there when the voice is not."""

READ_MS = 3_000  # looking up what was said takes some milliseconds
COMPLAINTS_APART_MS = 1_000


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
        self._is_held = False  # by the far side: nobody hears the bot
        self._pressed = ""  # beside the sound, and not heard yet
        self._complaint_ms = 0  # when the door was last asked for one
        self._is_done = False  # the conversation is through
        self._is_over = False
        self._reading: asyncio.Future[None] | None = None
        self._farewell = Farewell(
            event_log.call_id,
            self.playing,
            self.record,
            lambda: not door.is_held,
            Takeover(caller.number, self._scenario.skill, self._summary),
            tools.now,
        )

    # ---- from ring to hang-up

    async def run(self) -> CallEnded:
        """To the end, which the log has whatever happens; the pacer ticks meanwhile."""
        caller = self._caller
        self.record(
            CallStarted(caller.direction, self.door.name, caller.number, caller.called, self._scenario.scenario)
        )
        talk = asyncio.create_task(self.conversation.run(), name=f"conversation {self.log.call_id}")
        talk.add_done_callback(self._talked)
        ending = Ending("service", "stopped")
        try:
            ending = await self._farewell.ending(talk)
        finally:
            talk.cancel()
            self._is_over = True
            self.playing.silence()
            self.door.hang_up()
            self._tools.hearing.close_ear(self.ear)
            if (measured := self.door.measured()) is not None:
                self.record(measured)
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
        return self._awaited is None and not (self._is_over or self._is_ending or self._is_done)

    @property
    def _is_ending(self) -> bool:
        """Whether nothing counts any more that the caller says: there is no answer, but perhaps a farewell."""
        return self._farewell.is_leaving or self._farewell.is_decided

    def hang_up(self, by: By, reason: str) -> None:
        """Ends the call, from whatever side, at whatever moment."""
        self._end(Ending(by, reason))

    def _end(self, ending: Ending) -> None:
        self._farewell.decide(ending)
        if self._awaited is not None and not self._awaited.done():
            self._awaited.set_exception(HungUp())

    def fault(self, room: str, what: str) -> None:
        self._farewell.fault(room, what)

    def _summary(self) -> str:
        """For the person who takes over when the bot cannot go on."""
        memory = self.conversation.memory
        return memory.summary(None, memory.last_heard)

    # ---- beside the sound

    def press(self, keys: str) -> None:
        """Keys that came another way than the door's (SIP INFO, a page's keypad); heard with the next tick's sound.

        What is on no telephone is passed over, and so is what comes while ``MOST_WAITING`` wait.
        """
        self._pressed = with_pressed(self._pressed, keys)

    def type(self, text: str) -> None:
        """What the caller has typed on a page is a turn, as if it had been said; see ``typed.py`` for what counts.

        It takes the place of what is being said. While ``listening.MOST_TURNS`` wait for the bot it is passed over.
        """
        if self._is_over or self._is_ending:
            return
        if heard := typed(text):
            self._floor.type(heard, self.log.now_ms)
            self._listen_now()

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
        if self.door.is_held != self._is_held:
            self._hold(self.door.is_held)
        self.ear.hear(self._floor.heard(self._silence if self._is_held else self._frame))
        keys, self._pressed = self._pressed + self.door.take_keys(), ""
        if keys:
            self._floor.press(keys, self.log.now_ms)

    def say_frame(self) -> bool:
        """The second half, some milliseconds later, when it is known what that was; whether the bot is heard."""
        if self._is_over:
            return False
        now_ms = self.log.now_ms
        self._listen(now_ms)
        said = None if self._is_held else self.playing.next_frame()
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

    def _hold(self, is_held: bool) -> None:
        """Nobody hears the bot, and what it would hear is music: it waits, with what it says and for the caller."""
        self._is_held = is_held
        self._floor.hold(is_held)
        if not is_held:
            self._patience.bot_ended_ms = self.log.now_ms
            self._answering = None  # how long its answer took is no matter of the bot's

    def _listen_now(self) -> None:
        """Words have become final: the conversation has them before the next tick, and that one plays its answer."""
        if not self._is_over:
            self._listen(self.log.now_ms)

    def _listen(self, now_ms: int) -> None:
        if self._is_ending:
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
        self._farewell.notice()
        if self.door.is_lost:
            self._end(Ending("network", "no_media"))
            return
        if self.door.is_closed:
            self._end(Ending("caller", "hung_up"))
            return
        if now_ms - self._complaint_ms >= COMPLAINTS_APART_MS:
            self._complaint_ms = now_ms
            self._hear_complaint()
        if self._is_ending:
            return
        if now_ms >= self._longest_ms:
            self._end(Ending("bot", "too_long"))
        elif self._tools.hearing.broken:
            self._break("ear", self._tools.hearing.broken)
        elif self.playing.broken:
            self._break("mouth", self.playing.broken)
        elif self.playing.is_idle and not self.listening.is_busy and not self._is_held:
            self._lose_patience(now_ms)

    def _hear_complaint(self) -> None:
        if complaint := self.door.take_complaint():
            self.record(Fault("door", " ".join(complaint.split())[:300], "the call goes on"))

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
        self._end(Ending("service", "fault", fault=room))

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
        if self._is_ending:
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
