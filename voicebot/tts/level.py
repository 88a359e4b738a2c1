"""The sound of a clause made fit for a telephone: no silence around it, no offset, one level, no peak too many."""

import numpy as np
import numpy.typing as npt

from voicebot.audio import FULL_SCALE, level_dbfs

Sound = npt.NDArray[np.float32]  # on the 16-bit scale

SPEECH_DBFS = -20.0  # of active speech: well above the line's noise, with room for its peaks
CEILING_DBFS = -3.0  # peaks stay below: resampling and G.711 raise them a little

_ACTIVE_FRAME_MS = 20
_ACTIVE_DEPTH_DB = 25.0  # frames further below the loudest ones are pauses, not speech
_SILENCE_DB = -40.0  # below the clause's peak
_MARGIN_MS = 15  # kept before and after: a soft consonant begins below the threshold
_FADE_MS = 4
_LOOK_MS = 2  # the limiter's step: it turns down within this time of a peak, both ways


def active_level_dbfs(sound: Sound | npt.NDArray[np.int16], rate_hz: int) -> float:
    """The level of the speech in ``sound``, its pauses left out (after the idea of ITU-T P.56); -120 for silence."""
    frame = rate_hz * _ACTIVE_FRAME_MS // 1000
    whole = len(sound) // frame * frame
    if not whole:
        return level_dbfs(sound)
    power = np.mean(np.square(sound[:whole].reshape(-1, frame), dtype=np.float64), axis=1)
    active = power[power >= np.quantile(power, 0.95) / 10 ** (_ACTIVE_DEPTH_DB / 10)]
    return max(-120.0, 10 * float(np.log10(active.mean() / FULL_SCALE**2 + 1e-12)))


def gain_to_speech_level(level_of_voice_dbfs: float) -> float:
    """The factor that brings a voice to ``SPEECH_DBFS``; a voice that is as good as silent is left alone."""
    if level_of_voice_dbfs < -70:
        return 1.0
    return float(10 ** ((SPEECH_DBFS - level_of_voice_dbfs) / 20))


def shaped(sound: Sound, rate_hz: int, gain: float) -> Sound:
    """The clause as it is played: trimmed, centred, at its level, limited, its edges faded. Silence becomes empty."""
    spoken = _trimmed(sound, rate_hz)
    if not spoken.size:
        return spoken
    return _faded(_limited((spoken - spoken.mean()) * np.float32(gain), rate_hz), rate_hz)


def _trimmed(sound: Sound, rate_hz: int) -> Sound:
    peak = float(np.abs(sound).max(initial=0.0))
    loud: list[int] = np.flatnonzero(np.abs(sound) > max(peak * 10 ** (_SILENCE_DB / 20), 1.0)).tolist()
    if not loud:
        return sound[:0]
    margin = rate_hz * _MARGIN_MS // 1000
    return sound[max(0, loud[0] - margin) : loud[-1] + 1 + margin]


def _limited(sound: Sound, rate_hz: int) -> Sound:
    """Peaks brought under the ceiling by a gain that moves smoothly: each step's knot serves its neighbours too."""
    ceiling = FULL_SCALE * 10 ** (CEILING_DBFS / 20)
    if float(np.abs(sound).max()) <= ceiling:
        return sound
    step = rate_hz * _LOOK_MS // 1000
    steps = -(-len(sound) // step)
    peaks = np.abs(np.pad(sound, (0, steps * step - len(sound)))).reshape(steps, step).max(axis=1)
    wanted = np.minimum(1.0, ceiling / np.maximum(peaks, 1.0))
    around = np.pad(wanted, 1, constant_values=1.0)
    knots = np.minimum(np.minimum(around[:-2], around[1:-1]), around[2:])
    gains = np.interp(np.arange(len(sound)), (np.arange(steps) + 0.5) * step, knots)
    limited: Sound = (sound * gains).astype(np.float32)
    return limited


def _faded(sound: Sound, rate_hz: int) -> Sound:
    length = min(rate_hz * _FADE_MS // 1000, len(sound) // 2)
    ramp = np.sin(np.linspace(0, np.pi / 2, length, endpoint=False, dtype=np.float32)) ** 2
    faded = sound.copy()
    faded[:length] *= ramp
    faded[len(faded) - length :] *= ramp[::-1]
    return faded
