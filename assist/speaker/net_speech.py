"""The parts of a sound in which somebody speaks: all that the speaker model gets to hear.

The judge is the call's own (:mod:`voicebot.vad`), as neither energy nor webrtcvad tells music on hold from a voice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voicebot.audio import FRAME_MS, FULL_SCALE, Samples, resample
from voicebot.vad import VoiceDetector, VoiceStarted

RATES_HZ = (8_000, 16_000)
"""Of sound that is judged as it is; any other becomes the higher one."""

# While somebody speaks, the newest sound waits until it is certain that the voice has not already ended.
UNCERTAIN_MS = 200
# The judge tells of a beginning at most this long after it.
LOOK_BACK_MS = 500
# What is kept around speech does not count as speech. Without it the bundled model, which has learnt from sounds with
# their pauses, errs a fifth more often: trials of 3 s at 16.9 % EER instead of 14.0 %, half-trained.
MARGIN_MS = 200
# What lies below is the rest noise of a line.
SOUNDING_DBFS = -50.0


@dataclass(frozen=True, slots=True)
class Speech:
    """``samples`` is speech with its short pauses; ``net_ms`` is how much of it is speech, and ``sounding_ms`` how long
    anything at all was to be heard meanwhile."""

    samples: Samples
    rate_hz: int
    net_ms: int
    sounding_ms: int

    @property
    def length_ms(self) -> int:
        return len(self.samples) * 1_000 // self.rate_hz


class NetSpeech:
    """Takes a stream of sound at ``source_hz`` piece by piece, and gives what is speech in it, at ``rate_hz``.

    Keeps what is not yet certain alone, less than a second. Not thread-safe.
    """

    def __init__(self, detector: VoiceDetector, source_hz: int) -> None:
        self.rate_hz = source_hz if source_hz in RATES_HZ else RATES_HZ[-1]
        self.sounding_ms = 0
        self._source_hz = source_hz
        self._activity = detector.stream(self.rate_hz)
        # all of these count samples of the stream
        self._waiting: Samples = np.zeros(0, np.int16)
        self._waiting_from = 0
        self._given = 0  # what is before has been given or passed over
        self._kept_until = 0
        self._speaks_from: int | None = None
        self._net = 0

    def hear(self, samples: Samples) -> Samples:
        """More sound, int16 mono of any length; answers the speech that has become certain, often none."""
        sound = resample(samples, self._source_hz, self.rate_hz)
        self.sounding_ms += _sounding_ms(sound, self.rate_hz)
        self._waiting = np.concatenate([self._waiting, sound])
        found = []
        for event in self._activity.hear(sound):
            at = self._sample(event.at_ms)
            if isinstance(event, VoiceStarted):
                found.append(self._give())
                self._given = max(self._given, at - self._sample(MARGIN_MS))
                self._speaks_from = at
            else:
                self._end_at(at)
        if self._speaks_from is not None:
            self._kept_until = max(self._kept_until, self._end - self._sample(UNCERTAIN_MS))
        found.append(self._give())
        self._forget()
        return np.concatenate(found)

    def finish(self) -> Samples:
        """The sound is over: what is left of its last words."""
        if self._speaks_from is not None:
            self._end_at(self._end)
        return self._give()

    @property
    def net_ms(self) -> int:
        """How much speech there has been; while somebody speaks, as far as that is certain."""
        speaking = 0
        if self._speaks_from is not None:
            speaking = max(0, self._end - self._sample(UNCERTAIN_MS) - self._speaks_from)
        return (self._net + speaking) * 1_000 // self.rate_hz

    @property
    def _end(self) -> int:
        return self._waiting_from + len(self._waiting)

    def _sample(self, at_ms: int) -> int:
        return at_ms * self.rate_hz // 1_000

    def _end_at(self, at: int) -> None:
        assert self._speaks_from is not None
        self._net += at - self._speaks_from
        self._speaks_from = None
        self._kept_until = at + self._sample(MARGIN_MS)

    def _give(self) -> Samples:
        start, end = self._given, min(self._kept_until, self._end)
        self._given = max(start, end)
        return self._waiting[max(0, start - self._waiting_from) : max(0, end - self._waiting_from)]

    def _forget(self) -> None:
        is_needed = self._speaks_from is not None or self._given < self._kept_until
        needed = self._given if is_needed else self._end - self._sample(LOOK_BACK_MS + MARGIN_MS)
        gone = max(0, needed - self._waiting_from)
        self._waiting, self._waiting_from = self._waiting[gone:], self._waiting_from + gone


def net_speech(samples: Samples, rate_hz: int, detector: VoiceDetector) -> Speech:
    """Of a whole sound."""
    stream = NetSpeech(detector, rate_hz)
    parts = [stream.hear(samples), stream.finish()]
    return Speech(np.concatenate(parts), stream.rate_hz, stream.net_ms, stream.sounding_ms)


def _sounding_ms(samples: Samples, rate_hz: int) -> int:
    frame = rate_hz * FRAME_MS // 1_000
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame)
    power = np.mean(np.square(frames, dtype=np.float32), axis=1)
    return int(np.count_nonzero(power > (FULL_SCALE * 10 ** (SOUNDING_DBFS / 20)) ** 2)) * FRAME_MS
