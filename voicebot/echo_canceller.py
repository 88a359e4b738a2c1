"""The bot's own voice taken out of what comes from the caller, so that nobody listens to it: an echo canceller.

ITU-T G.168 adapts a filter sample by sample; here the echo's path is worked out by least squares, from a third of a
second at a time in which only the bot is heard (:class:`voicebot.echo.EchoCheck` knows), and kept while it holds.
"""

from collections import deque

import numpy as np

from voicebot.audio import FRAME_MS, FULL_SCALE, Samples, to_int16
from voicebot.echo import (
    LONGEST_DELAY_MS,
    SPREAD_BEFORE_MS,
    SPREAD_MS,
    SURE_DB,
    WINDOW_MS,
    EchoCheck,
    Likeness,
    Wave,
    inner_products,
)

LOOK_MS = 160  # how often the path is looked for, or at
SELDOM = 16  # looks of which one is taken where a path is known well; half of them where none was found
ENOUGH_WINDOWS = 6  # with fewer a path is not known in all tones
# Only the bot is heard where its echo leaves so much less: of noise or a caller that much is never explained.
# To believe in an echo at all takes more; where it is not much louder than the line's noise, less, but twice.
ALONE_DB, LIKELY_DB, SAME_MS = 9.0, 5.0, 1.0
POOR_DB = 3.0  # a path that takes away so little: somebody speaks, or the echo comes another way
BETTER_DB = 4.0  # another path is taken where it explains so much more
WORSE = 1.2  # what has so much more power than before is no sound without its echo
SILENT_DBFS = -66.0  # there is no echo to be heard, nor worth taking away
FADING = 0.8  # what a window weighs when the next has come: paths change, as when a hand comes near

_EMPHASIS = 0.9  # as in the comparison: else the filter fits the low tones alone
_STIFFNESS = 1e-4
_SILENT = FULL_SCALE**2 * 10 ** (SILENT_DBFS / 10)


class _Path:
    """From what was played to what comes back: a delay, and a filter fitted to all windows it was shown."""

    def __init__(self, first: int, taps: int) -> None:
        self.first = first  # samples before which nothing comes back
        self.taps = taps
        self._products: Wave = np.zeros((taps, taps))
        self._likeness: Wave = np.zeros(taps)
        self._filter: Wave = np.zeros(taps)
        self._windows = 0

    @property
    def is_new(self) -> bool:
        """Whether it has been shown too little yet."""
        return self._windows < ENOUGH_WINDOWS

    def holds(self, delay: int) -> bool:
        """Whether what comes back after so many samples is in its reach."""
        return self.first <= delay <= self.first + self.taps * 3 // 4

    def fit(self, heard: Wave, bot: Wave) -> None:
        """To one more window: ``heard``, and what was played up to its end."""
        stretch = _of(bot, len(heard), self.first, self.taps)
        heard, stretch = _emphasised(heard), _emphasised(stretch)
        products = inner_products(stretch, self.taps)
        # Loud windows do not count for more: the coder's noise grows with them.
        weight = 1 / (products[0, 0] + len(heard))
        self._products = FADING * self._products + weight * products
        self._likeness = FADING * self._likeness + weight * np.correlate(stretch, heard, "valid")
        stiff = self._products.copy()
        stiff[np.diag_indices(self.taps)] += _STIFFNESS * stiff[0, 0]
        self._filter[:] = np.linalg.solve(stiff, self._likeness)[::-1]
        self._windows += 1

    def echo(self, bot: Wave, count: int) -> Wave:
        """The last ``count`` samples of the echo of what was played."""
        return np.convolve(_of(bot, count, self.first, self.taps), self._filter, "valid")

    def reach(self, count: int) -> int:
        """How much of what was played is needed for ``count`` samples."""
        return self.first + self.taps - 1 + count


def _of(bot: Wave, count: int, first: int, taps: int) -> Wave:
    end = len(bot) - first
    return bot[end - count - taps + 1 : end]


def _emphasised(sound: Wave) -> Wave:
    return sound[1:] - _EMPHASIS * sound[:-1]


class EchoCanceller:
    """One call's, at ``rate_hz`` (8,000 or 16,000), driven on its tick: :meth:`clean`, then :meth:`played`.

    ``check`` is the comparison it goes by, for who wants to know of what was heard whether it is echo. Not thread-safe.
    """

    def __init__(self, rate_hz: int) -> None:
        self.check = EchoCheck(rate_hz)
        self._rate_hz = rate_hz
        self._path: _Path | None = None
        self._recent: deque[Samples] = deque(maxlen=WINDOW_MS // FRAME_MS)
        # of each frame, before and after
        self._powers: deque[tuple[float, float]] = deque(maxlen=WINDOW_MS // FRAME_MS)
        self._quiet = _samples(LONGEST_DELAY_MS + SPREAD_MS, rate_hz)  # samples since the bot was heard
        self._ticks = 0
        self._looks = 0
        self._likely_ms: float | None = None  # after which time an echo was last found

    @property
    def delay_ms(self) -> float | None:
        """After which time the bot's voice comes back; None while no echo is known."""
        return None if self._path is None else self._path.first * 1000 / self._rate_hz + SPREAD_BEFORE_MS

    def played(self, frame: Samples) -> None:
        """What went to the caller in this tick, silence included."""
        self.check.played(frame)
        self._quiet = 0 if frame.any() else self._quiet + len(frame)

    def clean(self, frame: Samples) -> Samples:
        """What came from the caller in this tick, int16, without the echo; the same frame where none can be in it.

        About 15 microseconds where there is an echo; with those that look for the path, 1 to 3 ms each, 50 on average.
        """
        if self._quiet >= _samples(LONGEST_DELAY_MS + SPREAD_MS, self._rate_hz) + len(frame):
            self._recent.clear()
            self._powers.clear()
            return frame
        self._recent.append(frame)
        cleaned = frame
        if self._path is not None:
            cleaned = self._without_echo(frame, self._path)
        self._ticks += 1
        if self._ticks % (LOOK_MS // FRAME_MS) == 0 and len(self._recent) == self._recent.maxlen:
            self._look()
        return cleaned

    def _without_echo(self, frame: Samples, path: _Path) -> Samples:
        if self._quiet >= path.reach(len(frame)):
            self._powers.append((0.0, 0.0))
            return frame
        sound = frame.astype(np.float64)
        left = sound - path.echo(self.check.recent(path.reach(len(frame))).astype(np.float64), len(frame))
        before, after = float(sound @ sound), float(left @ left)
        self._powers.append((before, after))
        return frame if after > WORSE * before else to_int16(left)

    def _look(self) -> None:
        """Whether there is a path, and whether the one that is known still holds."""
        if self._path is None:
            self._search()
            return
        if len(self._powers) < WINDOW_MS // FRAME_MS:
            return
        before, after = (sum(powers) for powers in zip(*self._powers, strict=True))
        if before < _SILENT * len(self._recent) * len(self._recent[0]) and after <= before:
            return
        gain_db = 10 * np.log10((before + 1) / (after + 1))
        if after > WORSE * before:
            self._forget()  # it makes things worse: the echo has gone, or comes another way
            return
        self._looks += 1
        if self._looks % (1 if self._path.is_new else SELDOM if gain_db > POOR_DB else 2):
            return
        heard, likeness = self._compared()
        is_held = self._path.holds(_samples(likeness.delay_ms, self._rate_hz))
        # A caller's first sounds look like an echo that comes another way: only once.
        if not self._is_alone(likeness, ALONE_DB if is_held and gain_db > POOR_DB else None):
            return
        if not is_held:
            if likeness.echo_dbfs - likeness.left_dbfs < gain_db + BETTER_DB:
                return  # a vowel is like itself a period earlier
            self._path = self._path_at(likeness)
        self._path.fit(heard, self._bot(heard, self._path))

    def _search(self) -> None:
        sound = np.concatenate(self._recent).astype(np.float64)
        if sound @ sound < _SILENT * len(sound):
            return
        self._looks += 1
        if self._looks > 2 * SELDOM and self._looks % (SELDOM // 2):
            return
        heard, likeness = self._compared()
        if self._is_alone(likeness, SURE_DB):
            self._path = self._path_at(likeness)
            self._path.fit(heard, self._bot(heard, self._path))
            self._looks = 0
            self._powers.clear()

    def _forget(self) -> None:
        self._path = None
        self._looks = 0
        self._powers.clear()

    def _compared(self) -> tuple[Wave, Likeness]:
        heard = np.concatenate(self._recent)
        return heard.astype(np.float64), self.check.likeness(heard)

    def _is_alone(self, likeness: Likeness, sure_db: float | None) -> bool:
        """Whether only the bot was heard: so much less is left, or less twice running after the same time."""
        clear_db = likeness.echo_dbfs - likeness.left_dbfs
        is_likely = likeness.is_echo and clear_db >= LIKELY_DB
        before_ms, self._likely_ms = self._likely_ms, likeness.delay_ms if is_likely else None
        if not is_likely:
            return False
        is_again = before_ms is not None and abs(before_ms - likeness.delay_ms) <= SAME_MS
        return is_again or (sure_db is not None and clear_db >= sure_db)

    def _path_at(self, likeness: Likeness) -> _Path:
        first = _samples(max(0.0, likeness.delay_ms - SPREAD_BEFORE_MS), self._rate_hz)
        return _Path(first, _samples(SPREAD_MS, self._rate_hz))

    def _bot(self, heard: Wave, path: _Path) -> Wave:
        return self.check.recent(path.reach(len(heard))).astype(np.float64)


def _samples(duration_ms: float, rate_hz: int) -> int:
    return round(duration_ms * rate_hz / 1000)
