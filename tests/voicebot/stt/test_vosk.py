import sys
from pathlib import Path

import numpy as np
import pytest

from tests.models.vosk_double import make_folder, vosk_double
from voicebot.audio import Samples
from voicebot.stt.recognizer import Final, Partial, RecognizerUnavailable, Word
from voicebot.stt.vosk import VoskRecognizer

PHRASE = (
    Word("배송", 240, 630, 0.912345),
    Word("조회", 630, 1170, 1.0),
    Word("해주세요", 2130, 2610, 0.772),
)


@pytest.fixture
def recognizer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VoskRecognizer:
    monkeypatch.setitem(sys.modules, "vosk", vosk_double())
    return VoskRecognizer(make_folder(tmp_path / "small-ko"))


def sound(seconds: float, level: int = 1000) -> Samples:
    return np.full(round(seconds * 8_000), level, np.int16)


def test_words_have_times_and_confidence_over_the_pieces_kaldi_makes(recognizer: VoskRecognizer) -> None:
    stream = recognizer.stream()
    for _ in range(28):
        stream.accept(sound(0.1))
        recognizer.decode([stream])
    assert stream.final is None
    stream.finish()
    recognizer.decode([stream])
    assert stream.final == Final("배송 조회 해주세요", PHRASE, "vosk:small-ko")
    assert stream.partial == Partial("배송 조회 해주세요", 10)


def test_a_partial_holds_the_pieces_before_and_settles(recognizer: VoskRecognizer) -> None:
    stream, shown = recognizer.stream(), []
    for _ in range(28):
        stream.accept(sound(0.1))
        recognizer.decode([stream])
        shown.append((stream.partial.spoken, stream.partial.stable_chars))
    assert shown[4] == ("", 0)
    assert shown[5] == ("배송", 0)
    assert shown[12] == ("배송 조회", 2)
    assert shown[17] == ("배송 조회", 5)
    assert shown[-1] == ("배송 조회 해주세요", 5)


def test_silence_stays_silence(recognizer: VoskRecognizer) -> None:
    stream = recognizer.stream()
    stream.accept(sound(2, level=0))
    recognizer.decode([stream])
    assert stream.partial == Partial()
    stream.finish()
    recognizer.decode([stream])
    assert stream.final == Final("", (), "vosk:small-ko")


def test_streams_are_decoded_side_by_side_and_apart(recognizer: VoskRecognizer) -> None:
    streams = [recognizer.stream() for _ in range(5)]
    for number, stream in enumerate(streams):
        stream.accept(sound(2.8, level=0 if number == 2 else 1000))
        stream.finish()
    recognizer.decode(streams)
    said = [stream.final.spoken for stream in streams if stream.final]
    assert said == ["배송 조회 해주세요"] * 2 + [""] + ["배송 조회 해주세요"] * 2


@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
def test_the_rate_is_the_model_s(rate_hz: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vosk", vosk_double())
    assert VoskRecognizer(make_folder(tmp_path / "ko", rate_hz)).rate_hz == rate_hz


@pytest.mark.parametrize("file", ["am/final.mdl", "graph/HCLr.fst", "conf/mfcc.conf"])
def test_a_missing_file_is_named(file: str, tmp_path: Path) -> None:
    (make_folder(tmp_path / "ko") / file).unlink()
    with pytest.raises(RecognizerUnavailable, match=rf'{file}.* in .*/ko/: run "aicc models pull ko" again') as error:
        VoskRecognizer(tmp_path / "ko")
    assert "\n" not in str(error.value)


def test_a_rate_that_is_no_number_is_named(tmp_path: Path) -> None:
    (make_folder(tmp_path / "ko") / "conf/mfcc.conf").write_text("--sample-frequency=8k\n")
    with pytest.raises(RecognizerUnavailable, match=r'mfcc\.conf in .* has no number in "--sample-frequency=8k"'):
        VoskRecognizer(tmp_path / "ko")


def test_the_real_library_refuses_a_folder_that_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(RecognizerUnavailable, match=r"vosk cannot load .*/ko/.* run \"aicc models pull ko\" again"):
        VoskRecognizer(make_folder(tmp_path / "ko"))


def test_a_library_that_does_not_load_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vosk", None)
    with pytest.raises(RecognizerUnavailable, match=r"^vosk does not load \(.*\): run \"pip install"):
        VoskRecognizer(make_folder(tmp_path / "ko"))
