"""What somebody says whom the bot does not answer: words as they come, and turns, for the log alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from voicebot.ear import Ear, Impression
from voicebot.events import (
    Event,
    Fault,
    Side,
    SpeechEnded,
    SpeechStarted,
    TranscriptPartial,
    TurnEnded,
)
from voicebot.listening import (
    FINAL_LATE_MS,
    LONGEST_TURN_MS,
    PARTIALS_APART_MS,
    TRANSCRIPT_LAG_MS,
    WORDLESS_MS,
    final_event,
    is_noise,
)
from voicebot.text import to_written
from voicebot.turn import TurnTaking
from voicebot.vad.boundaries import VoiceStarted

PAUSE_MS = 500  # ends whatever was said; nobody waits for it with an answer, as who talks to the bot does

Reason = Literal["ending", "complete", "timeout"]


class TurnNumbers:
    """Of what all people in a call say, in the order in which it begins; ``last`` is the newest."""

    def __init__(self, last: int = 0) -> None:
        self.last = last

    def next(self) -> int:
        self.last += 1
        return self.last


class Following:
    """One voice. Driven every tick; ``now`` is the wall clock.

    A turn has its number from its first word on: two who speak at once have two. It ends in the pause behind words that
    sound finished, behind others after ``PAUSE_MS``, and after ``LONGEST_TURN_MS`` of talk in one go. Words that cannot
    be heard are a fault in the log, told once until some are heard again.
    """

    def __init__(
        self,
        side: Side,
        ear: Ear,
        record: Callable[[Event], None],
        numbers: TurnNumbers,
        now: Callable[[], datetime],
    ) -> None:
        self.ear = ear
        self.side = side
        self._record = record
        self._numbers = numbers
        self._now = now
        self._taking = TurnTaking()
        heard = ear.heard
        self._utterance = heard.utterance
        self._is_speaking = heard.speaking
        # what somebody else has begun to follow goes on here
        self._is_open = heard.utterance > 0 and heard.final is None and (heard.speaking or bool(heard.partial.spoken))
        self._is_leaving = self._is_broken = False
        self._finishing: tuple[int, int, Reason] | None = None  # when it was judged to be over, after what silence, why
        self._began_ms = heard.opened_ms + ear.skipped_ms
        self._number = 0  # of the turn that is open, once it has words
        self._said = self._shown = ""
        self._words_ms = self._shown_ms = 0

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being said, and no final is waited for."""
        return not self._is_open

    def leave(self, now_ms: int) -> None:
        """Nothing further is followed; what was said so far becomes final soon."""
        self._is_leaving = True
        if not self._is_open or self._finishing:
            return
        if self._said:
            self._finish(now_ms, self.ear.silence_ms, "timeout")
        else:
            self._forget()

    def hush(self) -> None:
        """Whoever it was is not heard any more."""
        if self._is_speaking:
            self._is_speaking = False
            self._record(SpeechEnded(self.side))

    def tick(self, now_ms: int) -> None:
        self._notice_voice()
        while self.ear.ended:
            self._take(self.ear.ended.popleft(), now_ms)
        if self._finishing and now_ms - self._finishing[0] > FINAL_LATE_MS:
            self._lose("no final came")
        heard = self.ear.heard
        if heard.utterance > self._utterance and heard.final is None and not self._is_leaving:
            self._utterance, self._is_open = heard.utterance, True
            self._began_ms = heard.opened_ms + self.ear.skipped_ms
        if self._is_open and self._finishing is None:
            self._follow(heard, now_ms)

    def _notice_voice(self) -> None:
        events = self.ear.events
        while events:
            is_speaking = isinstance(events.popleft(), VoiceStarted)
            if is_speaking != self._is_speaking:
                self._is_speaking = is_speaking
                self._record(SpeechStarted(self.side) if is_speaking else SpeechEnded(self.side))

    def _follow(self, heard: Impression, now_ms: int) -> None:
        said, silence_ms = heard.partial.spoken, self.ear.silence_ms
        if said != self._said:
            self._said, self._words_ms = said, now_ms
        if not said:
            if not heard.speaking and silence_ms >= WORDLESS_MS:
                self._forget()
            return
        self._number = self._number or self._numbers.next()
        if said != self._shown and now_ms - self._shown_ms >= PARTIALS_APART_MS:
            self._shown, self._shown_ms = said, now_ms
            stable = heard.partial.stable_chars
            self._record(TranscriptPartial(self.side, self._number, said, to_written(said).text, stable))
        quiet_ms = max(silence_ms, now_ms - self._words_ms - TRANSCRIPT_LAG_MS)
        needed = self._taking.needed(said, None, self._now())
        if quiet_ms >= min(needed.pause_ms, PAUSE_MS):
            self._finish(now_ms, quiet_ms, needed.reason)
        elif now_ms - self._began_ms >= LONGEST_TURN_MS:
            self._finish(now_ms, silence_ms, "timeout")

    def _finish(self, now_ms: int, silence_ms: int, reason: Reason) -> None:
        self.ear.finish()
        self._finishing = (now_ms, silence_ms, reason)

    def _take(self, heard: Impression, now_ms: int) -> None:
        """A final, or why there is none. It may be one that was asked for before anybody followed here."""
        if not self._is_open:
            return
        if heard.broken or heard.final is None:
            self._lose(heard.broken or "no final")
            return
        _, silence_ms, reason = self._finishing or (now_ms, self.ear.silence_ms, "timeout")
        final, number = heard.final, self._number
        if final.spoken and not is_noise(final):
            number = number or self._numbers.next()
            transcript = final_event(self.side, number, final, self.ear.skipped_ms)
            self._record(transcript)
            if self.side == "caller":  # of others each final is a turn
                self._record(TurnEnded(number, transcript.spoken, transcript.written, silence_ms, reason))
            self._taking.ended(final.spoken)
        self._is_broken = False
        self._close()

    def _lose(self, why: str) -> None:
        if not self._is_broken:
            self._is_broken = True
            self._record(Fault("ear", " ".join(why.split())[:300], "the call goes on without these words"))
        self._close()

    def _forget(self) -> None:
        """It was no word."""
        self.ear.drop()
        self._close()

    def _close(self) -> None:
        self._is_open = False
        self._finishing = None
        self._number = 0
        self._said = self._shown = ""
