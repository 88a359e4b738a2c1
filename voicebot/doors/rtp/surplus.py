"""When more sound is held than the jitter asks for, and how much of it may be taken out of what is played.

Where nobody speaks that is done at once. A shorter silence is part of a word, as before ㄲ or ㅃ, and the recognizer
needs it. In speech little is taken out at a time, and only when no pause has come for long.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from voicebot.audio import FRAME_MS, FULL_SCALE, Samples

SETTLED_TICKS = 25  # what has been spare for so long is not needed
PAUSE_TICKS, PAUSE_AGAIN_TICKS = 8, 5  # of quiet, behind which nobody speaks
SPEECH_TICKS, SPEECH_AGAIN_TICKS = 75, 20  # for so long a pause is waited for
HURRY_MS, HURRY_TICKS = 100, 3  # what is so much later than need be catches up at once, up to a quarter faster
LEAST_SPEECH_MS, MOST_SPEECH_MS = 10.0, 15.0  # not for less, and not more than the longest period of a voice

SILENCE = FULL_SCALE * 10 ** (-50 / 20)
QUIET = 10 ** (-23 / 20)  # of the loudest: the noise of a line beside a voice
FADING = 10 ** (-1.3 / 20 * FRAME_MS / 1000)  # of the loudest, in a tick: 1.3 dB a second


@dataclass(frozen=True, slots=True)
class Cut:
    """At most so much may go; in a pause wherever it is, in speech such that it is not heard."""

    most_ms: float
    is_pause: bool


class Surplus:
    """Told every tick what is held. Whole frames can be spared where no packet that is expected would be missed then;
    the piece of a frame that is decoded beyond this tick can be spared in any case."""

    def __init__(self) -> None:
        self._spares_ms: deque[float] = deque(maxlen=SETTLED_TICKS)
        self._loudest = 0.0
        self._quiet_ticks = 0
        self._spare_ticks = 0
        self._uncut_ticks = 0

    def forget(self) -> None:
        """Nothing that comes joins on to what was."""
        self._spares_ms.clear()
        self._spare_ticks = 0

    def tick(self, spare_ms: float, sound: Samples, sound_ms: float) -> None:
        """``spare_ms`` is how much later than expected the next packet could come, ``sound`` what is not played yet."""
        self._spares_ms.append(spare_ms)
        self._uncut_ticks += 1
        spare_ms = self.frames * FRAME_MS + sound_ms % FRAME_MS
        self._spare_ticks = self._spare_ticks + 1 if spare_ms >= LEAST_SPEECH_MS else 0
        self._quiet_ticks = self._quiet_ticks + 1 if self._is_quiet(sound) else 0
        self._loudest = max(self._loudest * FADING, _peak(sound))

    @property
    def frames(self) -> int:
        """How many whole ones can be spared."""
        return max(0, int(self._lasting_ms // FRAME_MS))

    def cut(self, sound: Samples, sound_ms: float) -> Cut | None:
        """What may go now of sound that is not played yet; None where it is not the time, or nothing can be spared."""
        is_pause = self._quiet_ticks >= PAUSE_TICKS and self._is_quiet(sound)
        if self._is_hurried:
            again_ticks = HURRY_TICKS
        elif is_pause and len(self._spares_ms) == SETTLED_TICKS:
            again_ticks = PAUSE_AGAIN_TICKS
        elif self._spare_ticks >= SPEECH_TICKS:
            again_ticks = SPEECH_AGAIN_TICKS
        else:
            return None
        if self._uncut_ticks < again_ticks:
            return None
        kept_frames = max(1, int(sound_ms // FRAME_MS) - self.frames)
        most_ms = sound_ms - kept_frames * FRAME_MS
        return Cut(most_ms if is_pause else min(most_ms, MOST_SPEECH_MS), is_pause)

    def taken(self, frames: int) -> None:
        """Sound has been taken out, by which the next packet is needed so many frames earlier."""
        self._uncut_ticks = 0
        for _ in range(len(self._spares_ms)):
            self._spares_ms.append(self._spares_ms.popleft() - frames * FRAME_MS)

    @property
    def _is_hurried(self) -> bool:
        return len(self._spares_ms) >= HURRY_TICKS and self._newest_ms >= HURRY_MS

    @property
    def _newest_ms(self) -> float:
        return min(list(self._spares_ms)[-HURRY_TICKS:])

    @property
    def _lasting_ms(self) -> float:
        return self._newest_ms if self._is_hurried else min(self._spares_ms, default=0.0)

    def _is_quiet(self, sound: Samples) -> bool:
        return _peak(sound) < max(SILENCE, self._loudest * QUIET)


def _peak(sound: Samples) -> int:
    return max(int(sound.max()), -int(sound.min())) if sound.size else 0
