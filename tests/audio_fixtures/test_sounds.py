import numpy as np
import pytest

from audio_fixtures import sounds
from voicebot.audio import Samples, level_dbfs


def peaks_hz(samples: Samples, rate_hz: int, count: int) -> list[int]:
    """The strongest frequencies, lowest first, in steps of what the length resolves."""
    spectrum = np.abs(np.fft.rfft(samples.astype(np.float64) * np.hanning(len(samples))))
    tops = [n for n in range(1, len(spectrum) - 1) if spectrum[n - 1] < spectrum[n] >= spectrum[n + 1]]
    strongest = sorted(tops, key=lambda n: -spectrum[n])[:count]
    return sorted(round(n * rate_hz / len(samples)) for n in strongest)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
@pytest.mark.parametrize("name", sounds.NOT_SPEECH)
def test_every_sound_has_its_length_and_level_and_is_the_same_each_time(name: str, rate_hz: int) -> None:
    sound = sounds.NOT_SPEECH[name](6.0, rate_hz)
    assert sound.dtype == np.int16
    assert len(sound) == 6 * rate_hz
    assert level_dbfs(sound) == pytest.approx(sounds.LEVEL_DBFS, abs=1.5)  # clicks are clipped
    assert np.array_equal(sound, sounds.NOT_SPEECH[name](6.0, rate_hz))


def test_the_korean_ringback_is_440_and_480_hz_one_second_in_three() -> None:
    tone = sounds.ringback(6.0, 8_000)
    assert peaks_hz(tone[:8_000], 8_000, 2) == [440, 480]
    heard = [level_dbfs(second) > -60 for second in tone.reshape(6, 8_000)]
    assert heard == [True, False, False, True, False, False]


def test_the_busy_tone_is_480_and_620_hz_half_a_second_on_and_off() -> None:
    tone = sounds.busy(2.0, 8_000)
    assert peaks_hz(tone[:4_000], 8_000, 2) == [480, 620]
    assert [level_dbfs(half) > -60 for half in tone.reshape(4, 4_000)] == [True, False, True, False]


@pytest.mark.parametrize(("digit", "tones"), [("1", [697, 1209]), ("0", [941, 1336]), ("#", [941, 1477])])
def test_a_digit_is_its_two_tones(digit: str, tones: list[int]) -> None:
    pressed = sounds.dtmf(digit, 8_000)[:800]
    assert peaks_hz(pressed, 8_000, 2) == pytest.approx(tones, abs=10)


def test_digits_follow_each_other() -> None:
    assert len(sounds.dtmf("010", 8_000)) == 3 * len(sounds.dtmf("0", 8_000))


def test_levels_and_mixing() -> None:
    noise = sounds.pink_noise(2.0, 8_000)
    softer = sounds.at_level(noise, -40)
    assert level_dbfs(softer) == pytest.approx(-40, abs=0.1)
    assert level_dbfs(sounds.mixed(noise, softer)) > level_dbfs(noise)
    loud = np.full(10, 30_000, np.int16)
    assert sounds.mixed(loud, loud).tolist() == [32_767] * 10
    assert not sounds.at_level(np.zeros(10, np.int16), -20).any()


@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
def test_a_cough_is_two_bursts_in_half_a_second(rate_hz: int) -> None:
    cough = sounds.cough(rate_hz)
    assert np.array_equal(cough, sounds.cough(rate_hz))
    assert level_dbfs(cough) == pytest.approx(sounds.LEVEL_DBFS, abs=1.5)
    levels = [level_dbfs(part) for part in cough.reshape(10, rate_hz // 20)]
    assert len(levels) * 50 == 500
    assert levels[0] > levels[4] + 20  # the first dies away,
    assert levels[5] > levels[4] + 15  # and the second follows
