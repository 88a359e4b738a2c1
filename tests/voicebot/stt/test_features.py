import numpy as np

from voicebot.stt import features


def test_frames_do_not_depend_on_how_the_sound_is_cut() -> None:
    sound = np.random.default_rng(0).normal(0, 2_000, 4_000).astype(np.int16)
    whole = features.log_mel(sound)
    assert whole.shape == (features.frame_count(4_000), features.BANDS)
    later = features.log_mel(sound[10 * features.HOP :])
    assert np.allclose(whole[10:], later, atol=1e-5)


def test_many_sounds_at_once_are_heard_as_each_alone() -> None:
    sounds = np.random.default_rng(0).normal(0, 2_000, (3, 1_000)).astype(np.int16)
    assert np.allclose(features.log_mel(sounds)[1], features.log_mel(sounds[1]), atol=1e-5)


def test_a_tone_is_heard_in_its_band_and_silence_in_none() -> None:
    seconds = np.arange(8_000) / features.RATE_HZ
    low, high = (features.log_mel(8_000 * np.sin(2 * np.pi * hz * seconds)).mean(axis=0) for hz in (300, 3_000))
    assert low.argmax() < 12 < 35 < high.argmax()
    silence = features.log_mel(np.zeros(8_000, np.int16))
    assert np.ptp(silence) == 0 and silence.max() < low.min() + 0.01


def test_too_little_sound_has_no_frame() -> None:
    assert features.frame_count(features.WINDOW - 1) == 0
    assert features.frame_count(features.WINDOW) == 1
