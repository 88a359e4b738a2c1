"""``aicc eval turns``: one line of figures, and files that are none."""

import json
from pathlib import Path

import typer
from typer.testing import CliRunner

from aicc.commands.eval_turns import turns

app = typer.Typer()
app.command()(turns)


def test_the_figures_are_one_line(tmp_path: Path) -> None:
    file = tmp_path / "turns.tsv"
    file.write_text(
        "text\tend|open\n환불해 주세요\tend\n제가 어제\tend\n음\topen\n취소할게요\topen\n", encoding="utf-8"
    )
    result = CliRunner().invoke(app, [str(file), "--json"])
    assert json.loads(result.stdout) == {"n": 4, "accuracy": 0.5, "early_cuts": 1, "late": 1}


def test_the_mistakes_are_shown(tmp_path: Path) -> None:
    file = tmp_path / "turns.tsv"
    file.write_text("제가 어제\tend\n", encoding="utf-8")
    assert "late  제가 어제" in CliRunner().invoke(app, [str(file)]).stdout


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [str(tmp_path / "none.tsv"), "--json"])
    assert result.exit_code == 1
    assert "no file" in json.loads(result.stdout)["error"]
