"""Whether what the caller's side sounds like just now is only the bot's own voice, come back from the far end.

The bot's voice is laid under the caller's side at the delay where both are most alike, shaped by the filter that fits
it best, and taken away: what an echo canceller (ITU-T G.168) does, in one step on a third of a second, by least
squares. Of an echo next to nothing is left; a caller who speaks over it is what is left.

All of it is small: on the threads that OpenBLAS takes by itself (OPENBLAS_NUM_THREADS) it costs four times as much.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voicebot.audio import FULL_SCALE, Samples

# Chosen by the figures of tests/voicebot/test_echo.py. Less sound fits too well what is no echo, more tells a caller
# no better, and he must be told when he has said one syllable.
WINDOW_MS = 320
LONGEST_DELAY_MS = 500
# The echo may be smeared over this long: a hybrid's 10 ms, or the first reflections of a room.
SPREAD_MS, SPREAD_BEFORE_MS = 16, 2
# A caller's loudest moment is at least this loud against the echo's. Half of all echoes leave 16 dB less; those that
# leave more are as quiet as the line's noise. At -3 dB a caller as loud as a loud echo would be missed for a syllable.
CALLER_DB = -6.0
MOMENT_MS = 80
# What is left must also stand this clear of the line's noise, else there is nobody: the end of an echo.
CLEAR_DB = 6.0
SURE_DB = 12.0  # an echo that leaves so much less shows the delay to look at first from then on
SILENT_DBFS, LOUDEST_NOISE_DBFS = -62.0, -50.0

_RATE_HZ = 8_000  # echoes are compared at the telephone's rate, whatever the call's
_EMPHASIS = 0.9  # speech made flatter: its loud low tones are alike in all voices, and the line's hum goes
_STEP = 160  # 20 ms
_STIFFNESS = 1e-3  # keeps the filter small where the bot's voice has no energy
_HALF_BAND = np.array([-1, 0, 9, 16, 9, 0, -1]) / 32

Wave = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Likeness:
    """What came of one comparison; levels in dB, of the loudest 80 ms, with the highs raised.

    ``echo_dbfs`` is the bot's voice as found in the caller's side, ``left_dbfs`` what it does not explain,
    ``noise_dbfs`` the line at its quietest; ``delay_ms`` is after which time the bot's voice came back.
    """

    echo_dbfs: float
    left_dbfs: float
    noise_dbfs: float
    delay_ms: float

    @property
    def is_echo(self) -> bool:
        """Nobody but the bot is heard."""
        noise_dbfs = min(self.noise_dbfs, LOUDEST_NOISE_DBFS)
        is_somebody = self.left_dbfs > max(SILENT_DBFS, noise_dbfs + CLEAR_DB)
        return not (is_somebody and self.left_dbfs > self.echo_dbfs + CALLER_DB)


class EchoCheck:
    """One call's, at ``rate_hz`` (8,000 or 16,000). It keeps the last second of what the bot sent; not thread-safe."""

    def __init__(self, rate_hz: int) -> None:
        if rate_hz not in (8_000, 16_000):
            raise ValueError(f"echoes are found at 8000 or 16000 Hz, got {rate_hz} Hz: resample first")
        self._every = rate_hz // _RATE_HZ
        self._kept = rate_hz * (WINDOW_MS + LONGEST_DELAY_MS + 2 * SPREAD_MS) // 1000
        self._played: Samples = np.zeros(4 * self._kept, np.int16)
        self._end = self._kept  # of what was played, in the array
        self._noise_dbfs = LOUDEST_NOISE_DBFS
        self._delay: int | None = None  # in samples at 8 kHz, where an echo was sure

    def played(self, frame: Samples) -> None:
        """What the bot sent in this tick, its silence too: without gaps, else delays come out wrong."""
        if self._end + len(frame) > len(self._played):
            self._played[: self._kept] = self._played[self._end - self._kept : self._end]
            self._end = self._kept
        self._played[self._end : self._end + len(frame)] = frame
        self._end += len(frame)

    def recent(self, count: int) -> Samples:
        """The last ``count`` samples of what the bot sent, at most a window, the longest delay and the spread."""
        return self._played[self._end - count : self._end]

    def is_echo(self, recent: Samples) -> bool:
        """Whether the end of the caller's side, up to and with this tick, holds nobody's voice but the bot's.

        ``recent`` is int16 at the call's rate; of more than ``WINDOW_MS`` the end is looked at, less is unsure below
        200 ms. Meant to be asked while voice activity hears somebody; silence counts as echo.
        """
        return self.likeness(recent).is_echo

    def likeness(self, recent: Samples) -> Likeness:
        """The comparison behind :meth:`is_echo`; about half a millisecond."""
        heard = self._flattened(recent[-(WINDOW_MS * _RATE_HZ * self._every // 1000) :])
        if len(heard) < _STEP:
            return Likeness(-120.0, -120.0, self._noise_dbfs, 0.0)
        self._noise_dbfs = min(self._noise_dbfs + 0.1, _dbfs(_powers(heard).min()))
        before = LONGEST_DELAY_MS * _RATE_HZ // 1000 + SPREAD_MS * _RATE_HZ // 1000
        kept = (len(heard) + before) * self._every
        bot = self._flattened(self._played[self._end - kept : self._end])
        likeness = min(
            (self._compared(heard, explained, delay) for explained, delay in _explained(heard, bot, self._delay)),
            key=lambda compared: compared.left_dbfs,
        )
        if likeness.echo_dbfs - likeness.left_dbfs > SURE_DB:
            self._delay = round(likeness.delay_ms * _RATE_HZ / 1000)
        return likeness

    def _compared(self, heard: Wave, explained: Wave, delay: int) -> Likeness:
        moment = max(1, min(MOMENT_MS * _RATE_HZ // 1000 // _STEP, len(heard) // _STEP))
        echo, left = (
            _dbfs(np.convolve(_powers(sound), np.ones(moment) / moment, "valid").max())
            for sound in (explained, heard - explained)
        )
        return Likeness(echo, left, self._noise_dbfs, delay * 1000 / _RATE_HZ)

    def _flattened(self, sound: Samples) -> Wave:
        wave = sound.astype(np.float64)
        if self._every > 1:
            wave = np.convolve(wave, _HALF_BAND, "same")[:: self._every]
        wave[1:] -= _EMPHASIS * wave[:-1]
        return wave


def _explained(heard: Wave, bot: Wave, expected: int | None) -> Iterator[tuple[Wave, int]]:
    """The part of ``heard`` that is ``bot``, filtered and delayed, and the delay; both end at the same moment.

    Once for the delay at which they are most alike, and where that lies elsewhere, once for the ``expected`` one: a
    vowel is like itself a period earlier.
    """
    count, taps = len(heard), SPREAD_MS * _RATE_HZ // 1000
    size = 1 << (len(bot) - 1).bit_length()
    spectrum = np.fft.rfft(bot, size)
    alike = np.fft.irfft(spectrum * np.conj(np.fft.rfft(heard, size)), size)[: len(bot) - count + 1]
    energy = np.concatenate([[0.0], np.cumsum(bot**2)])
    energy = energy[count:] - energy[:-count]
    # One step of int16 a sample: what is as quiet as that is like nothing.
    best = int(np.argmax(np.abs(alike) / np.sqrt(energy + count)))
    places = [best]
    if expected is not None and abs(len(alike) - 1 - expected - best) > SPREAD_BEFORE_MS * _RATE_HZ // 1000:
        places.append(len(alike) - 1 - expected)
    for place in places:
        first = min(max(place - taps + 1 + SPREAD_BEFORE_MS * _RATE_HZ // 1000, 0), len(alike) - taps)
        stretch = bot[first : first + count + taps - 1]
        gram = inner_products(stretch, taps)
        gram[np.diag_indices(taps)] += _STIFFNESS * gram[0, 0] + count
        filtered = np.linalg.solve(gram, alike[first : first + taps])
        yield np.convolve(stretch, filtered[::-1], "valid"), len(alike) - 1 - place


def inner_products(sound: Wave, taps: int) -> Wave:
    """Inner products of the ``taps`` stretches of ``sound`` that begin one sample after the other."""
    count = len(sound) - taps + 1
    first_row = np.correlate(sound, sound[:count], "valid")
    # From one diagonal neighbour to the next a product enters at the end and one leaves at the beginning.
    head, tail = sound[: taps - 1], sound[count:]
    steps = np.outer(tail, tail) - np.outer(head, head)
    gram = np.empty((taps, taps))
    gram[0] = gram[:, 0] = first_row
    for row in range(1, taps):
        gram[row, 1:] = gram[row - 1, :-1] + steps[row - 1]
    return gram


def _powers(sound: Wave) -> Wave:
    """Of each whole 20 ms, up to the end."""
    powers: Wave = np.square(sound[len(sound) % _STEP :]).reshape(-1, _STEP).mean(axis=1)
    return powers


def _dbfs(power: float) -> float:
    return 10 * float(np.log10(power / FULL_SCALE**2 + 1e-12))
