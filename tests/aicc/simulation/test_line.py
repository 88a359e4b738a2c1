import numpy as np
import pytest

from aicc.simulation.line import Line
from aicc.simulation.script import LineSettings
from audio_fixtures import sounds
from tests.aicc.simulation.bot import tone
from voicebot.audio import MU_LAW, Samples, level_dbfs

VOICE = sounds.at_level(sounds.white_noise(0.02, 8_000), -20)


def line(seed: int = 0, rate_hz: int = 8_000, **settings: object) -> Line:
    return Line(LineSettings.model_validate(settings), rate_hz, -20.0, np.random.default_rng(seed))


def carried(on: Line, voice: Samples | None, frames: int) -> list[Samples | None]:
    return [on.carry(voice, None) for _ in range(frames)]


def test_a_clean_line_is_g711_and_its_silence_is_silence() -> None:
    clean = line()
    [said] = carried(clean, VOICE, 1)
    assert np.array_equal(said, MU_LAW.decode(MU_LAW.encode(VOICE)))
    assert not np.array_equal(said, VOICE)
    [nothing] = carried(clean, None, 1)
    assert nothing is not None and not nothing.any()


def test_a_browsers_line_leaves_sound_as_it_is() -> None:
    wide = sounds.white_noise(0.02, 16_000)
    [said] = carried(line(rate_hz=16_000), wide, 1)
    assert np.array_equal(said, wide)


def test_noise_is_so_many_db_below_the_voice_and_never_stops() -> None:
    noisy = [frame for frame in carried(line(noise="pink", snr_db=15), None, 500) if frame is not None]
    assert level_dbfs(np.concatenate(noisy)) == pytest.approx(-35, abs=1)
    assert all(frame.any() for frame in noisy)


def test_so_many_packets_are_lost_and_the_same_ones_for_the_same_seed() -> None:
    lost = [[frame is None for frame in carried(line(seed, loss_percent=10), VOICE, 2_000)] for seed in (1, 1, 2)]
    assert np.mean(lost[0]) == pytest.approx(0.1, abs=0.03)
    assert lost[0] == lost[1]
    assert lost[0] != lost[2]


def test_what_the_bot_says_comes_back_late_and_softer() -> None:
    echoing = line(echo_db=-20, echo_delay_ms=50)
    heard = [echoing.carry(None, tone(20) if number < 10 else None) for number in range(20)]
    echo = np.concatenate([frame for frame in heard if frame is not None])
    [loud] = np.flatnonzero(np.diff((np.abs(echo) > 100).astype(int)) == 1) + 1
    assert loud / 8 == 50
    assert np.abs(echo).max() == pytest.approx(300, rel=0.05)
    assert np.sum(np.abs(echo) > 100) / 8 == 200
