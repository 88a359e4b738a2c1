"""One call from ring to hang-up: door → ear → mind → mouth → door, and everything that happens in its log.

Every 20 ms the process's pacer calls :meth:`Call.tick`: one frame from the door to the ear, one frame of what the bot
says to the door, both to the recording and the tap. The conversation is a coroutine beside it, for which the call is
its ``Line``: it says, it listens, and where it waits, ticks go on. Where there is a desk, people may have the call in
its place: see ``joined.py``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np

from voicebot.answering import Answering
from voicebot.audio import FRAME_MS, Samples
from voicebot.dialogue.conversation import Conversation
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.line import Caller, HungUp, Silence
from voicebot.dialogue.mind import Mind
from voicebot.dialogue.scenario.flow import Flow
from voicebot.dialogue.signals import Goodbye, Transfer
from voicebot.dialogue.slots.slot import Slot
from voicebot.doors.door import Door
from voicebot.events import (
    CallEnded,
    CallStarted,
    Dtmf,
    Event,
    Fault,
    RecordingPaused,
    RecordingResumed,
    Side,
)
from voicebot.farewell import APOLOGY, APOLOGY_CALLBACK, APOLOGY_HANDOFF, TOO_LONG, By, Ending, Farewell, Takeover
from voicebot.floor import Floor
from voicebot.hearing import Hearing
from voicebot.joined import LAST_WORDS_S, Joined
from voicebot.korean_time import korean_now
from voicebot.link import Part
from voicebot.listening import Listening, Turn
from voicebot.log import EventLog
from voicebot.off_record import off_record
from voicebot.patience import LOST_MS, Patience
from voicebot.playing import Playing
from voicebot.reading_ahead import READ_MS, ReadingAhead
from voicebot.speaking import Voice
from voicebot.turns.keys import with_pressed
from voicebot.typed import typed

log = logging.getLogger(__name__)

PLEASE_WAIT = "잠시만 기다려 주세요."
SPOKEN_WHATEVER_HAPPENS = (APOLOGY, APOLOGY_HANDOFF, APOLOGY_CALLBACK, PLEASE_WAIT, TOO_LONG)
"""Spoken before the first call, so that they are there when the voice is not."""

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
    """One caller. ``recording_name`` is what ``call_ended`` says of the recording.

    With ``has_desk`` a caller who wants a person waits for one, and other legs than the caller's may join;
    ``leg_lost`` is told of one whose far side is gone, and why.
    """

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
        has_desk: bool = False,
    ) -> None:
        self.log = event_log
        self.door = door
        self.leg_lost: Callable[[str, str], None] = lambda leg, reason: None
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
        self._reading = ReadingAhead(event_log.call_id, tools.reading, self._foresee)
        self.listening = Listening(self.ear, self.record, self._reading.begin, tools.now)
        self.playing = Playing(tools.voice, door.rate_hz, self.record, self._first_sound)
        self.conversation = Conversation(mind, self, caller, tools.now)
        self._floor = Floor(door.rate_hz, self.ear, self.listening, self.playing, tools.now)
        self._patience = Patience()
        self._scenario = mind.scenario
        self._asked: Slot | None = None
        self._awaited: asyncio.Future[Heard | Silence] | None = None
        self._answering = Answering(self.record)
        self._is_private = False
        self._was_idle = True
        self._is_held = False  # by the far side: nobody hears the bot
        self._pressed = ""  # beside the sound, and not heard yet
        self._complaint_ms = 0  # when the door was last asked for one
        self._is_done = False  # the conversation is through
        self._is_over = False
        self._farewell = Farewell(
            event_log.call_id,
            self.playing,
            self.record,
            lambda: not door.is_held,
            Takeover(caller.number, self._scenario.skill, self._summary),
            tools.now,
            has_desk=has_desk,
        )
        self._flows = mind.flows
        self._talk: asyncio.Task[Goodbye | Transfer] | None = None
        self._back: asyncio.Future[Flow] | None = None  # what the bot is to go on with, while people have the call
        self._has_desk = has_desk
        self._joined = Joined(
            door.rate_hz,
            tools.hearing,
            self.ear,
            self.playing,
            self.record,
            tools.now,
            self._listen_now,
            lambda leg, reason: self.leg_lost(leg, reason),
        )

    # ---- from ring to hang-up

    async def run(self) -> CallEnded:
        """To the end, which the log has whatever happens; the pacer ticks meanwhile."""
        caller = self._caller
        self.record(
            CallStarted(caller.direction, self.door.name, caller.number, caller.called, self._scenario.scenario)
        )
        ending, over_ms = Ending("service", "stopped"), None
        try:
            ending = await self._ending()
            over_ms = self.log.now_ms
            await self._last_words()
        finally:
            if self._talk is not None:
                self._talk.cancel()
            self._stop()
            self._joined.shut()
            self._tools.hearing.close_ear(self.ear)
            if (measured := self.door.measured()) is not None:
                self.record(measured)
            duration_ms = self.log.now_ms if over_ms is None else over_ms
            ended = CallEnded(ending.by, ending.reason, duration_ms, self._recording_name)
            self.record(ended)
        return ended

    async def _ending(self) -> Ending:
        """The bot has the call, and people have it, in turn, until somebody ends it."""
        flow: Flow | None = None
        while True:
            talk = asyncio.create_task(self.conversation.run(flow), name=f"conversation {self.log.call_id}")
            talk.add_done_callback(self._talked)
            self._talk, self._is_done = talk, False
            self._give_way()  # to who was given the caller while the bot waited for the last words
            ending = await self._farewell.ending(talk)
            if ending is not None:
                return ending
            self._people_begin()
            self._back = asyncio.get_running_loop().create_future()
            if (ending := await self._farewell.ending_among_people(self._back)) is not None:
                return ending
            flow = self._back.result()
            self._bot_begins()

    def _stop(self) -> None:
        """Nobody hears anything any more; a second time does nothing."""
        self._is_over = True
        self.playing.silence()
        self.door.hang_up()

    async def _last_words(self) -> None:
        """What people said last is in the log before the call's end is; the caller has hung up."""
        self._stop()
        if self._joined.is_on:
            await asyncio.wait({self._joined.close(self.log.now_ms)}, timeout=LAST_WORDS_S)

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

    # ---- people

    @property
    def has_desk(self) -> bool:
        """Whether other legs may join: a desk is there, and the call does not end."""
        return self._has_desk and not (self._is_over or self._is_ending)

    def join(self, leg: str, door: Door, part: Part) -> None:
        """One more far side, whose door is open."""
        self._joined.add(leg, door, part, self.log.now_ms)
        self._give_way()

    def set_part(self, leg: str, part: Part) -> None:
        """From the next tick on. Where somebody talks the bot is through, in the middle of whatever it says."""
        if self._joined.set_part(leg, part, self.log.now_ms):
            self._give_way()

    def leave(self, leg: str) -> None:
        self._joined.remove(leg, self.log.now_ms)

    def announce(self, text: str) -> bool:
        """Says something to a caller who waits; whether one does."""
        return not self._is_ending and self._joined.announce(text)

    def back_to_bot(self, flow: str) -> bool:
        """What was said so far becomes final, then the bot goes on with that flow."""
        back, joined = self._back, self._joined
        if back is None or joined.is_closing or self._is_ending or flow not in self._flows:
            return False

        def begin(_: object) -> None:
            if not back.done():
                back.set_result(self._flows[flow])

        joined.close(self.log.now_ms).add_done_callback(begin)
        return True

    def _give_way(self) -> None:
        """The bot, to a person who talks to its caller."""
        if self._joined.is_on or self._is_ending or not self._joined.has_talkers:
            return
        if self._talk is not None and not self._talk.done():
            self._farewell.is_taken_over = True
            self._talk.cancel()
            self.playing.silence()
        self._people_begin()

    def _people_begin(self) -> None:
        if not self._joined.is_on:
            self.listening.stop(self.log.now_ms)
            self._joined.begin(self.turn, self.log.now_ms)

    def _bot_begins(self) -> None:
        now_ms = self.log.now_ms
        self._joined.end()
        self._back = None
        self._farewell.is_taken_over = False
        self._answering.forget()
        self._asked = None
        self.listening.go_on(self._joined.numbers.last, now_ms)
        self._patience = Patience(bot_ended_ms=now_ms)
        self._patience.speaks(now_ms)

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

    def type(self, text: str, side: Side = "caller") -> None:
        """What somebody has typed on a page is a turn, as if it had been said; see ``typed.py`` for what counts.

        To the bot only the caller types. It takes the place of what is being said; while ``listening.MOST_TURNS`` wait
        for the bot it is passed over.
        """
        if self._is_over or self._is_ending or not (heard := typed(text)):
            return
        if self._joined.is_on:
            self._joined.type(heard, side, self.log.now_ms)
        elif side == "caller":
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
        clean = self._floor.heard(self._silence if self._is_held else self._frame)
        if not (self._joined.is_on and self._tools.hearing.broken):  # nobody would take it out of the ear
            self.ear.hear(clean)
        keys, self._pressed = self._pressed + self.door.take_keys(), ""
        self._joined.hear(self.log.now_ms)
        if self._joined.is_on:
            for key in keys:
                self.record(Dtmf(key))
        elif keys:
            self._floor.press(keys, self.log.now_ms)

    def say_frame(self) -> bool:
        """The second half, some milliseconds later, when it is known what that was; whether the bot is heard."""
        now_ms = self.log.now_ms
        self._listen(now_ms)
        if self._is_over:
            return False
        said = self._said()
        out = self._silence if said is None else said
        self.door.send(out)
        self._floor.said(out)
        self._joined.send(self._silence if self._is_held else self._frame, out, now_ms)
        for listener in self._listeners:
            listener.write(self._frame, out)
        self._watch(now_ms)
        return said is not None

    def _said(self) -> Samples | None:
        """This tick's frame for the caller; None for silence."""
        if self._joined.is_on:
            return self._joined.frame()
        return None if self._is_held else self.playing.next_frame()

    def skip(self, ticks: int) -> None:
        """Time in which the process did not get to run: silence on both sides, so that the recording keeps its time."""
        self.ear.skipped_ms += ticks * FRAME_MS
        self._joined.skip(ticks)
        for _ in range(ticks):
            for listener in self._listeners:
                listener.write(self._silence, self._silence)

    def _hold(self, is_held: bool) -> None:
        """Nobody hears the bot, and what it would hear is music: it waits, with what it says and for the caller."""
        self._is_held = is_held
        self._floor.hold(is_held)
        if not is_held:
            self._patience.bot_ended_ms = self.log.now_ms
            self._answering.forget()

    def _listen_now(self) -> None:
        """Words have become final: the conversation has them before the next tick, and that one plays its answer."""
        self._listen(self.log.now_ms)

    def _listen(self, now_ms: int) -> None:
        if self._joined.is_on:
            self._joined.follow(now_ms)
            return
        if self._is_ending or self._is_over:
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
        self._answering.begin(turn)
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
            self._end(Ending("service" if self._joined.is_on else "bot", "too_long"))
        elif self._joined.is_on:
            return
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
        return self.log.now_ms - self._answering.ended_ms

    async def say(self, text: str, *, interruptible: bool = True, slower: bool = False) -> None:
        self._still_here()
        self._patience.speaks(self.log.now_ms)
        self._answering.chosen(self.log.now_ms)
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
            try:
                await self._reading.finish(heard.spoken)
            except TimeoutError:
                self._break("knowledge", f"looking up what was said has taken more than {READ_MS // 1000} s")
                raise HungUp from None
        return heard

    def record(self, event: Event) -> None:
        """To the log; what a flow has asked not to be kept is hidden there. Nothing comes behind the call's end."""
        if self.log.has_ended:
            return
        if self._has_desk:
            self._joined.overhear(event, self.log.now_ms)
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

    def _foresee(self, text: str) -> None:
        """In the reading's thread: looks up what was said, and has the voice ready to say what may come of it."""
        self._tools.voice.foresee(self.conversation.consider(text), self.door.rate_hz)

    def _first_sound(self, turn: int) -> int:
        return self._answering.first_sound(turn, self.turn, self.log.now_ms)
