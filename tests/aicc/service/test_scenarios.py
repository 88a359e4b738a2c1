"""Which scenario answers, and that an edit reaches new calls once it is good, and not before."""

import asyncio
import shutil
from pathlib import Path

import pytest

from aicc.service import scenarios as scenarios_module
from aicc.service.scenarios import ScenarioInvalid, ScenarioMissing, Scenarios
from voicebot.dialogue.scenario.scenario_file import load_scenario

NURI = Path(__file__).parents[3] / "scenarios" / "nuri"


@pytest.fixture
def company(tmp_path):
    """A folder that a designer works in."""
    folder = tmp_path / "company"
    shutil.copytree(NURI, folder, ignore=shutil.ignore_patterns("tests", "order_service", "__pycache__"))
    return folder


def named(folder, name):
    path = folder / "scenario.yaml"
    path.write_text(path.read_text().replace("scenario: 누리홈쇼핑", f"scenario: {name}"))
    return folder


def test_called_numbers_have_their_scenarios(company, tmp_path):
    night = named(Path(shutil.copytree(company, tmp_path / "night")), "야간")
    scenarios = Scenarios(company, {"02-1234-5678": night}, tmp_path / "copies")
    assert scenarios.answering("0212345678") == scenarios.answering("02 1234 5678") == str(night)
    assert scenarios.answering("15880000") == scenarios.answering("") == str(company)
    assert [scenarios.find(wanted) for wanted in ("야간", "night", str(night), "아침")] == [*[str(night)] * 3, None]
    assert scenarios.names == ["누리홈쇼핑", "야간"]
    assert list(scenarios.folders) == [str(company), str(night)]


def test_two_of_one_name_are_a_mistake(company, tmp_path):
    other = Path(shutil.copytree(company, tmp_path / "other"))
    with pytest.raises(ScenarioMissing, match='are both called "누리홈쇼핑": give one another name'):
        Scenarios(company, {"1": other}, tmp_path / "copies")


def test_a_bad_version_to_begin_with_is_told(company, tmp_path):
    (company / "scenario.yaml").write_text("scenario: x\n")
    with pytest.raises(ScenarioInvalid):
        Scenarios(company, {}, tmp_path / "copies")


def test_a_process_that_starts_in_the_middle_of_an_edit_gets_the_last_good_version(company, tmp_path):
    scenarios = Scenarios(company, {}, tmp_path / "copies")
    flow = company / "flows" / "repeat.yaml"
    good = flow.read_text()
    flow.write_text("flow: [")
    assert not scenarios.refresh()
    assert any("repeat.yaml" in problem for problem in scenarios.problems)
    copy = scenarios.folders[str(company)]
    assert load_scenario(copy).flows.keys() == load_scenario(NURI).flows.keys()
    assert (copy / "faq.csv").read_text() == (NURI / "faq.csv").read_text()
    flow.write_text(good + "\n# 고침\n")
    assert scenarios.refresh()
    assert scenarios.problems == []
    assert scenarios.folders[str(company)] != copy
    assert "# 고침" in (scenarios.folders[str(company)] / "flows" / "repeat.yaml").read_text()
    assert not scenarios.refresh()


def test_what_has_changed_is_told_and_a_folder_that_is_gone_for_a_moment_is_no_end(company, tmp_path, monkeypatch):
    monkeypatch.setattr(scenarios_module, "LOOK_S", 0.001)
    scenarios = Scenarios(company, {}, tmp_path / "copies")
    told = asyncio.Event()

    async def changed():
        told.set()

    async def run():
        watching = asyncio.create_task(scenarios.watch(changed))
        company.rename(tmp_path / "away")
        while not scenarios.problems:
            await asyncio.sleep(0.001)
        (tmp_path / "away").rename(company)
        named(company, "새이름")
        await asyncio.wait_for(told.wait(), 10)
        watching.cancel()

    asyncio.run(run())
    assert scenarios.names == ["새이름"]
    assert scenarios.answering("1588") == scenarios.find("새이름") == str(company)


def test_a_scenario_that_names_files_outside_it_is_read_where_it_is(company, tmp_path):
    shutil.move(company / "faq.csv", tmp_path / "faq.csv")
    path = company / "scenario.yaml"
    path.write_text(path.read_text().replace("[faq.csv]", "[../faq.csv]"))
    assert Scenarios(company, {}, tmp_path / "copies").folders == {str(company): company}
