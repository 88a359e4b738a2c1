import json
import shutil
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from aicc.commands.flow import flow
from tests.voicebot.dialogue.scenario.faults import SCENARIOS
from voicebot.dialogue.scenario.schema import FILES


def run(*arguments):
    return CliRunner().invoke(flow, [str(argument) for argument in arguments])


def test_lint_is_content_with_a_good_scenario():
    result = run("lint", SCENARIOS / "good")
    assert result.exit_code == 0
    assert result.stdout.startswith("nothing is wrong")


def test_lint_tells_file_line_what_and_cure_and_fails():
    folder = SCENARIOS / "faulty"
    result = run("lint", folder / "scenario.yaml")
    assert result.exit_code == 1
    told = 'no flow is called "인사말": write that flow, or name another'
    assert f"{folder / 'scenario.yaml'}:4: {told}" in result.stdout.splitlines()
    assert "this scenario cannot run" in result.stderr


def test_lint_of_what_cannot_even_be_read():
    result = run("lint", SCENARIOS / "misspelled")
    assert result.exit_code == 1
    assert any(line.endswith('unknown step "sya": did you mean "say"?') for line in result.stdout.splitlines())


def test_lint_in_json():
    result = run("lint", SCENARIOS / "faulty", "--json")
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    assert answer["errors"] == sum(problem["severity"] == "error" for problem in answer["problems"])
    assert answer["problems"][0] == {
        "path": str(SCENARIOS / "faulty" / "scenario.yaml"),
        "line": 4,
        "what": 'no flow is called "인사말"',
        "cure": "write that flow, or name another",
        "severity": "error",
    }


def test_warnings_alone_do_not_fail(tmp_path):
    folder = shutil.copytree(SCENARIOS / "good", tmp_path / "shop")
    path = folder / "flows" / "person.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(", 직원 좀 바꿔 줘요, 사람 나와요", ""), "utf-8")
    result = run("lint", folder)
    assert result.exit_code == 0
    assert "warning: only 3 examples" in result.stdout


@pytest.mark.parametrize("line", [100, 1234])
def test_no_line_number_becomes_a_picture(tmp_path, line):
    folder = shutil.copytree(SCENARIOS / "good", tmp_path / "shop")
    path = folder / "flows" / "person.yaml"
    text = path.read_text(encoding="utf-8")
    filler = "#\n" * (line - text.count("\n") - 1)
    path.write_text(f"{text}{filler}  - say: 못 와요\n", encoding="utf-8")
    assert f"person.yaml:{line}: this step cannot be reached" in run("lint", folder).stdout


@pytest.mark.parametrize("place", ["nowhere", "good/flows/person.yaml"])
@pytest.mark.parametrize("command", ["lint", "graph"])
def test_a_path_without_a_scenario_is_one_sentence(command, place):
    result = run(command, SCENARIOS / place)
    assert result.exit_code == 1
    assert "no scenario.yaml here" in result.output
    assert "Traceback" not in result.output


def test_a_graph_is_text_for_mermaid():
    assert run("graph", SCENARIOS / "good").stdout.startswith("flowchart LR\n")
    assert run("graph", SCENARIOS / "good", "--flow", "인사").stdout.startswith("flowchart TD\n")


def test_a_graph_is_a_picture_in_a_file(tmp_path):
    out = tmp_path / "pictures" / "delivery.svg"
    result = run("graph", SCENARIOS / "good", "--flow", "배송 조회", "--format", "svg", "--out", out)
    assert result.exit_code == 0
    assert ElementTree.parse(out).getroot().tag.endswith("svg")


def test_a_graph_on_standard_output_is_whole():
    assert ElementTree.fromstring(run("graph", SCENARIOS / "good", "--format", "svg").stdout).tag.endswith("svg")


def test_a_flow_that_is_not_there_is_told_with_what_was_meant():
    result = run("graph", SCENARIOS / "good", "--flow", "배송조회")
    assert result.exit_code == 1
    assert 'did you mean "배송 조회"?' in result.stderr


def test_schemas_are_written(tmp_path):
    result = run("schema", "--out", tmp_path / "schema", "--json")
    assert sorted(path.name for path in (tmp_path / "schema").iterdir()) == sorted(FILES)
    assert len(json.loads(result.stdout)["files"]) == len(FILES)
