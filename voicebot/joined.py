"""A call's half in which people have it: the caller waits for one with music, or talks to one, and all is followed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from voicebot.audio import FRAME_MS, Samples
from voicebot.bridge import Bridge, Leg, mixed
from voicebot.dialogue.heard import Heard
from voicebot.doors.door import Door
from voicebot.ear import Ear
from voicebot.events import Dtmf, Event, Fault, Side, TranscriptFinal, TranscriptPartial, TurnEnded
from voicebot.following import Following, TurnNumbers
from voicebot.hearing import Hearing
from voicebot.hold_music import DUCKED, HoldMusic
from voicebot.link import Part
from voicebot.overhearing import Overhearing
from voicebot.playing import Playing
from voicebot.typed import transcript

MOST_ANNOUNCED = 8  # sentences that wait to be said to who waits: more at once are refused
MOST_ANNOUNCED_CHARS = 500
LAST_WORDS_S = 1.0  # what the ears may take, when all have hung up, to say what was said last
COMPLAINTS_APART_MS = 1_000


class Joined:
    """One call's, at ``rate_hz``, from its first tick on: a leg may listen to the bot.

    While :attr:`is_on` the bot says what it had still to say and what is announced, and nobody answers the caller but
    people. ``caller`` is the ear of the call, which is lent meanwhile; who talks has one of his own for so long.
    ``lost`` is told of a leg whose far side is gone, ``told`` called when there are words before the next tick.
    """

    def __init__(
        self,
        rate_hz: int,
        hearing: Hearing,
        caller: Ear,
        playing: Playing,
        record: Callable[[Event], None],
        now: Callable[[], datetime],
        told: Callable[[], None],
        lost: Callable[[str, str], None],
    ) -> None:
        self.is_on = False
        self.numbers = TurnNumbers()
        self._hearing = hearing
        self._caller = caller
        self._playing = playing
        self._record = record
        self._now = now
        self._told = told
        self._lost = lost
        self._bridge = Bridge(rate_hz)
        self._rate_hz = rate_hz
        self._music: HoldMusic | None = None
        self._overhearing = Overhearing()
        self._announced: Samples | None = None
        self._followings: dict[str, Following] = {}  # by leg; the caller's has none
        self._leaving: list[Following] = []
        self._loop = asyncio.get_running_loop()
        self._words_in: asyncio.Future[None] | None = None
        self._is_deaf = False  # the models hang
        self._complaint_ms = 0

    # ---- who has the call

    def begin(self, turn: int, now_ms: int) -> None:
        """The bot is through, or is broken off, with turn number ``turn``."""
        self.is_on = True
        self.numbers = TurnNumbers(turn)
        self._music = HoldMusic(self._rate_hz)
        if self.has_talkers:
            self._playing.finish_sentence()
        self._follow_voice("", "caller", self._caller)
        self._follow_talkers(now_ms)

    def end(self) -> None:
        """The bot has the call again, behind :meth:`close`."""
        self.is_on = False
        self._words_in = None

    def close(self, now_ms: int) -> asyncio.Future[None]:
        """Nobody hears anybody any more; done when what was said is in the log."""
        self._words_in = self._loop.create_future()
        for leg in self._bridge.legs.values():
            leg.part = "away"
        for name in list(self._followings):
            self._leave(name, now_ms)
        self._see_whether_all_is_in()
        return self._words_in

    def shut(self) -> None:
        """The call is over: nothing more is heard of anybody."""
        self.is_on = False
        for following in (*self._followings.values(), *self._leaving):
            self._hearing.close_ear(following.ear)
        self._followings.clear()
        self._leaving.clear()

    @property
    def is_closing(self) -> bool:
        return self._words_in is not None and not self._words_in.done()

    # ---- legs

    def add(self, name: str, door: Door, part: Part, now_ms: int) -> None:
        self._bridge.add(name, door)
        self.set_part(name, part, now_ms)

    def set_part(self, name: str, part: Part, now_ms: int) -> bool:
        leg = self._bridge.legs.get(name)
        if leg is None:
            return False
        was_alone = not self.has_talkers
        leg.part = part
        if self.is_on and was_alone and self.has_talkers:
            self._playing.finish_sentence()
        self._follow_talkers(now_ms)
        return True

    def remove(self, name: str, now_ms: int) -> None:
        self._bridge.legs.pop(name, None)
        self._follow_talkers(now_ms)

    @property
    def has_talkers(self) -> bool:
        return bool(self._bridge.with_part("talking"))

    # ---- beside the sound

    def announce(self, text: str) -> bool:
        """Says it over the music; false where nobody waits, or too much waits to be said."""
        if not self.is_on or self.is_closing or self.has_talkers or self._playing.waiting >= MOST_ANNOUNCED:
            return False
        self._playing.say(text[:MOST_ANNOUNCED_CHARS], 0, interruptible=False)
        return True

    def type(self, heard: Heard, side: Side, now_ms: int) -> None:
        """What one of them writes is a turn."""
        number = self.numbers.next()
        self._record(replace(transcript(heard, number, now_ms), side=side))
        if side == "caller":
            self._record(TurnEnded(number, heard.spoken, heard.written, 0, "complete"))

    def overhear(self, event: Event, now_ms: int) -> None:
        """Told everything that is recorded: whether the caller is to be softened from now on."""
        match event:
            case TranscriptPartial(side="caller"):
                found = self._overhearing.partial(now_ms, event)
            case TranscriptFinal(side="caller"):
                found = self._overhearing.final(now_ms, event)
            case _:
                return
        for start_ms, end_ms in found:
            self._bridge.soften(start_ms, end_ms)

    # ---- the tick

    def hear(self, now_ms: int) -> None:
        """What has come from the legs goes to their ears."""
        for lost in self._bridge.receive():
            self._lose(lost, now_ms)
        self._notice_deafness()
        for leg in self._bridge.legs.values():
            if (following := self._followings.get(leg.name)) is None:
                continue
            if not self._is_deaf:
                following.ear.hear(leg.sound)
            for key in leg.keys:
                self._record(Dtmf(key, leg.side))
        if now_ms - self._complaint_ms >= COMPLAINTS_APART_MS:
            self._complaint_ms = now_ms
            self._hear_complaints()

    def follow(self, now_ms: int) -> None:
        """What was said is written to the log."""
        self._follow_talkers(now_ms)  # their telephones hold the call, and do not any more
        for following in (*self._followings.values(), *self._leaving):
            following.tick(now_ms)
        for following in [following for following in self._leaving if following.is_idle]:
            self._leaving.remove(following)
            if following.ear is not self._caller:
                self._hearing.close_ear(following.ear)
        self._see_whether_all_is_in()

    def frame(self) -> Samples | None:
        """What the caller hears: people, and the bot's last sentence over them; else music, and what is announced."""
        said = self._announced = self._playing.next_frame()
        if self._playing.broken is not None:
            self._record(Fault("mouth", " ".join(self._playing.broken.split())[:300], "the call goes on without it"))
            self._playing.silence()
            self._playing.broken = None
        talk = self._bridge.talk()
        wanted = 0.0 if talk or self.is_closing else 1.0 if self._playing.is_idle else DUCKED
        music = self._music.frame(wanted) if self._music else None
        frames = [*talk, *(frame for frame in (said, music) if frame is not None)]
        return mixed(frames) if frames else None

    def send(self, caller: Samples, to_caller: Samples, now_ms: int) -> None:
        """To the legs, what they hear of what came from the caller and what went there."""
        self._bridge.send(caller, to_caller, self._announced if self.is_on else None)
        for lost in self._bridge.take_lost():
            self._lose(lost, now_ms)

    def skip(self, ticks: int) -> None:
        """Time in which the process did not get to run."""
        self._bridge.skip(ticks)
        for following in (*self._followings.values(), *self._leaving):
            if following.ear is not self._caller:
                following.ear.skipped_ms += ticks * FRAME_MS

    # ----

    def _follow_talkers(self, now_ms: int) -> None:
        """Who talks is followed, and nobody else but the caller."""
        if not self.is_on or self.is_closing:
            return
        talking = {leg.name: leg for leg in self._bridge.with_part("talking")}
        for name in [name for name in self._followings if name and name not in talking]:
            self._leave(name, now_ms)
        for name, leg in talking.items():
            if name not in self._followings:
                ear = self._hearing.ear(leg.door.rate_hz)
                ear.told = self._told
                ear.skipped_ms = now_ms
                self._follow_voice(name, leg.side, ear)

    def _follow_voice(self, name: str, side: Side, ear: Ear) -> None:
        self._followings[name] = Following(side, ear, self._record, self.numbers, self._now)

    def _leave(self, name: str, now_ms: int) -> None:
        following = self._followings.pop(name)
        following.leave(now_ms)
        if name:
            following.hush()
        self._leaving.append(following)

    def _see_whether_all_is_in(self) -> None:
        if self.is_closing and not self._leaving and self._words_in is not None:
            self._words_in.set_result(None)

    def _lose(self, leg: Leg, now_ms: int) -> None:
        if leg.fault is not None:
            self._record(Fault("door", " ".join(leg.fault.split())[:300], "the leg is gone, the call goes on"))
        self._follow_talkers(now_ms)
        self._lost(leg.name, leg.lost)

    def _hear_complaints(self) -> None:
        for leg in self._bridge.legs.values():
            if complaint := leg.take_complaint():
                self._record(Fault("door", f"{leg.name}: {' '.join(complaint.split())}"[:300], "the call goes on"))

    def _notice_deafness(self) -> None:
        """Models that hang take no sound any more: it would pile up in the ears."""
        if self.is_on and not self._is_deaf and self._hearing.broken:
            self._is_deaf = True
            self._record(Fault("ear", self._hearing.broken, "the call goes on without words"))
