from pathlib import Path

import pytest

from aicc.simulation.script import Backchannel, Cough, CutIn, HangUp, Keys, Listen, Play, Say, Script
from aicc.simulation.script_file import ScriptInvalid, read_script, read_scripts


def read(folder: Path, text: str) -> Script:
    path = folder / "call.yaml"
    path.write_text(text, encoding="utf-8")
    return read_script(path)


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(ScriptInvalid) as invalid:
        read(folder, text)
    return [str(problem).removeprefix(f"{folder}/call.yaml:") for problem in invalid.value.problems]


def test_the_short_forms_mean_the_long_ones(tmp_path: Path) -> None:
    steps = """
      - say: 1234
      - cough
      - cough: 300
      - cough: {after_ms: 300}
      - backchannel: 음
      - keys: 12#
      - play: dog.flac
      - listen
      - hang_up
    """
    said, cough, soon, sooner, agreeing, keys, play, listen, leave = read(tmp_path, f"steps:{steps}").written.steps
    assert isinstance(said, Say) and said.say == ("1234",)
    assert isinstance(cough, Cough) and cough.cough.after_ms == 800
    assert soon == sooner
    assert isinstance(agreeing, Backchannel) and (agreeing.backchannel.say, agreeing.backchannel.after_ms) == (
        ("음",),
        1_000,
    )
    assert isinstance(keys, Keys) and (keys.keys.press, keys.keys.after_ms) == ("12#", None)
    assert isinstance(play, Play) and play.play.file == "dog.flac"
    assert isinstance(listen, Listen)
    assert isinstance(leave, HangUp) and leave.hang_up.after_ms is None


def test_a_number_among_words_is_a_pause_and_in_quotes_it_is_said(tmp_path: Path) -> None:
    script = read(
        tmp_path,
        """
caller: 01012345678
voice: {name: ko+f2, speed: 140}
steps:
  - say: [주문 번호는, 500, "1234"]
  - cut_in: {say: 아니요, after_ms: 900}
  - hang_up: {say: 저기 그, after_ms: 300}
""",
    )
    [said, cut_in, _] = script.written.steps
    assert isinstance(said, Say) and said.say == ("주문 번호는", 500, "1234")
    assert isinstance(cut_in, CutIn)
    assert script.texts() == ["주문 번호는", "1234", "아니요", "저기 그"]
    assert script.recording(2) == tmp_path / "call.02.flac"
    assert (script.name, script.written.caller, script.written.voice.speed) == ("call", "01012345678", 140)


MISTAKES = [
    ('caler: "010"', 'unknown key "caler": did you mean "caller"?'),
    ("line: {noise: streat}", '"noise" cannot be "streat": did you mean "street"?'),
    ("line: {snr: 3}", 'unknown key "snr": did you mean "snr_db"?'),
    ("reaction_ms: [600, 300]", "reaction_ms is not two times, the shorter first: write [300, 600]"),
    ("patience_ms: 5", '"patience_ms" cannot be "5": it should be greater than or equal to 100'),
    ("expect: {outcom: done}", 'unknown key "outcom": did you mean "outcome"?'),
    ("expect: {events: bot_intrupted}", 'there is no event "bot_intrupted": did you mean "bot_interrupted"?'),
]
STEP_MISTAKES = [
    ("cuogh: {}", 'unknown step "cuogh": did you mean "cough"?'),
    ("lissten", '"lissten" alone is no step: did you mean "listen"?'),
    ("안녕하세요", '"안녕하세요" alone is no step: write "say: 안녕하세요"'),
    ("", "an empty step: write it, or delete the dash"),
    ("{say: a, gain: 3}", 'unknown key "gain": did you mean "gain_db"?'),
    ("{say: a, keys: '1'}", 'unknown key "keys": write "- keys: ..." as a step of its own'),
    ("cut_in: {say: 아니}", '"after_ms" is missing: add "after_ms: ..."'),
    ("cut_in: {say: 아니, after: 3}", 'unknown key "after": did you mean "after_ms"?'),
    ("say: [300, 네]", "a pause lies between two texts: write [TEXT, MILLISECONDS, TEXT]; a number in quotes is said"),
    ("say: [네, 5, 네]", "a pause of 5 ms: write 20 to 10000, or a number that is said in quotes"),
    ("say: ''", '"say" is empty: write it, or delete it'),
    ("keys: 12a", '"keys" cannot be "12a": write the keys 0 to 9, * and #'),
    ("hang_up: {say: 저기}", "hang_up has words but no after_ms: add it, or say them in a step before"),
    ("noise: {kind: music}", '"ms" is missing: add "ms: ..."'),
]


@pytest.mark.parametrize(("line", "problem"), MISTAKES)
def test_a_mistake_is_told_with_its_line_and_its_cure(tmp_path: Path, line: str, problem: str) -> None:
    assert problems(tmp_path, f"steps:\n  - say: a\n{line}\n") == [f"3: {problem}"]


@pytest.mark.parametrize(("step", "problem"), STEP_MISTAKES)
def test_a_mistake_in_a_step_is_told_with_its_line_and_its_cure(tmp_path: Path, step: str, problem: str) -> None:
    assert problems(tmp_path, f"steps:\n  - say: a\n  - {step}\n") == [f"3: {problem}"]


def test_all_mistakes_are_told_at_once_and_of_all_files(tmp_path: Path) -> None:
    assert len(problems(tmp_path, "caler: a\nsteps:\n  - cuogh\n  - say: {a: b}\n")) == 3
    (tmp_path / "other.yaml").write_text("steps: []\n")
    (tmp_path / "third.yaml").write_text("- say\n")
    with pytest.raises(ScriptInvalid, match=r"\(and 4 more\)") as invalid:
        read_scripts([tmp_path])
    assert {problem.path.name for problem in invalid.value.problems} == {"call.yaml", "other.yaml", "third.yaml"}


def test_a_file_or_folder_without_scripts_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScriptInvalid, match="no such file"):
        read_scripts([tmp_path / "none.yaml"])
    with pytest.raises(ScriptInvalid, match="no scripts in this folder"):
        read_scripts([tmp_path])
