from pathlib import Path

import pytest

from aicc.simulation.expect import character_errors
from aicc.simulation.script import Say, Script
from aicc.simulation.script_file import read_scripts
from aicc.simulation.speech import Speech
from audio_fixtures.callers import FOLDER
from audio_fixtures.callers.__main__ import make
from tests.aicc.simulation.bot import PoliteBot, call

SCRIPTS = read_scripts([FOLDER])
LARGEST_BYTES = 3_000_000


def test_there_are_enough_callers_and_they_are_small() -> None:
    assert sum(script.written.recorded for script in SCRIPTS) >= 12
    assert sum(path.stat().st_size for path in FOLDER.glob("*.flac")) < LARGEST_BYTES


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_caller_can_be_played_and_says_what_must_come_of_it(script: Script) -> None:
    part = Speech().part(script)  # a recording that is missing or says something else is refused here
    expect = script.written.expect
    assert script.written.about
    assert expect.events_absent and "fault" in expect.events_absent
    assert expect.contains or expect.slots or expect.outcome
    if expect.transcripts is not None and all(isinstance(step, Say) for step in script.written.steps):
        spoken = [act.text for act in part.acts]
        assert character_errors(expect.transcripts, spoken)[0] == 0


def test_a_recorded_caller_plays_its_script_through() -> None:
    [script] = [script for script in SCRIPTS if script.name == "cough_and_backchannel"]
    caller, _ = call(Speech().part(script), lambda door: PoliteBot(door, answer_ms=9_000, turns=3))
    report = caller.report()
    kinds = ["say", "cough", "backchannel", "say", "backchannel", "cough", "say"]
    assert [turn.kind for turn in report.turns] == kinds
    assert all(turn.into_speech for turn in report.turns if turn.kind != "say")
    assert (report.failures, report.steps_left) == ((), 0)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_no_recording_is_left_over(script: Script) -> None:
    wanted = (
        {script.recording(number) for number in range(1, len(script.texts()) + 1)} if script.written.recorded else set()
    )
    assert set(FOLDER.glob(f"{script.name}.*.flac")) == wanted


def test_recordings_are_made_where_texts_have_changed_and_only_there(tmp_path: Path) -> None:
    path = tmp_path / "call.yaml"
    speech = Speech()
    path.write_text("recorded: true\nsteps:\n  - say: [네, 300, 맞아요]\n  - say: 없어요\n")
    [script] = read_scripts([path])
    assert make(script, speech, everything=False) == ["call.01.flac", "call.02.flac", "call.03.flac"]
    assert make(script, speech, everything=False) == []
    path.write_text("recorded: true\nsteps:\n  - say: [네, 300, 맞습니다]\n")
    [script] = read_scripts([path])
    assert make(script, speech, everything=False) == ["call.02.flac"]
    assert sorted(file.name for file in tmp_path.glob("*.flac")) == ["call.01.flac", "call.02.flac"]
    assert Speech().part(script).acts[0].text == "네 맞습니다"
