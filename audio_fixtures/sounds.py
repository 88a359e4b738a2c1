"""Sounds a telephone carries that are not speech, made from formulas: the same samples at every call.

Each maker takes a length in seconds and a rate in Hz and returns int16 at ``LEVEL_DBFS`` (root mean square of the
whole sound, its pauses included).
"""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from voicebot.audio import FULL_SCALE, Samples, level_dbfs, to_int16

LEVEL_DBFS = -24.0  # a loud line: what tempts a detector most

Wave = npt.NDArray[np.floating]
Maker = Callable[[float, int], Samples]

# ITU-T E.180 supplement 2, Republic of Korea: frequencies in Hz, seconds on and off.
RINGBACK_HZ, RINGBACK_ON_S, RINGBACK_OFF_S = (440, 480), 1.0, 2.0
BUSY_HZ, BUSY_ON_S, BUSY_OFF_S = (480, 620), 0.5, 0.5
# ITU-T Q.23: a digit is one low and one high tone.
DTMF_HZ: Mapping[str, tuple[int, int]] = {
    digit: (low, high)
    for low, digits in ((697, "123A"), (770, "456B"), (852, "789C"), (941, "*0#D"))
    for digit, high in zip(digits, (1209, 1336, 1477, 1633), strict=True)
}
DTMF_ON_S, DTMF_OFF_S = 0.1, 0.08


def ringback(seconds: float, rate_hz: int) -> Samples:
    """What a Korean caller hears while it rings."""
    return _levelled(_cadence(RINGBACK_HZ, RINGBACK_ON_S, RINGBACK_OFF_S, seconds, rate_hz))


def busy(seconds: float, rate_hz: int) -> Samples:
    return _levelled(_cadence(BUSY_HZ, BUSY_ON_S, BUSY_OFF_S, seconds, rate_hz))


def dtmf(digits: str, rate_hz: int) -> Samples:
    """A caller typing: 0 to 9, *, #, A to D; a ``KeyError`` for anything else."""
    digit_s = DTMF_ON_S + DTMF_OFF_S
    return _levelled(
        np.concatenate([_cadence(DTMF_HZ[digit], DTMF_ON_S, DTMF_OFF_S, digit_s, rate_hz) for digit in digits])
    )


def dtmf_typing(seconds: float, rate_hz: int) -> Samples:
    """All sixteen keys, over and over."""
    keys = dtmf("".join(DTMF_HZ), rate_hz)
    return np.resize(keys, round(seconds * rate_hz))


def hold_music(seconds: float, rate_hz: int) -> Samples:
    """A plucked melody over broken chords and a bass, as the box in the cellar plays it: C, A minor, F, G."""
    chords = ((60, 64, 67), (57, 60, 64), (53, 57, 60), (55, 59, 62))
    melody = (76, 79, 84, 83, 81, 84, 76, 72, 77, 81, 79, 77, 74, 79, 83, 86)
    beat_s = 0.4
    music = np.zeros(round(seconds * rate_hz))
    for beat in range(int(seconds / beat_s)):
        chord = chords[beat // 4 % 4]
        _add(music, _plucked(melody[beat % len(melody)], 1.2, rate_hz), beat * beat_s, rate_hz)
        _add(music, 0.6 * _plucked(chord[beat % 3], 0.9, rate_hz), beat * beat_s, rate_hz)
        _add(music, 0.4 * _plucked(chord[(beat + 1) % 3], 0.9, rate_hz), (beat + 0.5) * beat_s, rate_hz)
        if beat % 4 == 0:
            _add(music, 0.9 * _plucked(chord[0] - 12, 1.6, rate_hz), beat * beat_s, rate_hz)
    return _levelled(music)


def string_music(seconds: float, rate_hz: int) -> Samples:
    """Bowed strings: long tones with many harmonics, vibrato and slow swells, the music nearest to a voice."""
    music = np.zeros(round(seconds * rate_hz))
    phrase = ((69, 1.2), (72, 0.6), (71, 0.6), (69, 1.2), (64, 1.2), (65, 0.6), (67, 0.6), (69, 1.8))
    for transpose, loudness in ((0, 1.0), (-9, 0.5), (-16, 0.5)):
        at_s = 0.0
        while at_s < seconds:
            for note, long_s in phrase:
                _add(music, loudness * _bowed(note + transpose, long_s + 0.1, rate_hz), at_s, rate_hz)
                at_s += long_s
    return _levelled(music)


def band_music(seconds: float, rate_hz: int) -> Samples:
    """The plucked melody with drums: kick, snare and hi-hat at 120 beats a minute."""
    random = np.random.default_rng(120)
    music = hold_music(seconds, rate_hz) / FULL_SCALE
    time_s = np.arange(round(0.2 * rate_hz)) / rate_hz
    hiss = random.standard_normal(len(time_s))
    kick = np.sin(2 * np.pi * (60 * time_s + 2.5 * (1 - np.exp(-time_s / 0.03)))) * np.exp(-time_s / 0.08)
    snare = (0.5 * hiss + np.sin(2 * np.pi * 190 * time_s)) * np.exp(-time_s / 0.05)
    hat = 0.4 * np.diff(hiss, prepend=0.0) * np.exp(-time_s / 0.02)
    for eighth in range(int(seconds / 0.25)):
        drum = kick if eighth % 4 == 0 else snare if eighth % 4 == 2 else hat
        _add(music, 0.25 * drum, eighth * 0.25, rate_hz)
    return _levelled(music)


def breathing(seconds: float, rate_hz: int) -> Samples:
    """A mouth close to the telephone: in for 1 s, out for 1.5 s, a pause, each a shaped rush of air."""
    random = np.random.default_rng(14)
    sound = np.zeros(round(seconds * rate_hz))
    at_s = 0.2
    while at_s < seconds:
        for long_s, throat_hz, loudness in ((1.0, 1_500, 0.7), (1.5, 900, 1.0)):
            count = round(long_s * rate_hz)
            air = _shaped(random, count, rate_hz, _around(throat_hz, 600))
            _add(sound, loudness * air * np.sin(np.pi * np.arange(count) / count) ** 1.5, at_s, rate_hz)
            at_s += long_s + 0.2
        at_s += random.uniform(0.6, 1.2)
    return _levelled(sound)


def cough(rate_hz: int) -> Samples:
    """One cough of half a second in two bursts: the glottis springs open, air rushes out, a rough voice dies away."""
    random = np.random.default_rng(53)
    sound = np.zeros(round(0.5 * rate_hz))
    for start_s, long_s, loudness in ((0.0, 0.26, 1.0), (0.27, 0.2, 0.6)):
        count = round(long_s * rate_hz)
        time_s = np.arange(count) / rate_hz
        burst = _shaped(random, count, rate_hz, lambda hz: 1.0 + hz * 0) * np.exp(-time_s / 0.018)
        throat = _shaped(random, count, rate_hz, lambda hz: _around(700, 350)(hz) + 0.6 * _around(1_600, 500)(hz))
        voice_hz = 170 * (1 - 0.5 * time_s / long_s) * (1 + 0.06 * random.standard_normal(count).cumsum() / count**0.5)
        voice = np.sign(np.sin(2 * np.pi * np.cumsum(voice_hz) / rate_hz)) * np.exp(-time_s / 0.07)
        _add(sound, loudness * (1.2 * burst + (throat + 0.4 * voice) * np.exp(-time_s / 0.06)), start_s, rate_hz)
    return _levelled(sound)


def street(seconds: float, rate_hz: int) -> Samples:
    """Rumble, cars that pass with engine and tyres, and now and then a horn."""
    random = np.random.default_rng(7)
    count = round(seconds * rate_hz)
    time_s = np.arange(count) / rate_hz
    sound = 0.5 * _shaped(random, count, rate_hz, lambda hz: np.maximum(hz, 40.0) ** -1.0)
    at_s = 0.0
    while at_s < seconds:
        near = np.exp(-(((time_s - at_s) / random.uniform(0.6, 1.5)) ** 2))
        tyres = _shaped(random, count, rate_hz, _around(900, 700))
        turning_hz = random.uniform(28, 50) * (1 + 0.05 * np.tanh(at_s - time_s))  # it passes: the pitch falls
        phase = 2 * np.pi * np.cumsum(turning_hz) / rate_hz
        engine = sum(np.sin(harmonic * phase) / harmonic**0.7 for harmonic in range(2, 24))
        sound += near * (0.8 * tyres + 0.35 * engine)
        at_s += random.uniform(1.5, 4.0)
    for start_s in np.arange(4.0, seconds, 9.0):
        _add(sound, 1.5 * _cadence((405, 505, 810, 1010), 0.45, 0.0, 0.45, rate_hz), float(start_s), rate_hz)
    return _levelled(sound)


def keyboard(seconds: float, rate_hz: int) -> Samples:
    """Somebody types beside the telephone: a click down and a softer one up for every key."""
    random = np.random.default_rng(88)
    sound = 0.002 * random.standard_normal(round(seconds * rate_hz))
    at_s = 0.1
    while at_s < seconds:
        for loudness, delay_s in ((1.0, 0.0), (0.4, random.uniform(0.06, 0.1))):
            time_s = np.arange(round(0.03 * rate_hz)) / rate_hz
            case = np.sin(2 * np.pi * random.uniform(900, 2_400) * time_s)
            click = (case + random.standard_normal(len(time_s))) * np.exp(-time_s / 0.004)
            _add(sound, loudness * random.uniform(0.5, 1.0) * click, at_s + delay_s, rate_hz)
        at_s += random.uniform(0.09, 0.35)
    return _levelled(sound)


def white_noise(seconds: float, rate_hz: int) -> Samples:
    return _levelled(np.random.default_rng(0).standard_normal(round(seconds * rate_hz)))


def pink_noise(seconds: float, rate_hz: int) -> Samples:
    return _levelled(
        _shaped(np.random.default_rng(1), round(seconds * rate_hz), rate_hz, lambda hz: np.maximum(hz, 20.0) ** -0.5)
    )


NOT_SPEECH: Mapping[str, Maker] = {
    "hold music": hold_music,
    "string music": string_music,
    "band music": band_music,
    "ringback": ringback,
    "busy tone": busy,
    "dtmf": dtmf_typing,
    "breathing": breathing,
    "street": street,
    "keyboard": keyboard,
    "white noise": white_noise,
    "pink noise": pink_noise,
}


def at_level(samples: Samples, dbfs: float) -> Samples:
    """The same sound at another level (root mean square); silence stays silent."""
    return to_int16(samples.astype(np.float64) * 10 ** ((dbfs - level_dbfs(samples)) / 20))


def mixed(one: Samples, other: Samples) -> Samples:
    """Both at once, clipped; of equal length."""
    return to_int16(one.astype(np.float64) + other.astype(np.float64))


def _levelled(wave: Wave) -> Samples:
    rms = float(np.sqrt(np.mean(wave**2))) or 1.0
    return to_int16(wave * (FULL_SCALE * 10 ** (LEVEL_DBFS / 20) / rms))


def _add(whole: Wave, part: Wave, at_s: float, rate_hz: int) -> None:
    """Lays ``part`` over ``whole``, cut where it ends."""
    start = round(at_s * rate_hz)
    place = whole[start : start + len(part)]
    place += part[: len(place)]


def _cadence(tones_hz: tuple[int, ...], on_s: float, off_s: float, seconds: float, rate_hz: int) -> Wave:
    """Steady tones, ``on_s`` heard and ``off_s`` not, from the beginning."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    tones = np.sum([np.sin(2 * np.pi * tone_hz * time_s) for tone_hz in tones_hz], axis=0)
    return np.asarray(tones * (time_s % (on_s + off_s) < on_s))


def _hertz(note: float) -> float:
    """A MIDI note's frequency: 69 is 440 Hz."""
    return float(440.0 * 2 ** ((note - 69) / 12))


def _plucked(note: int, seconds: float, rate_hz: int) -> Wave:
    """Harmonics that die the faster the higher they are, with a 3 ms attack."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    base_hz = _hertz(note)
    harmonics = range(1, min(12, int(rate_hz / 2 / base_hz)) + 1)
    string = np.sum(
        [np.sin(2 * np.pi * base_hz * n * time_s) / n * np.exp(-time_s * (2 + 1.5 * n)) for n in harmonics], axis=0
    )
    return np.asarray(string * np.minimum(time_s / 0.003, 1.0))


def _bowed(note: int, seconds: float, rate_hz: int) -> Wave:
    """Harmonics like a saw, 5.5 Hz vibrato, 80 ms to swell and to leave."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    base_hz = _hertz(note)
    phase = 2 * np.pi * base_hz * time_s + base_hz * 0.006 / 5.5 * np.sin(2 * np.pi * 5.5 * time_s)
    harmonics = range(1, min(20, int(rate_hz / 2 / base_hz / 1.02)) + 1)
    string = np.sum([np.sin(n * phase) / n for n in harmonics], axis=0)
    return np.asarray(string * np.clip(np.minimum(time_s, seconds - time_s) / 0.08, 0.0, 1.0))


def _around(centre_hz: float, width_hz: float) -> Callable[[Wave], Wave]:
    """A resonance: the gain is 1 at the centre and a half ``width_hz`` away."""
    return lambda hz: 1 / (1 + ((hz - centre_hz) / width_hz) ** 2)


def _shaped(random: np.random.Generator, count: int, rate_hz: int, gain: Callable[[Wave], Wave]) -> Wave:
    """Noise whose amplitude follows ``gain(hz)``; root mean square 1."""
    spectrum = np.fft.rfft(random.standard_normal(count)) * gain(np.fft.rfftfreq(count, 1 / rate_hz))
    noise = np.fft.irfft(spectrum, count)
    return np.asarray(noise / noise.std())
