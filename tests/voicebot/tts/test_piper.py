from pathlib import Path

import numpy as np
import pytest

from tests.models.piper_voice import RATE_HZ, SAMPLES_A_PHONEME, write_piper_voice
from tests.voicebot.tts.tone_voice import AsWritten
from voicebot.audio import FRAME_MS
from voicebot.tts.mouth import Mouth
from voicebot.tts.piper import PiperSynthesizer
from voicebot.tts.synthesizer import SynthesizerUnavailable


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("piper")
    write_piper_voice(folder)
    return folder


@pytest.fixture(scope="module")
def voice(folder: Path) -> PiperSynthesizer:
    return PiperSynthesizer("toy", folder)


def test_a_sentence_is_a_block_as_long_as_its_phonemes(voice: PiperSynthesizer) -> None:
    blocks = list(voice.speak("안녕하세요. 반갑습니다."))
    assert (voice.name, voice.rate_hz, len(blocks)) == ("piper:toy", RATE_HZ, 2)
    assert all(block.dtype == np.int16 and len(block) % SAMPLES_A_PHONEME == 0 for block in blocks)
    longer = list(voice.speak("안녕하세요 고객님 정말 반갑습니다."))
    assert len(longer[0]) > len(blocks[0])


def test_clauses_keep_their_own_loudness(voice: PiperSynthesizer) -> None:
    (block,) = voice.speak("네.")
    assert 100 < np.abs(block).max() < 20_000  # not blown up to full scale


def test_what_cannot_be_said_is_silent(voice: PiperSynthesizer) -> None:
    for text in ("", "😀", "漢字", "...", "\ud800"):
        assert not list(voice.speak(text))


def test_a_mouth_speaks_with_it(voice: PiperSynthesizer) -> None:
    text = "안녕하세요, 고객님. 반갑습니다."
    sayings = list(Mouth(voice, 8_000, write_out=AsWritten).say(text))
    assert len(sayings) * FRAME_MS > 500 and sayings[-1].text_end == len(text)


def test_a_folder_without_a_voice_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(SynthesizerUnavailable, match=r'0 \.onnx files .*"aicc models pull ko-a" again'):
        PiperSynthesizer("ko-a", tmp_path)


@pytest.mark.parametrize("settings", [None, "{", "{}"])
def test_a_voice_without_proper_settings_is_refused(tmp_path: Path, settings: str | None) -> None:
    model = write_piper_voice(tmp_path)
    path = model.with_name(model.name + ".json")
    path.unlink()
    if settings is not None:
        path.write_text(settings)
    with pytest.raises(SynthesizerUnavailable, match='cannot load piper voice "ko-a"'):
        PiperSynthesizer("ko-a", tmp_path)


def test_a_truncated_model_is_refused(tmp_path: Path) -> None:
    model = write_piper_voice(tmp_path)
    model.write_bytes(model.read_bytes()[:1000])
    with pytest.raises(SynthesizerUnavailable, match='cannot load piper voice "ko-a"'):
        PiperSynthesizer("ko-a", tmp_path)


def test_a_voice_that_would_reach_for_the_network_is_refused(tmp_path: Path) -> None:
    write_piper_voice(tmp_path, phoneme_type="pinyin")
    with pytest.raises(SynthesizerUnavailable, match="pinyin dictionary from the network"):
        PiperSynthesizer("zh", tmp_path)
