from pathlib import Path

import numpy as np
import pytest

from voicebot.audio import Samples
from voicebot.vad.silero import CONTEXT_MS, RATES_HZ, WINDOW_MS, Silero, SileroUnavailable, fresh_state


def windows(count: int, rate_hz: int) -> list[Samples]:
    random = np.random.default_rng(3)
    length = (CONTEXT_MS + WINDOW_MS) * rate_hz // 1000
    return [(random.standard_normal(length) * 3_000 * (n + 1)).astype(np.int16) for n in range(count)]


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_streams_judged_together_get_what_each_gets_alone(rate_hz: int) -> None:
    silero = Silero()
    together, states = silero.probabilities(windows(5, rate_hz), [fresh_state() for _ in range(5)], rate_hz)
    for n, window in enumerate(windows(5, rate_hz)):
        alone, state = silero.probabilities([window], [fresh_state()], rate_hz)
        assert together[n] == pytest.approx(alone[0], abs=1e-5)
        assert np.allclose(states[n], state[0], atol=1e-5)
    assert all(0 <= probability <= 1 for probability in together)


def test_a_missing_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SileroUnavailable, match="reinstall aicc"):
        Silero(tmp_path / "silero_vad.onnx")


def test_a_broken_model_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "silero_vad.onnx"
    broken.write_bytes(b"not a model")
    with pytest.raises(SileroUnavailable, match=r"silero_vad\.onnx"):
        Silero(broken)
