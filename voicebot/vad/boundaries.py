"""Where speech starts and ends: two thresholds on the judge's probability, a minimum, a hangover, and the level.

Silero holds on for 100 ms after a voice in silence and for 160 ms in noise, while the level falls at once. So Silero
decides *whether* speech has ended and, where the voice stands clear of the background, the level says *when*.
"""

from dataclasses import dataclass

from voicebot.vad.loudness import Loudness

# None of the sounds that ``aicc bench vad`` plays holds this for two windows; every voice it plays does.
START_PROBABILITY = 0.5
# Within speech the judge dips at nasals and before stops; asking as much as at the start would cut words.
KEEP_PROBABILITY = 0.35
# Two windows of 32 ms: a click or a horn's attack fills one, the shortest answer ("네") four or more.
MINIMUM_SPEECH_MS = 64
# Just longer than the closures inside words. How long a pause means "your turn" is for voicebot.turn to say.
HANGOVER_MS = 128
# The judge, too, must have given the voice up for two windows: one dip inside a soft syllable is no end.
DOUBT_MS = 64


@dataclass(frozen=True, slots=True)
class VoiceStarted:
    """Speech began at ``at_ms`` of the stream: the first window that sounds like it."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class VoiceEnded:
    """Speech ended at ``at_ms`` of the stream: the last window that held voice, known ``HANGOVER_MS`` later or more."""

    at_ms: int


VoiceEvent = VoiceStarted | VoiceEnded


@dataclass(frozen=True, slots=True)
class Judged:
    """A window of the stream with its speech probability, 0 to 1, and its level."""

    start_ms: int
    end_ms: int
    probability: float
    level_dbfs: float


class Boundaries:
    """Follows one stream's windows; what is left out between two of them was silence."""

    def __init__(self) -> None:
        self.speaking = False
        self.last_voice_ms = 0
        self._last_likely_ms = 0
        self._candidate_ms: int | None = None
        self._loudness = Loudness()

    def hear(self, window: Judged) -> VoiceEvent | None:
        """The next window that was judged."""
        return self._within_speech(window) if self.speaking else self._before_speech(window)

    def pass_over(self, end_ms: int) -> VoiceEvent | None:
        """Nothing worth judging up to ``end_ms``."""
        self._candidate_ms = None
        return self._end_by(end_ms)

    def _before_speech(self, window: Judged) -> VoiceStarted | None:
        if window.probability < START_PROBABILITY:
            self._candidate_ms = None
            if window.probability < KEEP_PROBABILITY:
                self._loudness.hear_background(window.level_dbfs)
            return None
        self._loudness.hear_voice(window.level_dbfs)
        if self._candidate_ms is None:
            self._candidate_ms = window.start_ms
        if window.end_ms - self._candidate_ms < MINIMUM_SPEECH_MS:
            return None
        started = VoiceStarted(self._candidate_ms)
        self.speaking, self._candidate_ms = True, None
        self.last_voice_ms = self._last_likely_ms = window.end_ms
        return started

    def _within_speech(self, window: Judged) -> VoiceEnded | None:
        if window.probability < KEEP_PROBABILITY:
            return self._end_by(window.end_ms)
        self._last_likely_ms = window.end_ms
        if not self._loudness.has_fallen(window.level_dbfs):
            self._loudness.hear_voice(window.level_dbfs)
            self.last_voice_ms = window.end_ms
        return None

    def _end_by(self, now_ms: int) -> VoiceEnded | None:
        long_silent = now_ms - self.last_voice_ms >= HANGOVER_MS
        if not (self.speaking and long_silent and now_ms - self._last_likely_ms >= DOUBT_MS):
            return None
        self.speaking = False
        return VoiceEnded(self.last_voice_ms)
