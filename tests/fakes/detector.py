"""Voice activity by level alone: every sound is a voice. When it begins and ends is decided as in the real one."""

from __future__ import annotations

from collections.abc import Iterable

from tests.fakes.sounds import frames_of, is_voiced
from voicebot.audio import FRAME_MS, Samples, level_dbfs
from voicebot.vad.boundaries import Boundaries, Judged, VoiceEvent

DETECTED_MS = 80  # a voice is known to be one after so much of it: MINIMUM_SPEECH_MS in whole frames
ENDED_MS = 140  # and to have ended after so much silence: HANGOVER_MS in whole frames


class FakeActivity:
    def __init__(self) -> None:
        self.position_ms = 0
        self._boundaries = Boundaries()
        self._waiting: list[Samples] = []
        self._events: list[VoiceEvent] = []

    @property
    def speaking(self) -> bool:
        return self._boundaries.speaking

    @property
    def silence_ms(self) -> int:
        return self.position_ms - self._boundaries.last_voice_ms

    def accept(self, samples: Samples) -> None:
        self._waiting += frames_of(samples)
        self.position_ms += len(frames_of(samples)) * FRAME_MS

    def take_events(self) -> list[VoiceEvent]:
        events, self._events = self._events, []
        return events

    def judge(self) -> None:
        start_ms = self.position_ms - len(self._waiting) * FRAME_MS
        for frame in self._waiting:
            window = Judged(start_ms, start_ms + FRAME_MS, float(is_voiced(frame)), level_dbfs(frame))
            if event := self._boundaries.hear(window):
                self._events.append(event)
            start_ms += FRAME_MS
        self._waiting.clear()


class FakeDetector:
    """``failures`` more judgements raise."""

    def __init__(self) -> None:
        self.failures: float = 0

    def stream(self, rate_hz: int) -> FakeActivity:
        return FakeActivity()

    def judge(self, streams: Iterable[FakeActivity]) -> None:
        if self.failures > 0:
            self.failures -= 1
            raise RuntimeError("no ear for voices")
        for stream in streams:
            stream.judge()
