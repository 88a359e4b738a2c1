import subprocess
import sys
from pathlib import Path

import pytest

from tests.models.sherpa import make_t_one
from tests.models.vosk_double import make_folder, vosk_double
from tests.models.whisper import make_whisper
from voicebot.stt import RecognizerUnavailable, open_recognizer


def test_a_choice_opens_its_engine_with_the_model_of_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vosk", vosk_double())
    make_t_one(tmp_path / "t-one")
    make_whisper(tmp_path / "tiny")
    make_folder(tmp_path / "small-ko")
    for choice in ("sherpa:t-one", "whisper:tiny", "vosk:small-ko"):
        recognizer = open_recognizer(choice, tmp_path, device="cpu")
        assert recognizer.name == choice
        assert recognizer.rate_hz == 8_000


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        (
            "google:ko",
            'no recognizer "google": choose bundled, sherpa:NAME, whisper:NAME or vosk:NAME with a folder of',
        ),
        ("", 'no recognizer ""'),
        ("whisper", '"whisper:" names no model: write whisper:NAME'),
        ("sherpa:../secret", '"sherpa:../secret" names no model'),
        ("vosk:..", '"vosk:.." names no model'),
        ("whisper:small", 'no model "small" in .*: run "aicc models pull small"'),
    ],
)
def test_a_wrong_choice_says_what_there_is(choice: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(RecognizerUnavailable, match=f"^{sentence}"):
        open_recognizer(choice, tmp_path, device="cpu")


def test_a_broken_library_breaks_its_own_engine_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    make_t_one(tmp_path / "t-one")
    make_whisper(tmp_path / "tiny")
    with pytest.raises(RecognizerUnavailable, match=r"^faster-whisper does not load"):
        open_recognizer("whisper:tiny", tmp_path, device="cpu")
    assert open_recognizer("sherpa:t-one", tmp_path).name == "sherpa:t-one"


def test_opening_nothing_imports_nothing_heavy() -> None:
    heavy = "sherpa_onnx faster_whisper ctranslate2 vosk onnxruntime torch kiwipiepy"
    code = f"import sys, voicebot.stt; print([name for name in {heavy.split()!r} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
