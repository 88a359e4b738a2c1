import numpy as np
import pytest

from audio_fixtures.voice_activity import synthesized
from voicebot.audio import A_LAW, G711, MU_LAW, Samples, resample
from voicebot.vad.gate import HOLD_MS, Gate


def open_share(samples: Samples, rate_hz: int) -> float:
    gate, frame = Gate(rate_hz), rate_hz // 50
    opened = []
    for start in range(0, len(samples) - frame + 1, frame):
        gate.hear(samples[start : start + frame])
        opened.append(gate.is_open_at(start * 1000 // rate_hz))
    return float(np.mean(opened))


@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
def test_silence_keeps_it_shut_and_speech_opens_it(rate_hz: int) -> None:
    speech, from_hz = synthesized(1)[0]
    assert open_share(np.zeros(5 * rate_hz, np.int16), rate_hz) == 0
    assert open_share(resample(speech, from_hz, rate_hz), rate_hz) > 0.98


@pytest.mark.parametrize("law", [MU_LAW, A_LAW], ids=["mu", "a"])
def test_a_quiet_lines_rest_noise_keeps_it_shut(law: G711) -> None:
    rest = (np.random.default_rng(1).standard_normal(80_000) * 30).astype(np.int16)  # -61 dBFS
    assert open_share(law.decode(law.encode(rest)), 8_000) < 0.05


def test_it_stays_open_through_a_pause_between_words_and_no_longer() -> None:
    speech, from_hz = synthesized(1)[0]
    gate = Gate(8_000)
    spoken = resample(speech, from_hz, 8_000)
    spoken = spoken[: len(spoken) // 2 // 160 * 160]  # cut mid-word
    for frame in np.concatenate([spoken, np.zeros(8_000, np.int16)]).reshape(-1, 160):
        gate.hear(frame)
    end_ms = len(spoken) // 8
    assert gate.is_open_at(end_ms + HOLD_MS - 20)
    assert not gate.is_open_at(end_ms + 2 * HOLD_MS)
