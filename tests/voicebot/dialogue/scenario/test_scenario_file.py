import shutil

import pytest

from tests.voicebot.dialogue.scenario.faults import SCENARIOS
from voicebot.dialogue.scenario.problem import ScenarioInvalid
from voicebot.dialogue.scenario.scenario_file import load_scenario
from voicebot.dialogue.scenario.slot_settings import OrderNumber, Phone


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(SCENARIOS / "good", tmp_path / "shop")


def test_a_folder_is_read_with_all_its_flows(folder):
    loaded = load_scenario(folder)
    assert loaded.scenario.company == "시험쇼핑"
    assert set(loaded.flows) == {"인사", "배송 조회", "문자 보내기", "상담사 연결", "해피콜"}
    assert loaded.folder == folder
    assert load_scenario(folder / "scenario.yaml").flows == loaded.flows


def test_a_slot_is_the_flows_own_or_the_scenarios(folder):
    loaded = load_scenario(folder)
    flow = loaded.flows["배송 조회"]
    assert isinstance(loaded.slot(flow, "주문번호"), OrderNumber)
    assert isinstance(loaded.slot(flow, "전화번호"), Phone)
    with pytest.raises(KeyError):
        loaded.slot(flow, "없는것")


def test_every_flow_knows_where_it_is_written(folder):
    source = load_scenario(folder).flow_sources["문자 보내기"]
    assert source.path == folder / "flows" / "message.yaml"
    assert "message:" in source.path.read_text(encoding="utf-8").splitlines()[source.line(("steps", 1)) - 1]


def test_problems_of_all_files_are_told_together(folder):
    (folder / "flows" / "greeting.yaml").write_text("flow: [", encoding="utf-8")
    (folder / "flows" / "person.yaml").write_bytes(b"\0\1\2")
    (folder / "scenario.yaml").write_text("scenario: 시험\n", encoding="utf-8")
    with pytest.raises(ScenarioInvalid) as invalid:
        load_scenario(folder)
    assert {problem.path.name for problem in invalid.value.problems} == {
        "greeting.yaml",
        "person.yaml",
        "scenario.yaml",
    }
    first, count = invalid.value.problems[0], len(invalid.value.problems)
    assert str(invalid.value) == f"{first} (and {count - 1} more)"


def test_two_flows_of_one_name_are_told_at_the_second(folder):
    shutil.copy(folder / "flows" / "greeting.yaml", folder / "flows" / "other.yaml")
    with pytest.raises(ScenarioInvalid) as invalid:
        load_scenario(folder)
    (problem,) = invalid.value.problems
    assert (problem.path.name, problem.line) == ("other.yaml", 2)
    assert "greeting.yaml:2" in problem.what


def test_a_scenario_without_flows_is_none(folder):
    shutil.rmtree(folder / "flows")
    with pytest.raises(ScenarioInvalid, match="has no flows"):
        load_scenario(folder)


@pytest.mark.parametrize("place", ["nowhere", "flows", "flows/person.yaml", "faq.csv"])
def test_what_is_no_scenario_is_told(folder, place):
    with pytest.raises(ScenarioInvalid, match=r"no scenario\.yaml here"):
        load_scenario(folder / place)
