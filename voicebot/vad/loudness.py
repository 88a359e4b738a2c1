"""Whether the sound has fallen back to what it was before somebody spoke."""

# A background window moves the estimate by a fifth: a second settles it, one click does not.
BACKGROUND_SHARE = 0.2
# The voice's level follows a caller who turns away at 10 dB a second.
VOICE_FORGET_DB_PER_WINDOW = 0.3
# Soft syllables lie up to 25 dB below the loudest; what lies lower is the line.
VOICE_RANGE_DB = 30.0
# With less between voice and background, soft syllables drown in it and level says nothing.
CLEAR_VOICE_DB = 20.0
# Steady noise stays within this of its mean, window by window.
BACKGROUND_SWING_DB = 2.0


class Loudness:
    """One stream's levels of voice and background, in dB below full scale."""

    def __init__(self) -> None:
        self._background_dbfs: float | None = None
        self._voice_dbfs = -120.0

    def hear_background(self, level_dbfs: float) -> None:
        before = self._background_dbfs
        self._background_dbfs = level_dbfs if before is None else before + BACKGROUND_SHARE * (level_dbfs - before)

    def hear_voice(self, level_dbfs: float) -> None:
        self._voice_dbfs = max(level_dbfs, self._voice_dbfs - VOICE_FORGET_DB_PER_WINDOW)

    def has_fallen(self, level_dbfs: float) -> bool:
        """Whether a window this loud can no longer hold the voice; never true where voice and noise are alike."""
        if level_dbfs < self._voice_dbfs - VOICE_RANGE_DB:
            return True
        background = self._background_dbfs
        if background is None or self._voice_dbfs - background < CLEAR_VOICE_DB:
            return False
        return level_dbfs < background + BACKGROUND_SWING_DB
