"""What the caller says on one call: utterances become turns, and everything on the way is written to the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots.slot import Slot
from voicebot.ear import Ear, Impression
from voicebot.events import (
    Dtmf,
    Event,
    Side,
    SpeechEnded,
    SpeechStarted,
    TranscriptFinal,
    TranscriptPartial,
    TurnEnded,
)
from voicebot.stt.recognizer import Final, Word
from voicebot.text import to_written
from voicebot.turn import TurnTaking
from voicebot.turns.answered import key_lengths
from voicebot.turns.keys import Keys
from voicebot.typed import transcript
from voicebot.vad.boundaries import VoiceStarted

WORDLESS_MS = 700  # after a sound in which nothing was heard, it is forgotten
LONGEST_TURN_MS = 45_000  # who speaks without end is answered all the same
PARTIALS_APART_MS = 100
# In noise the voice seems to go on when it has ended: a transcript that stands still for longer than it lags is
# silence.
TRANSCRIPT_LAG_MS = 260
FINAL_LATE_MS = 3_000  # a final takes some milliseconds; this one will not come
# A horn or a door is heard as a syllable now and then, of which the recognizer is not sure at all.
NOISE_SYLLABLES, NOISE_CONFIDENCE = 3, 0.35
READ_AHEAD_MS = 90  # of silence, before what was heard so far is looked up
MOST_TURNS = 8  # that were typed or keyed and wait for the bot: later ones are dropped

Reason = Literal["ending", "complete", "timeout", "dtmf"]


@dataclass(frozen=True, slots=True)
class Turn:
    """What the caller said in one go. Times are the log's: the last sample of voice, the moment at which the turn was
    judged to be over, and the moment at which its words were final.

    ``is_lost``: there were words, and the recognizer broke.
    """

    heard: Heard
    last_voice_ms: int
    ended_ms: int
    final_ms: int
    is_lost: bool = False


class Listening:
    """Driven every tick. ``read_ahead`` is given a partial transcript that may be all that is said.

    ``now`` is the wall clock. Turns wait in :attr:`turns` until the call takes them.
    """

    def __init__(
        self,
        ear: Ear,
        record: Callable[[Event], None],
        read_ahead: Callable[[str], None],
        now: Callable[[], datetime],
        taking: TurnTaking | None = None,
    ) -> None:
        self.turns: list[Turn] = []
        self.turn = 0  # the number of the last one that ended
        self.transcript = ""  # of the turn that is being spoken
        self.voice_since_ms: int | None = None  # the caller is speaking
        self.last_words_ms = 0  # when the transcript last grew
        self.may_end = True  # false while what is heard may be nothing: the bot has something to say
        self.taking = taking or TurnTaking()
        self._ear = ear
        self._record = record
        self._read_ahead = read_ahead
        self._now = now
        self._keys = Keys()
        self._parts: list[TranscriptFinal] = []  # of a turn that went on behind what seemed to be its end
        self._parts_confidence: list[float] = []
        self._is_open = False
        self._utterance = 0
        self._finishing: tuple[int, int, Reason] | None = None  # when it was judged to be over, after what silence, why
        self._began_ms = 0
        self._shown = ""
        self._shown_ms = 0
        self._read = ""
        self._pause_ms = 0
        self._is_in_pause = False

    @property
    def is_busy(self) -> bool:
        """Whether a turn is being spoken, with words or as a voice that may become words."""
        return bool(self.transcript or self._finishing or self._keys.pressed)

    def press(self, keys: str, now_ms: int) -> None:
        for key in keys:
            self._record(Dtmf(key))
            self._keys.press(key, now_ms)
        self.forget()

    def type(self, heard: Heard, now_ms: int) -> bool:
        """A line that was typed is a turn at once, in the place of what was being said; whether it is taken."""
        if len(self.turns) >= MOST_TURNS:
            return False
        self.turn += 1
        self._record(transcript(heard, self.turn, now_ms))
        self._record(TurnEnded(self.turn, heard.spoken, heard.written, 0, "complete"))
        self.turns.append(Turn(heard, now_ms, now_ms, now_ms))
        self.forget()
        return True

    def forget(self) -> None:
        """What was heard of this utterance was nothing: nodding along, an echo, noise."""
        self._ear.drop()
        self._close()

    def tick(self, now_ms: int, asked: Slot | None) -> None:
        """``asked`` is what the bot has asked for; None for anything."""
        self._notice_voice(now_ms)
        while self._ear.ended:
            self._take_final(self._ear.ended.popleft(), now_ms)
        if self._finishing and now_ms - self._finishing[0] > FINAL_LATE_MS:
            self._take_final(replace(self._ear.heard, broken="no final came"), now_ms)
        if self._keys.done(now_ms, key_lengths(asked) if asked else ()):
            self._end_keys(self._keys.take(), now_ms)
        heard = self._ear.heard
        if heard.utterance > self._utterance and heard.final is None:
            self._begin(heard, now_ms)
        if self._is_open and self._finishing is None:
            self._follow(heard, now_ms, asked)

    # ---- people take over, and give back

    def stop(self, now_ms: int) -> None:
        """Somebody else follows the caller from here on. What was final already is recorded, what is open is theirs."""
        if self._parts:
            self._end(now_ms, now_ms, 0, "timeout")
        self._close()
        self._keys.take()
        self.turns.clear()

    def go_on(self, turn: int, now_ms: int) -> None:
        """Behind the turns that somebody else has followed; a voice that is heard now has begun now."""
        self.turn = turn
        self.turns.clear()
        self.forget()
        self._utterance = self._ear.heard.utterance
        self.voice_since_ms = now_ms if self._ear.heard.speaking else None

    # ---- the voice

    def _notice_voice(self, now_ms: int) -> None:
        ear = self._ear
        while ear.events:
            if isinstance(ear.events.popleft(), VoiceStarted):
                self.voice_since_ms = now_ms
                if self._is_in_pause and self.transcript:
                    self.taking.went_on(self._pause_ms)
                self._is_in_pause = False
                self._record(SpeechStarted("caller"))
            else:
                self.voice_since_ms = None
                self._is_in_pause = True
                self._record(SpeechEnded("caller"))
        if self._is_in_pause:
            self._pause_ms = ear.silence_ms

    # ---- utterances

    def _begin(self, heard: Impression, now_ms: int) -> None:
        self._utterance = heard.utterance
        if not self._is_open:
            self._began_ms = now_ms
        self._is_open = True

    def _follow(self, heard: Impression, now_ms: int, asked: Slot | None) -> None:
        said = self._joined(heard.partial.spoken)
        if said != self.transcript:
            self.transcript, self.last_words_ms = said, now_ms
        self._show_partial(heard, now_ms)
        silence_ms = self._ear.silence_ms
        if not said:
            if not heard.speaking and silence_ms >= WORDLESS_MS:
                self.forget()
            return
        quiet_ms = max(silence_ms, now_ms - self.last_words_ms - TRANSCRIPT_LAG_MS)
        if quiet_ms >= READ_AHEAD_MS and said != self._read:
            self._read = said
            self._read_ahead(said)
        if not self.may_end:
            return
        needed = self.taking.needed(said, asked, self._now())
        if quiet_ms >= needed.pause_ms:
            self._finish(now_ms, quiet_ms, needed.reason)
        elif now_ms - self._began_ms >= LONGEST_TURN_MS:
            self._finish(now_ms, silence_ms, "timeout")

    def _finish(self, now_ms: int, silence_ms: int, reason: Reason) -> None:
        self._ear.finish()
        self._finishing = (now_ms, silence_ms, reason)

    def _show_partial(self, heard: Impression, now_ms: int) -> None:
        if self.transcript == self._shown or now_ms - self._shown_ms < PARTIALS_APART_MS:
            return
        self._shown, self._shown_ms = self.transcript, now_ms
        stable = len(self.transcript) - len(heard.partial.spoken) + heard.partial.stable_chars
        written = to_written(self.transcript).text
        self._record(TranscriptPartial("caller", self.turn + 1, self.transcript, written, stable))

    def _take_final(self, heard: Impression, now_ms: int) -> None:
        if self._finishing is None:
            if heard.broken and self._is_open:
                self.turns.append(self._lost(heard.broken, now_ms))
                self._close()
            return
        ended_ms, silence_ms, reason = self._finishing
        self._finishing = None
        if heard.broken or heard.final is None:
            self.turns.append(self._lost(heard.broken or "no final", now_ms))
            self._close()
            return
        final = heard.final
        if final.spoken and not is_noise(final):
            self._parts.append(final_event("caller", self.turn + 1, final, self._ear.skipped_ms))
            self._parts_confidence.append(_confidence(final.words))
        if self._ear.heard.speaking and self.voice_since_ms is not None and self.voice_since_ms >= ended_ms:
            self.taking.cut_off(silence_ms)  # not over after all: what follows belongs to it
            return
        if self._parts:
            self._end(now_ms, ended_ms, silence_ms, reason)
        else:
            self._close()

    def _end(self, now_ms: int, ended_ms: int, silence_ms: int, reason: Reason) -> None:
        self.turn += 1
        for part in self._parts:
            self._record(part)
        spoken = " ".join(part.spoken for part in self._parts)
        self.taking.ended(spoken)
        heard = Heard.of(spoken, confidence=min(self._parts_confidence))
        self._record(TurnEnded(self.turn, heard.spoken, heard.written, silence_ms, reason))
        self.turns.append(Turn(heard, ended_ms - silence_ms, ended_ms, now_ms))
        self._close()

    def _end_keys(self, pressed: str, now_ms: int) -> None:
        if len(self.turns) >= MOST_TURNS:
            return
        self.turn += 1
        heard = Heard.of(pressed, source="dtmf")
        self._record(TurnEnded(self.turn, pressed, heard.written, 0, "dtmf"))
        self.turns.append(Turn(heard, now_ms, now_ms, now_ms))

    def _lost(self, why: str, now_ms: int) -> Turn:
        return Turn(Heard.of(why, confidence=0.0), now_ms, now_ms, now_ms, is_lost=True)

    def _close(self) -> None:
        self._is_open = self._is_in_pause = False
        self._finishing = None
        self._parts, self._parts_confidence = [], []
        self.transcript = self._shown = self._read = ""

    def _joined(self, spoken: str) -> str:
        return " ".join([*(part.spoken for part in self._parts), *([spoken] if spoken else [])])


def final_event(side: Side, turn: int, final: Final, skipped_ms: int) -> TranscriptFinal:
    """``skipped_ms`` is by how much the call's time is ahead of the ear's."""
    timed = tuple(
        {
            "text": word.text,
            "start_ms": word.start_ms + skipped_ms,
            "end_ms": word.end_ms + skipped_ms,
            "confidence": word.confidence,
        }
        for word in final.words
    )
    return TranscriptFinal(side, turn, final.spoken, to_written(final.spoken).text, timed, final.engine)


def is_noise(final: Final) -> bool:
    """Whether it is a short sound of which the recognizer is not sure at all."""
    syllables = sum(len(word.text) for word in final.words)
    return 0 < syllables <= NOISE_SYLLABLES and _confidence(final.words) < NOISE_CONFIDENCE


def _confidence(words: tuple[Word, ...]) -> float:
    """Of an utterance: its words', each by its length."""
    syllables = sum(len(word.text) for word in words)
    return round(sum(word.confidence * len(word.text) for word in words) / syllables, 3) if syllables else 0.0
