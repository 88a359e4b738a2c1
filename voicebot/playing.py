"""What the bot says on one call: one sentence behind the other, a frame every tick, and what of it was heard."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from voicebot.audio import FRAME_MS, Samples
from voicebot.events import BotFinished, BotInterrupted, BotPaused, BotResumed, BotStarted, Event
from voicebot.speaking import Saying, Voice, said_one_by_one
from voicebot.tts.mouth import heard_text

AHEAD = 2  # sentences that are spoken while the one before them plays
SILENT_VOICE_MS = 4_000  # a voice that has given nothing for so long will give nothing
FADE_MS = 5  # of the last frame before a pause: a wave that is cut off clicks
STEP_BACK_MS = 400  # a sentence goes on at the last gap between words this far back, or where it was
_QUIET = 60  # of 32,767: below this nothing is being said


@dataclass(slots=True)
class Sentence:
    """One sentence of the bot's, waiting or being said."""

    text: str
    turn: int
    interruptible: bool
    slower: bool
    pause_ms: int  # before whatever is said next
    saying: Saying | None = None
    next_frame: int = 0
    is_started: bool = False
    waited_ms: int = 0

    @property
    def heard(self) -> str:
        if not self.next_frame or self.saying is None:
            return ""
        return heard_text(self.text, self.saying.frames[self.next_frame - 1].text_end)


@dataclass(slots=True)
class Playing:
    """The bot's side of a call at ``rate_hz``.

    ``record`` writes to the log; ``first_sound`` is told when the first sample of an answer to a turn leaves and gives
    how long that took, in ms. :attr:`broken` says why the voice is silent. Holds as many sentences as it is given: the
    dialogue says a few and listens.
    """

    voice: Voice
    rate_hz: int
    record: Callable[[Event], None]
    first_sound: Callable[[int], int]
    broken: str | None = None
    starved_frames: int = 0  # in the middle of a sentence, and the voice was not there yet
    is_paused: bool = False
    _sentences: deque[Sentence] = field(default_factory=deque)
    _rest_ms: int = 0  # of the pause behind the sentence before
    _fade: bool = False

    def say(self, text: str, turn: int, *, interruptible: bool = True, slower: bool = False) -> None:
        for sentence, pause_ms in said_one_by_one(text):
            self._sentences.append(Sentence(sentence, turn, interruptible, slower, pause_ms))
        self._begin_ahead()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being said or waits to be."""
        return not self._sentences

    @property
    def waiting(self) -> int:
        """How many sentences there are, with the one that is being said."""
        return len(self._sentences)

    @property
    def is_audible(self) -> bool:
        """Whether the caller hears a sentence, or is between two of them."""
        return bool(self._sentences) and not self.is_paused and (self._sentences[0].is_started or self._rest_ms > 0)

    @property
    def is_interruptible(self) -> bool:
        return not self._sentences or self._sentences[0].interruptible

    @property
    def left_ms(self) -> int | None:
        """Of sound until everything is said; None while the voice is still at it."""
        left = 0
        for sentence in self._sentences:
            if sentence.saying is None or not sentence.saying.is_whole:
                return None
            left += (len(sentence.saying.frames) - sentence.next_frame) * FRAME_MS
        return left

    def next_frame(self) -> Samples | None:
        """This tick's frame; None for silence."""
        if self._fade:
            self._fade = False
            return self._faded()
        if self.is_paused or not self._sentences:
            self._rest_ms = max(0, self._rest_ms - FRAME_MS)
            return None
        if self._rest_ms > 0:
            self._rest_ms -= FRAME_MS
            return None
        sentence = self._sentences[0]
        saying = sentence.saying
        assert saying is not None
        if sentence.next_frame < len(saying.frames):
            return self._frame(sentence, saying)
        if saying.is_whole:
            return self._finish(sentence)
        self._wait(sentence, saying)
        return None

    def pause(self) -> None:
        """Falls silent with the next frame; what has not begun does not begin."""
        if not self._sentences or self.is_paused:
            return
        self.is_paused = True
        sentence = self._sentences[0]
        if sentence.is_started:
            self._fade = True
            self.record(BotPaused(sentence.turn, sentence.text))

    def resume(self) -> None:
        """Goes on where it was."""
        self.is_paused = self._fade = False
        if self._sentences and self._sentences[0].is_started:
            sentence = self._sentences[0]
            sentence.next_frame = _gap_before(sentence)
            self.record(BotResumed(sentence.turn, sentence.text))

    def drop(self) -> None:
        """Says no more of what may be interrupted; what may not is still said."""
        self.is_paused = self._fade = False
        kept = [sentence for sentence in self._sentences if not sentence.interruptible]
        if self._sentences and self._sentences[0].interruptible:
            sentence = self._sentences[0]
            if sentence.is_started:
                self.record(BotInterrupted(sentence.turn, sentence.text, sentence.heard))
        for sentence in self._sentences:
            if sentence.interruptible and sentence.saying is not None:
                sentence.saying.cancel()
        self._sentences = deque(kept)
        self._rest_ms = 0
        self._begin_ahead()

    def insist(self) -> None:
        """Says the rest whatever the caller says: a farewell, behind which nobody listens any more."""
        for sentence in self._sentences:
            sentence.interruptible = False
        if self.is_paused:
            self.resume()

    def finish_sentence(self) -> None:
        """Says the sentence that is being said to its end, whatever the caller says, and nothing behind it."""
        said = [sentence for sentence in self._sentences if sentence.is_started][:1]
        for sentence in self._sentences:
            sentence.interruptible = sentence not in said
        if said:
            self.resume() if self.is_paused else None
            self._sentences = deque(said)
        else:
            self.drop()

    def silence(self) -> None:
        """Says nothing more at all: the call ends, or something else must be said."""
        for sentence in self._sentences:
            sentence.interruptible = True
        self.drop()

    # ----

    def _begin_ahead(self) -> None:
        for sentence in list(self._sentences)[:AHEAD]:
            if sentence.saying is None:
                sentence.saying = self.voice.begin(sentence.text, self.rate_hz, slower=sentence.slower)

    def _frame(self, sentence: Sentence, saying: Saying) -> Samples:
        if not sentence.is_started:
            sentence.is_started = True
            self.record(BotStarted(sentence.turn, sentence.text, self.first_sound(sentence.turn)))
        frame = saying.frames[sentence.next_frame].samples
        sentence.next_frame += 1
        sentence.waited_ms = 0
        return frame

    def _finish(self, sentence: Sentence) -> Samples | None:
        self._sentences.popleft()
        if sentence.is_started:
            self.record(BotFinished(sentence.turn, sentence.text))
        self._rest_ms = sentence.pause_ms if sentence.is_started else 0
        self._begin_ahead()
        return self.next_frame()

    def _wait(self, sentence: Sentence, saying: Saying) -> None:
        sentence.waited_ms += FRAME_MS
        self.starved_frames += sentence.is_started
        if saying.broken is not None or sentence.waited_ms > SILENT_VOICE_MS:
            self.broken = saying.broken or f"{self.voice.synthesizer.name} gave no sound in {SILENT_VOICE_MS // 1000} s"

    def _faded(self) -> Samples | None:
        """The frame that would have come, down to silence within a few milliseconds."""
        sentence = self._sentences[0]
        if sentence.saying is None or sentence.next_frame >= len(sentence.saying.frames):
            return None
        frame = sentence.saying.frames[sentence.next_frame].samples.copy()
        slope = self.rate_hz * FADE_MS // 1000
        frame[:slope] = (frame[:slope] * np.linspace(1, 0, slope)).astype(np.int16)
        frame[slope:] = 0
        return frame


def _gap_before(sentence: Sentence) -> int:
    """The frame to go on with: the last gap between words within reach, else the one that was to come."""
    assert sentence.saying is not None
    for number in range(sentence.next_frame - 1, max(0, sentence.next_frame - STEP_BACK_MS // FRAME_MS), -1):
        if np.abs(sentence.saying.frames[number].samples).max(initial=0) < _QUIET:
            return number + 1
    return sentence.next_frame
