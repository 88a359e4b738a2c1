"""``aicc flow test`` with a mind that needs no models."""

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
import typer
from typer.testing import CliRunner

from aicc import mind
from aicc.commands.flow_test import test as flow_test
from tests.fakes.mind import open_fake_mind

pytestmark = pytest.mark.slow  # processes of their own

TEAHOUSE = Path(__file__).parents[2] / "voicebot" / "dialogue" / "trial" / "teahouse"


@pytest.fixture
def run(site, monkeypatch):
    monkeypatch.setattr(mind, "open_mind", open_fake_mind)
    app = typer.Typer()
    app.command()(flow_test)
    return lambda *arguments: CliRunner().invoke(app, [*map(str, arguments)])


@pytest.fixture
def teahouse(tmp_path):
    """One to break."""
    return Path(shutil.copytree(TEAHOUSE, tmp_path / "scenarios" / "teahouse"))


def test_all_pass(run):
    result = run(TEAHOUSE)
    assert result.exit_code == 0
    assert result.output.startswith("all 6 passed in ")
    assert "(p95)" in result.output


def test_a_failure_is_shown_and_the_exit_code_is_1(run, teahouse):
    flow = teahouse / "flows" / "인사.yaml"
    flow.write_text(flow.read_text().replace("새벽찻집입니다", "저녁찻집입니다"))
    result = run(teahouse, "--filter", "예약을 조회하면")
    assert result.exit_code == 1
    assert 'bot: "새벽찻집" was not said' in result.output
    assert "0 of 1 passed" in result.output
    assert "aicc: 1 of 1 conversation tests failed" in result.output


def test_as_json(run, teahouse):
    result = run(teahouse.parent, "--json", "--jobs", "2", "--filter", "예약")
    data = json.loads(result.stdout)
    assert (data["passed"], data["failed"]) == (2, 0)
    assert {case["test"][:2] for case in data["cases"]} == {"예약", "없는"}


def test_a_report_for_a_build_server(run, site):
    assert run(TEAHOUSE / "tests" / "예약.yaml", "--junit", "report.xml", "--filter", "먼저 끊는다").exit_code == 0
    [suite] = ElementTree.parse(site / "report.xml").getroot()
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("예약", "1", "0")


def test_mistakes_in_the_tests_are_all_told(run, teahouse):
    tests = teahouse / "tests" / "예약.yaml"
    tests.write_text(tests.read_text().replace("caller:", "calller:"))
    result = run(teahouse)
    assert result.exit_code == 1
    assert result.output.count('unknown key "calller": did you mean "caller"?') > 5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["nowhere"], "no scenario.yaml here"), ([TEAHOUSE, "--filter", "없어요"], 'no test has "없어요" in its name')],
)
def test_nothing_to_try(run, arguments, said):
    result = run(*arguments)
    assert result.exit_code == 1
    assert said in result.output


def test_a_sample_that_does_not_start(run, teahouse):
    (teahouse / "service.py").write_text("raise SystemExit('closed today')")
    result = run(teahouse)
    assert result.exit_code == 1
    assert "did not start: it ended with 1 (closed today)" in result.output
