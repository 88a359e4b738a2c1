import numpy as np
import pytest

from voicebot import audio


@pytest.mark.parametrize("law", [audio.MU_LAW, audio.A_LAW], ids=["mu", "a"])
def test_every_g711_code_survives_decoding_and_encoding(law: audio.G711) -> None:
    codes = bytes(range(256))
    again = law.encode(law.decode(codes))
    assert np.array_equal(law.decode(again), law.decode(codes))  # mu-law has two zeros that sound alike


def test_g711_knows_the_recommendations_own_values() -> None:
    # ITU-T G.711 tables 1 and 2, scaled to 16 bit: loudest, quietest and silence
    assert audio.MU_LAW.decode(b"\x80\x00\xff\x7f").tolist() == [32124, -32124, 0, 0]
    assert audio.A_LAW.decode(b"\xaa\x2a\xd5\x55").tolist() == [32256, -32256, 8, -8]


@pytest.mark.parametrize("law", [audio.MU_LAW, audio.A_LAW], ids=["mu", "a"])
def test_g711_keeps_a_tone_38_db_above_its_noise(law: audio.G711) -> None:
    tone = (10_000 * np.sin(2 * np.pi * 1_020 * np.arange(8_000) / 8_000)).astype(np.int16)
    noise = law.decode(law.encode(tone)).astype(float) - tone
    assert audio.level_dbfs(tone) - audio.level_dbfs(noise) > 35


def test_resampling_keeps_duration_and_tone() -> None:
    tone = (8_000 * np.sin(2 * np.pi * 440 * np.arange(22_050) / 22_050)).astype(np.int16)
    slower = audio.resample(tone, 22_050, 8_000)
    assert abs(len(slower) - 8_000) <= 1
    spectrum = np.abs(np.fft.rfft(slower[:8_000]))
    assert abs(int(spectrum.argmax()) - 440) <= 1


def test_levels() -> None:
    assert audio.level_dbfs(np.zeros(0, np.int16)) == -120
    assert audio.level_dbfs(np.zeros(80, np.int16)) == -120
    assert audio.level_dbfs(np.full(80, audio.FULL_SCALE, np.int16)) == pytest.approx(0, abs=0.01)


def test_what_does_not_fit_16_bits_is_clipped_not_wrapped() -> None:
    assert audio.to_int16(np.array([1e6, -1e6, 0.6])).tolist() == [32767, -32768, 1]
