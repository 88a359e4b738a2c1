"""Who has the floor: the caller's voice against what the bot says, tick by tick."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime

import numpy as np

from voicebot.audio import FRAME_MS, Samples
from voicebot.barge_in import ENOUGH_SYLLABLES, SETTLED_MS, BargeIn, Meanwhile, words_beyond_backchannels
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots.slot import Slot
from voicebot.ear import Ear
from voicebot.echo_canceller import EchoCanceller
from voicebot.listening import Listening, Turn
from voicebot.playing import Playing

ECHO_WINDOW_MS = 320
SOMEBODY_TICKS = 4  # in a row: an echo is mistaken for somebody for a moment now and then
BEHIND_ECHO_MS = 240  # it takes so long to tell that it is no echo any more

_NOBODY = Meanwhile(0, 10_000, "", is_paused=False, is_interruptible=True, left_ms=None)


class Floor:
    """One call's. ``now`` is the wall clock, by which answers are understood."""

    def __init__(
        self, rate_hz: int, ear: Ear, listening: Listening, playing: Playing, now: Callable[[], datetime]
    ) -> None:
        self._ear, self._listening, self._playing, self._now = ear, listening, playing, now
        self._canceller = EchoCanceller(rate_hz)
        self._recent: deque[Samples] = deque(maxlen=ECHO_WINDOW_MS // FRAME_MS)
        self._barge_in = BargeIn()
        self._is_held = False  # nobody hears the bot, which hears nobody
        self._hears_echo = False  # the voice that is heard began as the bot's own
        self._somebody_ticks = 0  # in which it seemed to be somebody else's
        self._asked: tuple[str, Slot | None, bool] = ("", None, False)

    def heard(self, frame: Samples) -> Samples:
        """What came from the caller in this tick; what there is to listen to in it: it without the bot's echo."""
        self._recent.append(frame)
        return self._canceller.clean(frame)

    def said(self, frame: Samples) -> None:
        """What went to the caller in this tick, silence included."""
        self._canceller.played(frame)

    def press(self, keys: str, now_ms: int) -> None:
        """Keys cut in."""
        if self._playing.is_interruptible:
            self._playing.drop()
        self._listening.press(keys, now_ms)

    def type(self, heard: Heard, now_ms: int) -> None:
        """A line that was typed cuts in."""
        if self._listening.type(heard, now_ms) and self._playing.is_interruptible:
            self._playing.drop()

    def hold(self, is_held: bool) -> None:
        """The bot waits with what it says, whoever is heard, and goes on when the hold ends."""
        self._is_held = is_held
        if is_held:
            self._playing.pause()
        else:
            self._playing.resume()

    def settle(self, now_ms: int, asked: Slot | None) -> None:
        """What is heard is followed, and the bot pauses, goes on or gives way; ``asked`` is what it has asked for."""
        listening, playing = self._listening, self._playing
        listening.tick(now_ms, asked)
        if self._hears_echo:
            self._hear_behind_echo()
        if not playing.is_idle and not self._is_held:
            self._react(now_ms, asked)
        # nodding along ends no turn while the bot has something to say; it goes on
        listening.may_end = playing.is_idle or words_beyond_backchannels(listening.transcript) >= ENOUGH_SYLLABLES

    def take_turn(self) -> Turn | None:
        """The caller's next turn, once nothing is being said that must be said; the rest of what was is dropped."""
        if not self._listening.turns or not (self._playing.is_idle or self._playing.is_interruptible):
            return None
        self._playing.drop()
        return self._listening.turns.pop(0)

    def _react(self, now_ms: int, asked: Slot | None) -> None:
        listening, playing = self._listening, self._playing
        voice_ms = 0 if listening.voice_since_ms is None else max(1, now_ms - listening.voice_since_ms)
        if not voice_ms and not playing.is_paused and not listening.transcript:
            self._barge_in.react(_NOBODY)
            return
        seen = Meanwhile(
            voice_ms,
            self._ear.silence_ms,
            listening.transcript,
            playing.is_paused,
            playing.is_interruptible,
            playing.left_ms,
            is_echo=bool(voice_ms) and playing.is_audible and self._is_echo(),
            answers=self._answers(listening.transcript, asked),
        )
        if seen.is_echo:
            self._hears_echo = True
            if listening.is_busy:
                listening.forget()
        match self._barge_in.react(seen):
            case "pause":
                playing.pause()
            case "interrupt":
                playing.drop()
            case "resume":
                if playing.is_interruptible and not voice_ms:  # in a noise that goes on somebody may yet speak
                    listening.forget()
                playing.resume()
            case None if _is_nothing(seen):
                listening.forget()

    def _hear_behind_echo(self) -> None:
        """A voice that began as the bot's own and is now somebody's, who is heard from his first word on."""
        if self._listening.voice_since_ms is None:
            self._hears_echo = False
            self._somebody_ticks = 0
        elif self._is_echo():
            self._somebody_ticks = 0
        else:
            self._somebody_ticks += 1
            if self._somebody_ticks >= SOMEBODY_TICKS:
                self._hears_echo, self._somebody_ticks = False, 0
                self._ear.open(BEHIND_ECHO_MS)

    def _is_echo(self) -> bool:
        return self._canceller.check.is_echo(np.concatenate(self._recent))

    def _answers(self, transcript: str, asked: Slot | None) -> bool:
        """Whether the words answer what the bot is about to ask; looked for once."""
        if not transcript or asked is None:
            return False
        if self._asked[:2] != (transcript, asked):
            found = asked.find(Heard.of(transcript), self._now(), asked=True)
            self._asked = transcript, asked, found is not None and not found.problem
        return self._asked[2]


def _is_nothing(seen: Meanwhile) -> bool:
    """Whether what was heard over the bot is over, and was no words: a nod, or the bot's own first syllable."""
    is_over = not seen.voice_ms and seen.silence_ms >= SETTLED_MS
    return is_over and bool(seen.transcript) and words_beyond_backchannels(seen.transcript) < ENOUGH_SYLLABLES
