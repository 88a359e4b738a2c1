import numpy as np
import pytest

from voicebot.audio import level_dbfs
from voicebot.doors.rtp.comfort_noise import LOUDEST_DBOV, ComfortNoise, level_dbov


@pytest.mark.parametrize(
    ("payload", "level"),
    [(b"\x00", 0), (b"\x3c", -60), (b"\x7f", -127), (b"\xbc\x80\x80", -60), (b"", None)],
    ids=["loudest", "usual", "none", "unused bit and a spectrum", "empty"],
)
def test_level_is_read_from_the_first_byte(payload: bytes, level: int | None) -> None:
    assert level_dbov(payload) == level


def a_second(noise: ComfortNoise, samples: int = 160) -> np.ndarray:
    return np.concatenate([noise.frame(samples) for _ in range(50)])


@pytest.mark.parametrize("level", [-35, -50, -65])
@pytest.mark.parametrize("samples", [160, 320])
def test_noise_is_as_loud_as_was_told(level: int, samples: int) -> None:
    noise = ComfortNoise(seed=1)
    noise.hear(bytes([-level]))
    assert level_dbfs(a_second(noise, samples)) == pytest.approx(level, abs=0.5)


def test_noise_is_white() -> None:
    noise = ComfortNoise(seed=1)
    noise.hear(b"\x28")
    power = np.abs(np.fft.rfft(a_second(noise).reshape(50, 160), axis=1)[:, 1:80]) ** 2
    low, high = power[:, :40].mean(), power[:, 40:].mean()
    assert 10 * np.log10(low / high) == pytest.approx(0, abs=1)


def test_silence_until_noise_is_told_and_where_it_is_none() -> None:
    noise = ComfortNoise()
    noise.hear(b"")
    assert not noise.frame(160).any()
    noise.hear(b"\x7f")
    assert not noise.frame(160).any()


def test_nobody_is_deafened() -> None:
    noise = ComfortNoise(seed=1)
    noise.hear(b"\x00")
    assert level_dbfs(a_second(noise)) == pytest.approx(LOUDEST_DBOV, abs=0.5)


def test_level_follows_what_was_heard_last_and_frames_are_the_listeners_own() -> None:
    noise = ComfortNoise(seed=1)
    noise.hear(b"\x28")
    noise.frame(160)[:] = 32_000
    noise.hear(b"\x32")
    assert level_dbfs(a_second(noise)) == pytest.approx(-50, abs=0.5)
    noise.hear(b"")
    assert level_dbfs(a_second(noise)) == pytest.approx(-50, abs=0.5)


def test_frames_differ() -> None:
    noise = ComfortNoise(seed=1)
    noise.hear(b"\x28")
    frames = {noise.frame(160).tobytes() for _ in range(50)}
    assert len(frames) > 40
