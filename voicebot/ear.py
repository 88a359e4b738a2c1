"""One call's ear: voice activity and, while somebody speaks, a recognizer's stream; the work is done by ``hearing``.

An ear is held by two: the call, on the loop, gives it frames and reads what was heard; the worker, between two of the
loop's looks, takes the frames to the models. What the worker finds becomes visible as one :class:`Impression`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import soxr

from voicebot.audio import FRAME_MS, Samples, level_dbfs
from voicebot.stt.recognizer import TICK_MS, Final, Partial, Recognizer, Stream
from voicebot.vad.activity import VoiceActivity, VoiceDetector
from voicebot.vad.boundaries import VoiceEvent, VoiceStarted

# Heard before the first window that was judged speech. With more of it noise is taken for a syllable: of 40 utterances
# in street noise at 12 dB below the voice, 8 began with a wrong one at 40 ms, 14 at 80, and none in quiet at any.
LEAD_MS = 40
ONSET_MS, ONSET_DB, CLEAR_DB = 450, 24.0, 12.0  # below the voice, and above the quietest that was heard lately
CLOSURE_MS = 120  # of silence inside a word
KEPT_MS = 1_000  # of sound, while nobody speaks
_NOTHING = Partial()


@dataclass(frozen=True, slots=True)
class Impression:
    """What the models have made of the sound up to ``position_ms``; times count from the call's first frame.

    ``utterance`` numbers the utterances that were opened, 0 before the first; ``partial`` and ``final`` are of the
    newest. ``broken`` says why that one cannot be heard any more.
    """

    position_ms: int = 0
    speaking: bool = False
    last_voice_ms: int = 0
    utterance: int = 0
    opened_ms: int = 0
    partial: Partial = _NOTHING
    final: Final | None = None
    broken: str | None = None


class Ear:
    """Hears one side of a call at ``rate_hz`` (8,000 or 16,000).

    ``events`` and ``ended`` (the last impression of each utterance: its final, or why it is broken) are for the call to
    take; ``told`` is called when there is one, so that nobody waits for the next tick.
    """

    def __init__(self, recognizer: Recognizer, detector: VoiceDetector, rate_hz: int) -> None:
        self.heard = Impression()
        self.skipped_ms = 0  # of the call's time that brought no sound at all: the process did not get to run
        self.told: Callable[[], None] = lambda: None
        self.events: deque[VoiceEvent] = deque(maxlen=64)
        self.ended: deque[Impression] = deque(maxlen=8)
        self._received_ms = 0
        self._inbox: list[Samples] = []
        self._orders: list[tuple[str, int]] = []  # from the call to the worker
        # from here on the worker's own
        self._recognizer = recognizer
        self._rate_hz = rate_hz
        self._activity = detector.stream(rate_hz)
        self._kept: deque[tuple[int, Samples]] = deque()  # with the position of each one's beginning
        self._position_ms = 0
        self._stream: Stream | None = None
        self._resampler: soxr.ResampleStream | None = None
        self._opened_ms = 0
        self._utterance = 0
        self._undecoded_ms = 0
        self._is_finishing = False
        self._finished_ms = 0  # up to here sound is in a final, and is not heard again
        self._may_open = True
        self._final: Final | None = None
        self._broken: str | None = None

    # ---- the call's side, on the loop

    def hear(self, frame: Samples) -> None:
        self._inbox.append(frame)
        self._received_ms += FRAME_MS

    @property
    def silence_ms(self) -> int:
        """Since the last voice, what is not yet judged counted as silence."""
        return self._received_ms - self.heard.last_voice_ms

    def finish(self) -> None:
        """Ends the utterance; its final comes with one of the next impressions."""
        self._orders.append(("finish", 0))

    @property
    def is_finishing(self) -> bool:
        """Whether a final was asked for, and the worker has not heard of it."""
        return any(order == "finish" for order, _ in self._orders)

    def drop(self) -> None:
        """Forgets the utterance: nobody wants to know what it was. The next one opens with the next voice."""
        self._orders.append(("drop", 0))

    def open(self, back_ms: int) -> None:
        """Opens an utterance that begins so long ago, in place of the one that is open."""
        self._orders.append(("open", back_ms))

    @property
    def has_news(self) -> bool:
        """Whether there is anything for the worker."""
        return bool(self._inbox or self._orders)

    def take(self) -> tuple[list[Samples], list[tuple[str, int]]]:
        """What the worker takes along: on the loop, while no worker has this ear."""
        inbox, orders, self._inbox, self._orders = self._inbox, self._orders, [], []
        return inbox, orders

    def show(self, impression: Impression, events: list[VoiceEvent]) -> None:
        """What the worker brings back: on the loop."""
        before, self.heard = self.heard, impression
        self.events.extend(events)
        has_ended = impression.final is not None or impression.broken is not None
        if has_ended and (before.utterance, before.final, before.broken) != (
            impression.utterance,
            impression.final,
            impression.broken,
        ):
            self.ended.append(impression)
            self.told()

    # ---- the worker's side

    @property
    def activity(self) -> VoiceActivity:
        return self._activity

    def take_in(self, frames: list[Samples], orders: list[tuple[str, int]]) -> None:
        """Sound and orders; the order is: what was ordered holds from this sound on."""
        for order, back_ms in orders:
            match order:
                case "finish" if self._stream is not None:
                    self._stream.finish()
                    self._is_finishing = True
                    self._finished_ms = self._position_ms
                case "drop":
                    self._stream, self._is_finishing = None, False
                    self._may_open = False
                case "open":
                    self._open(self._position_ms - back_ms)
        if not frames:
            return
        sound = np.concatenate(frames)
        self._activity.accept(sound)
        self._kept.append((self._position_ms, sound))
        self._position_ms += len(sound) * 1000 // self._rate_hz
        while self._kept and self._kept[0][0] < self._position_ms - KEPT_MS:
            self._kept.popleft()
        if self._stream is not None and not self._is_finishing:
            self._feed(sound)

    def judged(self) -> list[VoiceEvent]:
        """Voice activity is up to date with the sound: an utterance opens where a voice began."""
        events = self._activity.take_events()
        for event in events:
            if isinstance(event, VoiceStarted):
                self._may_open = True
                if self._stream is None:
                    self._open(max(self._onset_ms(event.at_ms), self._finished_ms))
        if self._stream is None and self._may_open and self._activity.speaking:
            # the last one was ended while its speaker went on, or it broke and is heard again
            from_ms = self._again_from_ms
            self._open(max(self._position_ms - LEAD_MS, self._finished_ms) if from_ms is None else from_ms)
        return events

    def stream_to_decode(self, is_tick: bool) -> Stream | None:
        """The stream, if its turn has come: with the others' every ``TICK_MS``, at once to make a final."""
        if self._stream is None or self._broken:
            return None
        is_due = self._is_finishing or (is_tick and self._undecoded_ms >= TICK_MS)
        return self._stream if is_due else None

    def decoded(self, broken: str | None = None) -> None:
        """The stream that was to be decoded is, or it is broken."""
        self._undecoded_ms = 0
        self._broken = broken
        if self._stream is not None and (self._is_finishing or broken):
            final = self._stream.final
            self._final = None if broken or final is None else _since(final, self._opened_ms)
            if broken or final is not None:
                self._stream, self._is_finishing = None, False
                self._again_from_ms = self._opened_ms if broken else None

    def impression(self) -> Impression:
        partial = self._stream.partial if self._stream is not None else _NOTHING
        return Impression(
            self._position_ms,
            self._activity.speaking,
            self._position_ms - self._activity.silence_ms,
            self._utterance,
            self._opened_ms,
            partial,
            self._final,
            self._broken,
        )

    def _open(self, from_ms: int) -> None:
        self._utterance += 1  # also of one that cannot be opened: it is told to be broken
        self._stream = self._recognizer.stream()
        needs_another_rate = self._recognizer.rate_hz != self._rate_hz
        self._resampler = (
            soxr.ResampleStream(self._rate_hz, self._recognizer.rate_hz, 1, dtype="int16", quality="HQ")
            if needs_another_rate
            else None
        )
        self._is_finishing, self._may_open = False, True
        self._final = self._broken = self._again_from_ms = None
        self._undecoded_ms = 0
        lead = [(at_ms, sound) for at_ms, sound in self._kept if at_ms + _ms(sound, self._rate_hz) > from_ms]
        self._opened_ms = lead[0][0] if lead else self._position_ms
        for _, sound in lead:
            self._feed(sound)

    def _onset_ms(self, voice_ms: int) -> int:
        """Where to begin to hear a voice that was judged one at ``voice_ms``.

        Voice activity may notice it late, a syllable behind the first. What is loud up to there, with no longer break
        than a stop makes, belongs to it, if it begins within reach: what was loud all along is something else.
        """
        before = [(at_ms, level_dbfs(sound)) for at_ms, sound in self._kept if at_ms < voice_ms]
        at = [level_dbfs(sound) for at_ms, sound in self._kept if at_ms >= voice_ms][:2]
        loud_dbfs = max(max(at, default=0.0) - ONSET_DB, min((level for _, level in before), default=0.0) + CLEAR_DB)
        begin_ms = voice_ms
        for at_ms, level in reversed(before):
            if begin_ms - at_ms > CLOSURE_MS:
                return min(begin_ms, voice_ms - LEAD_MS)
            if at_ms < voice_ms - ONSET_MS:
                break
            if level >= loud_dbfs:
                begin_ms = at_ms
        return voice_ms - LEAD_MS

    def _feed(self, sound: Samples) -> None:
        assert self._stream is not None
        self._undecoded_ms += _ms(sound, self._rate_hz)
        self._stream.accept(self._resampler.resample_chunk(sound) if self._resampler else sound)


def _ms(sound: Samples, rate_hz: int) -> int:
    return len(sound) * 1000 // rate_hz


def _since(final: Final, opened_ms: int) -> Final:
    """With its words' times counted from the call's first frame."""
    return replace(
        final,
        words=tuple(
            replace(word, start_ms=word.start_ms + opened_ms, end_ms=word.end_ms + opened_ms) for word in final.words
        ),
    )
