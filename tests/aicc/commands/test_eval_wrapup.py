import json
import shutil
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from aicc.commands.eval_wrapup import wrapup

ROOT = Path(__file__).parents[3]
CALLS = ROOT / "tests" / "assist" / "wrapup" / "calls.yaml"
ONE = "tests: [{test: 배송비를 물으면 금액과 기준을 말한다, talk: [{caller: 택배비가 얼마예요}]}]"


@pytest.fixture
def app():
    app = typer.Typer()
    app.command()(wrapup)
    app.command("other")(lambda: None)  # one alone would be no subcommand
    return app


@pytest.fixture
def scenario(tmp_path):
    """The sample company with one conversation test, and without its services, which that does not need."""
    folder = tmp_path / "nuri"
    shutil.copytree(ROOT / "scenarios" / "nuri", folder, ignore=shutil.ignore_patterns("tests", "order_service"))
    (folder / "tests").mkdir()
    (folder / "tests" / "one.yaml").write_text(ONE, encoding="utf-8")
    return folder


@pytest.mark.slow
def test_the_share_of_right_facts_is_told(app, scenario):
    told = CliRunner().invoke(app, ["wrapup", str(CALLS), "--scenario", str(scenario), "--json"])
    figures = json.loads(told.stdout)
    assert figures["n"] == 14
    assert 0 < figures["facts_right"] <= figures["facts"]
    assert figures["p95_ms"] > 0


def test_a_file_that_cannot_be_read_is_told_in_a_line(app, tmp_path):
    told = CliRunner().invoke(app, ["wrapup", str(tmp_path / "none.yaml"), "--json"])
    assert told.exit_code == 1
    assert "none.yaml" in json.loads(told.stdout)["error"]
