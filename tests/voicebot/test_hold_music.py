"""The music of who waits: quiet, without seams or clicks, and out of the way when something is said."""

import numpy as np
import pytest

from voicebot.audio import FRAME_MS, level_dbfs
from voicebot.hold_music import DUCKED, IN_MS, LEVEL_DBFS, LOOP_S, OUT_MS, HoldMusic, loop_of

RATES_HZ = (8_000, 16_000)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_loop_is_quiet_whole_frames_and_nobodys_to_change(rate_hz):
    loop = loop_of(rate_hz)
    assert len(loop) == LOOP_S * rate_hz
    assert len(loop) % (rate_hz * FRAME_MS // 1000) == 0
    assert level_dbfs(loop) == pytest.approx(LEVEL_DBFS, abs=0.2)
    assert np.abs(loop).max() < 0.25 * 32_767
    assert loop_of(rate_hz) is loop
    with pytest.raises(ValueError, match="read-only"):
        loop[0] = 1


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_its_end_goes_over_into_its_beginning(rate_hz):
    loop = loop_of(rate_hz).astype(int)
    steps = np.abs(np.diff(loop))
    assert abs(loop[0] - loop[-1]) <= steps.max()


def test_it_is_never_silent_for_long():
    loop = loop_of(8_000)
    windows = loop[: len(loop) // 2_400 * 2_400].reshape(-1, 2_400)
    assert min(level_dbfs(window) for window in windows) > LEVEL_DBFS - 12


def test_there_is_little_of_it_that_a_telephone_makes_noise_of():
    spectrum = np.abs(np.fft.rfft(loop_of(8_000).astype(float))) ** 2
    at_3_khz = 3_000 * len(spectrum) // 4_000
    assert spectrum[at_3_khz:].sum() / spectrum.sum() < 1e-3


def test_it_fades_in_from_its_first_note_and_out_to_nothing():
    music = HoldMusic(8_000)
    assert music.frame(0.0) is None
    coming = [music.frame(1.0) for _ in range(IN_MS // FRAME_MS)]
    loop = loop_of(8_000).reshape(-1, 160)
    assert np.abs(coming[0]).max() <= float(np.abs(loop[0]).max()) * FRAME_MS / IN_MS + 1
    whole = music.frame(1.0)
    assert np.array_equal(whole, loop[IN_MS // FRAME_MS])
    going = [music.frame(0.0) for _ in range(OUT_MS // FRAME_MS)]
    assert going[-1] is not None
    assert abs(int(going[-1][-1])) <= 50
    assert music.frame(0.0) is None
    again = music.frame(1.0)
    assert np.array_equal(again, coming[0])


def test_it_is_ducked_and_comes_back_without_a_step():
    music = HoldMusic(16_000)
    frames = [music.frame(1.0) for _ in range(100)]
    frames += [music.frame(DUCKED) for _ in range(50)]
    assert np.array_equal(frames[-1], (loop_of(16_000).reshape(-1, 320)[149] * np.float32(DUCKED)).astype(np.int16))
    frames += [music.frame(1.0) for _ in range(100)]
    sound = np.concatenate(frames).astype(int)
    assert np.abs(np.diff(sound)).max() <= np.abs(np.diff(loop_of(16_000).astype(int))).max() + 2


def test_it_goes_round():
    music = HoldMusic(8_000)
    frames = [music.frame(1.0) for _ in range(round(LOOP_S * 50) + 200)]
    assert np.array_equal(frames[-1], loop_of(8_000).reshape(-1, 160)[199])
