from pathlib import Path

import numpy as np
import pytest

from tests.models.piper_voice import METADATA, RATE_HZ, write_piper_voice, write_sherpa_voice
from tests.voicebot.tts.tone_voice import AsWritten
from voicebot.tts.mouth import Mouth
from voicebot.tts.piper import PiperSynthesizer
from voicebot.tts.sherpa import SherpaSynthesizer
from voicebot.tts.synthesizer import SynthesizerUnavailable


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> SherpaSynthesizer:
    folder = tmp_path_factory.mktemp("sherpa")
    write_sherpa_voice(folder)
    return SherpaSynthesizer("toy", folder)


def test_a_clause_is_a_block_at_the_models_rate(voice: SherpaSynthesizer) -> None:
    blocks = list(voice.speak("안녕하세요, 고객님. 반갑습니다."))
    assert (voice.name, voice.rate_hz, len(blocks)) == ("sherpa:toy", RATE_HZ, 3)
    assert all(block.dtype == np.int16 and block.any() for block in blocks)


def test_it_is_given_the_phonemes_that_piper_would_give(voice: SherpaSynthesizer, tmp_path: Path) -> None:
    write_piper_voice(tmp_path)
    piper = PiperSynthesizer("toy", tmp_path)
    for text in ("안녕하세요.", "무엇을 도와드릴까요?", "주문 번호를 말씀해 주세요!"):
        ours, theirs = (np.concatenate(list(each.speak(text))).astype(int) for each in (voice, piper))
        assert len(ours) == len(theirs) and np.abs(ours - theirs).max() <= 1


def test_what_cannot_be_said_is_silent(voice: SherpaSynthesizer) -> None:
    for text in ("", "😀", "漢字", "...", "\ud800"):
        assert not list(voice.speak(text))


def test_a_mouth_speaks_with_it(voice: SherpaSynthesizer) -> None:
    text = "안녕하세요, 고객님."
    assert list(Mouth(voice, 16_000, write_out=AsWritten).say(text))[-1].text_end == len(text)


def test_a_model_that_would_end_the_process_is_refused(tmp_path: Path) -> None:
    metadata = {name: value for name, value in METADATA.items() if name != "sample_rate"}
    write_sherpa_voice(tmp_path, metadata)
    with pytest.raises(SynthesizerUnavailable, match=r"'sample_rate' does not exist.*aicc models pull ko-a"):
        SherpaSynthesizer("ko-a", tmp_path)


@pytest.mark.parametrize(
    ("files", "missing"),
    [
        ([], "tokens.txt"),
        (["tokens.txt"], r"\*.onnx"),
        (["tokens.txt", "model-steps-3.onnx"], r"vocos\*.onnx"),
        (["tokens.txt", "voices.bin"], r"model\*.onnx"),
        (["duration_predictor.int8.onnx", "text_encoder.int8.onnx"], r"vector_estimator\*.onnx"),
    ],
)
def test_an_incomplete_folder_says_what_it_lacks(tmp_path: Path, files: list[str], missing: str) -> None:
    for file in files:
        (tmp_path / file).touch()
    with pytest.raises(SynthesizerUnavailable, match=f'has no {missing}: run "aicc models pull ko-a"'):
        SherpaSynthesizer("ko-a", tmp_path)
