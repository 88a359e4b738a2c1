import numpy as np
import pytest

from voicebot.audio import FULL_SCALE
from voicebot.tts.level import CEILING_DBFS, Sound, active_level_dbfs, gain_to_speech_level, shaped

RATE_HZ = 16_000


def tone(duration_ms: int, amplitude: float, frequency_hz: float = 300) -> Sound:
    time_s = np.arange(RATE_HZ * duration_ms // 1000) / RATE_HZ
    return (amplitude * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.float32)


def silence(duration_ms: int) -> Sound:
    return np.zeros(RATE_HZ * duration_ms // 1000, np.float32)


def test_the_level_of_speech_does_not_depend_on_its_pauses() -> None:
    speech = tone(400, 3_000)
    expected = 20 * np.log10(3_000 / FULL_SCALE) - 3.01
    assert active_level_dbfs(speech, RATE_HZ) == pytest.approx(expected, abs=0.1)
    halting = np.concatenate([speech, silence(2_000), speech])
    assert active_level_dbfs(halting, RATE_HZ) == pytest.approx(expected, abs=0.1)
    assert active_level_dbfs(silence(100), RATE_HZ) == -120


def test_a_quiet_and_a_loud_voice_come_out_alike_and_a_silent_one_is_not_blown_up() -> None:
    for amplitude in (200, 20_000):
        sound = tone(500, amplitude)
        gain = gain_to_speech_level(active_level_dbfs(sound, RATE_HZ))
        assert active_level_dbfs(shaped(sound, RATE_HZ, gain), RATE_HZ) == pytest.approx(-20, abs=0.3)
    assert gain_to_speech_level(-110) == 1.0


def test_silence_around_speech_is_cut_off_and_an_offset_removed() -> None:
    sound = np.concatenate([silence(300), tone(200, 5_000), silence(500)]) + np.float32(40)
    cut = shaped(sound - 40, RATE_HZ, 1.0)
    assert 200 <= len(cut) / RATE_HZ * 1000 <= 240
    assert abs(shaped(tone(200, 5_000) + np.float32(400), RATE_HZ, 1.0).mean()) < 5
    assert not shaped(silence(100), RATE_HZ, 1.0).size


def test_the_edges_are_faded_to_nothing() -> None:
    cut = shaped(tone(200, 5_000) + np.float32(0), RATE_HZ, 1.0)
    assert cut[0] == 0 and abs(cut[-1]) < 5


def test_peaks_stay_under_the_ceiling_without_tearing_the_wave() -> None:
    sound = tone(400, 4_000)
    sound[3_000:3_200] *= 9  # a plosive far too loud
    limited = shaped(sound, RATE_HZ, 1.0)
    assert np.abs(limited).max() <= FULL_SCALE * 10 ** (CEILING_DBFS / 20) + 1
    untouched = shaped(tone(400, 4_000), RATE_HZ, 1.0)
    assert np.allclose(limited[:2_000], untouched[:2_000], atol=120)  # a few ms away nothing has changed
    assert np.abs(np.diff(limited)).max() <= np.abs(np.diff(sound)).max()
