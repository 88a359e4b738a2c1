"""Voice activity of a call's sides: each side a stream, all streams of a tick judged in one run."""

from collections import deque
from collections.abc import Iterable

import numpy as np

from voicebot.audio import FRAME_MS, Samples, level_dbfs
from voicebot.vad.boundaries import Boundaries, Judged, VoiceEvent
from voicebot.vad.gate import Gate
from voicebot.vad.silero import CONTEXT_MS, RATES_HZ, WINDOW_MS, Silero, State, fresh_state

# When the gate opens, the judge first hears this much of what came before: it needs a run-up to be sure of a vowel,
# and the gate misses the soft beginning of a word.
LEAD_WINDOWS = 2
# A process that cannot judge for this long has worse troubles than a missed word.
BACKLOG_WINDOWS = 2_048 // WINDOW_MS


class UnusableSound(ValueError):
    """Sound that voice activity cannot hear; the message says what came and what is wanted."""


class VoiceActivity:
    """One side of a call at ``rate_hz`` (8,000 or 16,000); times count from its first sample.

    Not thread-safe: sound is given and judging done by one thread at a time. At most about 2 s may wait to be judged;
    beyond that the oldest waiting sound goes unjudged and counts as silence.
    """

    def __init__(self, detector: "VoiceDetector", rate_hz: int) -> None:
        if rate_hz not in RATES_HZ:
            raise UnusableSound(f"voice activity hears 8000 or 16000 Hz, got {rate_hz} Hz: resample first")
        self.rate_hz = rate_hz
        self._detector = detector
        self._gate = Gate(rate_hz)
        self._boundaries = Boundaries()
        self._state = fresh_state()
        self._frame, self._window, self._context = (
            rate_hz * length_ms // 1000 for length_ms in (FRAME_MS, WINDOW_MS, CONTEXT_MS)
        )
        self._sound: Samples = np.zeros(self._context, np.int16)  # from _sound_from on, in samples of the stream
        self._sound_from = -self._context
        self._received = self._gated = 0
        self._complete = 0  # windows whose sound is all here
        self._decided = 0  # windows that wait to be judged, are judged, or were passed over
        self._waiting: deque[tuple[int, Samples | None]] = deque(maxlen=BACKLOG_WINDOWS)  # None: passed over
        self._events: list[VoiceEvent] = []

    @property
    def speaking(self) -> bool:
        """Whether somebody speaks, as far as the sound is judged; stays true through the hangover."""
        return self._boundaries.speaking

    @property
    def position_ms(self) -> int:
        """How much sound has come."""
        return self._received * 1000 // self.rate_hz

    @property
    def silence_ms(self) -> int:
        """Since the last speech, or since the beginning; while somebody speaks, the little that is not yet judged."""
        return self.position_ms - self._boundaries.last_voice_ms

    def accept(self, samples: Samples) -> None:
        """More sound, int16 mono, any length, none included. Cheap: only the gate hears it."""
        if samples.dtype != np.int16 or samples.ndim != 1:
            raise UnusableSound(
                f"voice activity hears int16 mono, got {samples.dtype} of shape {samples.shape}: "
                "convert with voicebot.audio.to_int16"
            )
        self._sound = np.concatenate([self._sound, samples])
        self._received += len(samples)
        while self._gated + self._frame <= self._received:
            self._gate.hear(self._slice(self._gated, self._gated + self._frame))
            self._gated += self._frame
            while (self._complete + 1) * self._window <= self._gated:
                self._complete += 1
                self._decide()
        self._forget()

    def hear(self, samples: Samples) -> list[VoiceEvent]:
        """Accepts, judges and takes: for a stream that is judged alone. Any length, recordings of hours included."""
        events = []
        for start in range(0, max(len(samples), 1), self.rate_hz):
            self.accept(samples[start : start + self.rate_hz])
            self._detector.judge([self])
            events += self.take_events()
        return events

    def take_events(self) -> list[VoiceEvent]:
        """What was found since the last call, in order."""
        events, self._events = self._events, []
        return events

    def _next_window(self) -> Samples | None:
        """The next window that Silero must judge, with its context; passes over those that the gate kept out."""
        while self._waiting:
            index, window = self._waiting[0]
            if window is not None:
                return window
            self._waiting.popleft()
            self._report(self._boundaries.pass_over((index + 1) * WINDOW_MS))
        return None

    def _decide(self) -> None:
        """Whether the newest complete window is judged, with those before it; old ones are passed over for good."""
        newest = self._complete - 1
        if self._gate.is_open_at(newest * WINDOW_MS):
            for index in range(self._decided, self._complete):
                start = index * self._window
                self._waiting.append((index, self._slice(start - self._context, start + self._window)))
            self._decided = self._complete
        elif self._complete - self._decided > LEAD_WINDOWS:
            self._waiting.append((self._decided, None))
            self._decided += 1

    def _slice(self, start: int, end: int) -> Samples:
        return self._sound[start - self._sound_from : end - self._sound_from]

    def _forget(self) -> None:
        needed_from = self._decided * self._window - self._context
        self._sound = self._sound[needed_from - self._sound_from :]
        self._sound_from = needed_from

    def _judged(self, probability: float, state: State) -> None:
        """The verdict on the window that :meth:`_next_window` gave."""
        index, window = self._waiting.popleft()
        assert window is not None
        self._state = state
        level = level_dbfs(window[self._context :])
        self._report(self._boundaries.hear(Judged(index * WINDOW_MS, (index + 1) * WINDOW_MS, probability, level)))

    def _report(self, event: VoiceEvent | None) -> None:
        if event is not None:
            self._events.append(event)


class VoiceDetector:
    """The judge that all streams of a process share. ``judge`` computes and blocks: it is called off the event loop.

    Raises :class:`voicebot.vad.silero.SileroUnavailable`.
    """

    def __init__(self, silero: Silero | None = None) -> None:
        self._silero = silero or Silero()

    def stream(self, rate_hz: int) -> VoiceActivity:
        return VoiceActivity(self, rate_hz)

    def judge(self, streams: Iterable[VoiceActivity]) -> None:
        """Brings all these streams up to date with their sound: a run for each rate and window that waits."""
        behind = list(streams)
        for rate_hz in RATES_HZ:
            waiting = [stream for stream in behind if stream.rate_hz == rate_hz]
            while ready := [(s, window) for s in waiting if (window := s._next_window()) is not None]:
                waiting = [stream for stream, _ in ready]
                probabilities, states = self._silero.probabilities(
                    [window for _, window in ready], [stream._state for stream in waiting], rate_hz
                )
                for stream, probability, state in zip(waiting, probabilities, states, strict=True):
                    stream._judged(probability, state)
