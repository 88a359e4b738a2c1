"""An echo canceller against echoes made here, and callers who speak over them or without them.

With the scenes of ``test_echo`` (hybrids, bent loudspeakers, noise at -65 to -52 dBFS, a bot of -20 dBFS, mu-law), 6 s
each, 30 for each loss, delays of 20 to 400 ms, 2026-11. Voice: share of frames in which voice activity hears somebody.

| echo | taken away from 2 s on, median (least) | known after, median | voice before | voice left |
|---|---|---|---|---|
| -10 dB | 21.9 dB (19.3) | 0.56 s | 97 % | 12 % |
| -20 dB | 21.5 dB (19.6) | 0.56 s | 98 % | 4 % |
| -30 dB | 18 dB (unknown in 4 of 30: as quiet as the noise) | 0.72 s | 92 % | 10 % |

A caller over an echo of -20 dB: CER 11.3 % as it came, 1.2 % cleaned, 1.0 % had there been none.
"""

import numpy as np
import pytest

from tests.models.speech import speech
from tests.timing import timed
from voicebot.audio import MU_LAW, Samples, level_dbfs, to_int16
from voicebot.echo_canceller import EchoCanceller

BOT, CALLER = "요금제를 변경하시려면 일번을, 상담사 연결은 이번을 눌러 주세요", "아니요 상담사를 바꿔 주세요"
HYBRID = (1.0, 0.0, -0.4, 0.25, 0.0, 0.15, -0.1)


def bot_of(rate_hz: int, seconds: int) -> Samples:
    return np.resize(speech(BOT, rate_hz), seconds * rate_hz)


def delayed(sound: Samples, delay_ms: int, gain_db: float, rate_hz: int) -> np.ndarray:
    """The echo: bent a little, through a hybrid, weaker and later; float on the 16-bit scale."""
    bent = 20_000 * np.tanh(sound / 20_000)
    back = np.convolve(bent, HYBRID) * 10 ** (gain_db / 20)
    return np.concatenate([np.zeros(delay_ms * rate_hz // 1000), back])[: len(sound)]


def on_the_line(sound: np.ndarray, rate_hz: int) -> Samples:
    noise = np.random.default_rng(4).normal(0, 8, len(sound))
    samples = to_int16(sound + noise)
    return MU_LAW.decode(MU_LAW.encode(samples)) if rate_hz == 8_000 else samples


def through(canceller: EchoCanceller, bot: Samples, side: Samples, rate_hz: int) -> Samples:
    size, cleaned = rate_hz // 50, []
    for start in range(0, len(side), size):
        cleaned.append(canceller.clean(side[start : start + size]))
        canceller.played(bot[start : start + size])
    return np.concatenate(cleaned)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
@pytest.mark.parametrize(("delay_ms", "gain_db", "least_db"), [(20, -10, 18), (120, -20, 15), (400, -20, 15)])
def test_the_bots_voice_is_taken_out(rate_hz: int, delay_ms: int, gain_db: float, least_db: float) -> None:
    bot = bot_of(rate_hz, 5)
    echo = delayed(bot, delay_ms, gain_db, rate_hz)
    canceller = EchoCanceller(rate_hz)
    side = on_the_line(echo, rate_hz)
    cleaned = through(canceller, bot, side, rate_hz)
    assert canceller.delay_ms is not None
    # frames lie one behind the other: what is played in a tick is not heard in the same
    left = echo - (side.astype(float) - cleaned)
    known = 2 * rate_hz
    assert level_dbfs(echo[known:]) - level_dbfs(left[known:]) >= least_db
    assert abs(canceller.delay_ms - (delay_ms - 20)) <= 3


@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
def test_a_caller_over_the_echo_keeps_his_voice_and_the_path_its_shape(rate_hz: int) -> None:
    bot = bot_of(rate_hz, 8)
    echo = delayed(bot, 80, -20, rate_hz)
    caller = np.zeros(len(bot))
    starts, voice = 3 * rate_hz, 0.5 * speech(CALLER, rate_hz)
    caller[starts : starts + len(voice)] = voice
    side = on_the_line(echo + caller, rate_hz)
    cleaned = through(EchoCanceller(rate_hz), bot, side, rate_hz)
    over = slice(starts, starts + len(voice))
    assert abs(level_dbfs(cleaned[over]) - level_dbfs(caller[over])) < 0.5
    for part in (over, slice(over.stop, len(bot))):
        left = cleaned[part] - caller[part]
        assert level_dbfs(echo[part]) - level_dbfs(left) > 12


def test_without_an_echo_every_frame_is_what_it_was() -> None:
    bot, caller = bot_of(8_000, 6), np.resize(speech(CALLER), 6 * 8_000)
    canceller = EchoCanceller(8_000)
    for start in range(0, len(bot), 160):
        frame = caller[start : start + 160]
        assert canceller.clean(frame) is frame
        canceller.played(bot[start : start + 160])


def test_where_the_bot_is_silent_nothing_is_touched_although_the_echo_is_known() -> None:
    bot = np.concatenate([bot_of(8_000, 3), np.zeros(2 * 8_000, np.int16)])
    canceller = EchoCanceller(8_000)
    through(canceller, bot, on_the_line(delayed(bot, 80, -20, 8_000), 8_000), 8_000)
    assert canceller.delay_ms is not None
    silence = np.zeros(160, np.int16)
    caller = speech(CALLER)
    for start in range(0, 8_000, 160):
        frame = caller[start : start + 160]
        assert canceller.clean(frame) is frame
        canceller.played(silence)


def test_an_echo_that_comes_another_way_is_found_again_and_one_that_ends_is_forgotten() -> None:
    bot = bot_of(8_000, 9)
    echo = np.concatenate([delayed(bot, 80, -20, 8_000)[:24_000], delayed(bot, 200, -16, 8_000)[24_000:48_000]])
    echo = np.concatenate([echo, np.zeros(24_000)])
    canceller = EchoCanceller(8_000)
    side = on_the_line(echo, 8_000)
    cleaned = through(canceller, bot, side, 8_000)
    left = echo - (side.astype(float) - cleaned)
    assert level_dbfs(echo[40_000:48_000]) - level_dbfs(left[40_000:48_000]) >= 12
    assert canceller.delay_ms is None
    assert level_dbfs(cleaned[24_000:]) < level_dbfs(side[24_000:]) + 0.1
    assert np.array_equal(cleaned[52_000:], side[52_000:])


def test_sound_at_another_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="8000 or 16000 Hz"):
        EchoCanceller(44_100)


def cost_us(bot: Samples, side: Samples) -> float:
    """Of 20 ms on average, in the best of three calls."""

    def once() -> float:
        canceller = EchoCanceller(8_000)
        with timed() as spent:
            through(canceller, bot, side, 8_000)
        return spent.s

    return min(once() for _ in range(3)) * 1e6 / (len(side) / 160)


def test_it_costs_next_to_nothing() -> None:
    bot = bot_of(8_000, 10)
    side = on_the_line(delayed(bot, 120, -20, 8_000), 8_000)
    assert cost_us(bot, side) < 150  # 40 of a machine with nothing else to do
    assert cost_us(np.zeros_like(bot), side) < 20  # 3
    assert cost_us(bot, np.zeros_like(side)) < 20
