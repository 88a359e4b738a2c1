"""``aicc simulate``: what came of the calls, one line of it, and an exit code."""

import json

import pytest

from tests.aicc.commands.recorded import CALLERS, report, said
from tests.aicc.report.calls import logged
from voicebot.events import CallEnded, CallStarted

SCRIPT = """
expect: {ended_by: caller, contains: 주문번호}
steps: [{say: 배송 조회요}, hang_up]
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "one.yaml"
    path.write_text(SCRIPT, encoding="utf-8")
    return str(path)


def found(result, exit_code=0):
    """The one line."""
    assert result.exit_code == exit_code, result.output
    (line,) = result.stdout.splitlines()
    return json.loads(line)


def test_calls_as_they_should_be(aicc, recorded, script):
    recorded(report(said(250.0), said(300.0)))
    answer = found(aicc("simulate", script, "--json"))
    [call] = answer["calls"]
    assert (call["call_id"], call["unmet"], call["turns"][0]["voice_to_voice_ms"]) == ("call-0", [], 250.0)
    assert answer["summary"]["v2v_p50_ms"] == 275.0
    assert "error" not in answer
    shown = aicc("simulate", script)
    assert "good_line: as expected" in shown.stdout
    assert "v2v_p50_ms 275.0" in shown.stdout


def test_an_expectation_that_is_not_met_is_exit_code_1(aicc, recorded, script):
    other = logged((0, CallStarted("in", "wav", "", "", "가게")), (900, CallEnded("bot", "done", 900)))
    recorded(report(said(250.0)), report(said(250.0), number=1), logs={1: other})
    answer = found(aicc("simulate", script, script, "--json"), exit_code=1)
    assert [call["unmet"] for call in answer["calls"]] == [
        [],
        ["ended by: bot, not caller", 'the bot did not say "주문번호"'],
    ]
    assert answer["error"] == "1 of 2 calls were not as they should be"
    shown = aicc("simulate", script, script)
    assert shown.exit_code == 1
    assert 'good_line: ended by: bot, not caller; the bot did not say "주문번호"' in shown.stdout
    assert "1 of 2 calls were not as they should be" in shown.stderr


def test_what_went_wrong_with_the_caller_counts_too(aicc, recorded, script):
    recorded(report(failures=["the bot fell silent"]))
    assert found(aicc("simulate", script, "--json"), exit_code=1)["calls"][0]["unmet"] == ["the bot fell silent"]


def test_a_call_that_was_not_taken_has_no_id(aicc, recorded, script):
    recorded(report(ended_by="nobody", failures=["no call: busy"]))
    [call] = found(aicc("simulate", script, "--json"), exit_code=1)["calls"]
    assert call["call_id"] is None
    assert "no call: busy" in call["unmet"]


def test_calls_are_made_in_rotation(aicc, recorded, tmp_path, script):
    (tmp_path / "two.yaml").write_text(SCRIPT, encoding="utf-8")
    made = recorded(*(report(number=number) for number in range(5)))
    aicc("simulate", str(tmp_path), "--calls", "5", "--json")
    [(scripts, schedule)] = made.asked
    assert [one.name for one in scripts] == ["one", "two", "one", "two", "one"]
    assert schedule == 5


def test_a_service_that_runs_is_used(aicc, recorded, script, tmp_path, monkeypatch):
    made = recorded(report())
    aicc("simulate", script, "--data", "there")
    assert made.started[0]["data"].is_absolute(), "whatever folder the command is run in"


# ---- what cannot be done is one line


def told(result):
    return found(result, exit_code=1)["error"]


def test_a_data_folder_whose_service_is_gone(aicc, script, tmp_path):
    error = told(aicc("simulate", script, "--data", str(tmp_path), "--json"))
    assert error.startswith(f'no service runs with "{tmp_path}": start one with "aicc serve --data ')
    shown = aicc("simulate", script, "--data", str(tmp_path))
    assert (shown.exit_code, shown.stdout, shown.stderr) == (1, "", f"aicc: {error}\n")


def test_a_script_that_is_not_there(aicc, tmp_path):
    assert "nobody.yaml" in told(aicc("simulate", str(tmp_path / "nobody.yaml"), "--json"))


def test_a_folder_without_scripts(aicc, tmp_path):
    (tmp_path / "empty").mkdir()
    error = told(aicc("simulate", str(tmp_path / "empty"), "--json"))
    assert error.endswith("no scripts in this folder: name a folder of YAML scripts, or a script")


def test_a_script_that_is_none(aicc, tmp_path):
    (tmp_path / "a.yaml").write_text("steps: [{sya: 네}]\n", encoding="utf-8")
    assert "a.yaml:1: " in told(aicc("simulate", str(tmp_path / "a.yaml"), "--json"))


@pytest.mark.slow
def test_a_service_that_cannot_start(aicc, script, monkeypatch, tmp_path):
    monkeypatch.setenv("AICC_SCENARIO", str(tmp_path / "none"))
    error = told(aicc("simulate", script, "--json"))
    assert (
        error
        == f"the service did not start: {tmp_path / 'none'}:1: no scenario.yaml here: name the folder of a scenario"
    )


@pytest.mark.load
@pytest.mark.slow
def test_one_real_call(aicc):
    answer = found(aicc("simulate", str(CALLERS / "person.yaml"), "--json"))
    [call] = answer["calls"]
    assert call["unmet"] == []
    assert len(call["call_id"]) == 36
    assert 100 < call["turns"][0]["voice_to_voice_ms"] < 2_000
