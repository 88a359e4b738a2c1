import subprocess
import sys
from pathlib import Path

import pytest

from tests.models.piper_voice import write_piper_voice, write_sherpa_voice
from voicebot.tts import SynthesizerUnavailable, open_synthesizer


@pytest.mark.parametrize(
    ("choice", "name"),
    [
        ("", "espeak:ko+f2"),
        ("espeak", "espeak:ko+f2"),
        ("espeak:ko+m3", "espeak:ko+m3"),
        ("piper:a", "piper:a"),
        ("sherpa:b", "sherpa:b"),
    ],
)
def test_a_choice_opens_its_voice(choice: str, name: str, tmp_path: Path) -> None:
    write_piper_voice(tmp_path / "a")
    write_sherpa_voice(tmp_path / "b")
    voice = open_synthesizer(choice, tmp_path)
    assert voice.name == name
    assert sum(map(len, voice.speak("안녕하세요."))) > 0


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ("piper:ko-a", 'no voice "ko-a" in .*: run "aicc models pull ko-a"'),
        ("sherpa:ko-b", 'no voice "ko-b" in .*: run "aicc models pull ko-b"'),
        ("piper:", "names no voice"),
        ("piper:../secret", "names no voice"),
        ("polly:seoyeon", 'no synthesizer "polly": choose espeak:VOICE, piper:NAME or sherpa:NAME'),
        ("espeak:xx", 'no voice "xx"'),
    ],
)
def test_a_choice_that_cannot_load_says_how_to_get_it(choice: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SynthesizerUnavailable, match=message):
        open_synthesizer(choice, tmp_path)


def test_engines_are_imported_only_when_chosen() -> None:
    check = (
        "import sys; from pathlib import Path; from voicebot.tts import open_synthesizer; import voicebot.tts.mouth;"
        "open_synthesizer('espeak', Path('models'));"
        "assert not {'piper', 'sherpa_onnx', 'onnxruntime'} & set(sys.modules), 'imported too much'"
    )
    ended = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
