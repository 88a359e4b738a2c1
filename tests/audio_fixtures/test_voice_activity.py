from pathlib import Path

import numpy as np
import pytest

from audio_fixtures import voice_activity
from audio_fixtures.sounds import NOT_SPEECH
from audio_fixtures.voice_activity import Spread, measure, synthesized, utterance
from voicebot.audio import Samples, level_dbfs
from voicebot.tts.libespeak import LibEspeak
from voicebot.vad import VoiceDetector

pytestmark = pytest.mark.slow  # processes of their own


def test_an_utterance_knows_where_its_speech_lies() -> None:
    tone = (np.sin(np.arange(16_000)) * 5_000).astype(np.int16)
    speech = np.concatenate([np.zeros(1_600, np.int16), tone, np.zeros(3_200, np.int16)])
    said = utterance(speech, 16_000, 8_000)
    assert said.start_ms == pytest.approx(1_100, abs=20)
    assert said.end_ms == pytest.approx(2_100, abs=20)


def test_a_voice_passed_off_as_noise_is_found_out() -> None:
    """The measure can fail: a sound that is speech gets a share near one."""
    speech, from_hz = synthesized(1)[0]

    def talk(seconds: float, rate_hz: int) -> Samples:
        said = utterance(speech, from_hz, rate_hz)
        return np.resize(said.samples[rate_hz:-rate_hz], round(seconds * rate_hz))

    figures = voice_activity.sound_figures(VoiceDetector(), "talk", talk, 8_000, 6.0)
    assert figures.speech_share > 0.85


def test_the_figures_hold_what_the_product_promises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice_activity, "SNRS_DB", (10,))
    figures = measure(seconds=6.0, sentences=6)
    assert {figure.sound for figure in figures.sounds} == set(NOT_SPEECH)
    for sound in figures.sounds:
        assert sound.speech_share < 0.02, sound.sound
    for speech in figures.speech:
        assert speech.hit_rate == 1.0
        assert speech.heard_share > 0.95
        assert speech.start_known.p50_ms <= 150
    for cost in figures.costs:
        assert cost.gate_us < cost.judge_us
        assert cost.judge_batched_us < cost.judge_us
        assert cost.silence_us < cost.judge_us


def test_spreads() -> None:
    spread = Spread.of([-20, 0, 10])
    assert spread.p50_ms == 0
    assert spread.p95_ms == pytest.approx(19)
    assert np.isnan(Spread.of([]).p50_ms)


def test_synthesized_callers_are_audible() -> None:
    assert all(level_dbfs(samples) > -40 and rate_hz == 22_050 for samples, rate_hz in synthesized(3))


def test_all_callers_are_spoken_by_the_process_one_espeak(monkeypatch: pytest.MonkeyPatch) -> None:
    """A LibEspeak for each call crashed the process, now and then, when the garbage collector took an earlier one."""
    synthesized(1)
    made: list[LibEspeak] = []
    load = LibEspeak.__init__

    def counted(self: LibEspeak, library: str | Path | None = None, data: Path | None = None) -> None:
        made.append(self)
        load(self, library, data)

    monkeypatch.setattr(LibEspeak, "__init__", counted)
    synthesized(1)
    assert made == []
