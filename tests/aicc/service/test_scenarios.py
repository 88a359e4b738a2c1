"""Which scenario answers, and that an edit reaches new calls once it is good, and not before."""

import asyncio
import shutil
from pathlib import Path

import pytest

from aicc.service import scenarios as scenarios_module
from aicc.service.scenarios import ScenarioInvalid, ScenarioMissing, Scenarios, ingested_ids
from kb.catalogue import Catalogue, Shelved
from kb.entry import Entry
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


# ---- the files beside scenario.yaml


def copied(scenarios, company):
    return scenarios.folders[str(company)]


def test_a_process_that_starts_beside_a_broken_faq_gets_the_last_good_one(company, tmp_path):
    scenarios = Scenarios(company, {}, tmp_path / "copies")
    copy, faq = copied(scenarios, company), company / "faq.csv"
    good = faq.read_text()
    faq.write_text(good + "\n새것,배송\n")
    assert not scenarios.refresh()
    [problem] = scenarios.problems
    assert problem.startswith(f"{faq}:")
    assert copied(scenarios, company) == copy
    assert (copy / "faq.csv").read_text() == good
    row = good.splitlines()[1].split(",", 1)[1].replace("?", "요?", 1)
    faq.write_text(f"{good.rstrip()}\nnew-entry,{row}\n")
    assert scenarios.refresh()
    assert scenarios.problems == []
    assert "new-entry" in (copied(scenarios, company) / "faq.csv").read_text()


@pytest.mark.parametrize("name", ["synonyms.yaml", "addresses.txt"])
def test_what_else_scenario_yaml_names_is_kept_as_it_was_good(company, tmp_path, name):
    scenarios = Scenarios(company, {}, tmp_path / "copies")
    good = (company / name).read_bytes()
    (company / name).write_text("- 1\n" * 3)
    assert not scenarios.refresh()
    assert len(scenarios.problems) == 1
    assert (copied(scenarios, company) / name).read_bytes() == good


def test_knowledge_may_lie_in_folders_and_anywhere(company, tmp_path):
    (company / "docs" / "more").mkdir(parents=True)
    (company / "docs" / "more" / "stock.csv").write_text("id,question,answer\nstock,재고 있어요?,있습니다.\n")
    elsewhere = tmp_path / "shared.csv"
    elsewhere.write_text("id,question,answer\ngift,선물 포장 되나요?,됩니다.\n")
    path = company / "scenario.yaml"
    path.write_text(path.read_text().replace("[faq.csv]", f"[faq.csv, docs, {elsewhere}]"))
    scenarios = Scenarios(company, {}, tmp_path / "copies")
    copy = copied(scenarios, company)
    assert not copy.joinpath("docs").is_symlink()
    (company / "docs" / "more" / "stock.csv").write_text("nothing")
    assert "재고" in (copy / "docs" / "more" / "stock.csv").read_text()
    assert not scenarios.refresh()
    assert "stock.csv" in scenarios.problems[0]


def test_a_flow_may_serve_what_was_ingested(company, tmp_path):
    path = company / "flows" / "repeat.yaml"
    path.write_text(path.read_text().replace("examples:", "questions: [ingested]\nexamples:", 1))
    with pytest.raises(ScenarioInvalid, match='no entry "ingested"'):
        Scenarios(company, {}, tmp_path / "copies", lambda: {"other"})
    assert Scenarios(company, {}, tmp_path / "copies", lambda: {"ingested"}).problems == []
    assert Scenarios(company, {}, tmp_path / "copies").problems == [], "nobody here can tell"


def test_the_ids_of_what_was_ingested(tmp_path):
    assert ingested_ids(tmp_path / "none") == set()
    shelved = Shelved(Entry("parking", "주차할 수 있나요?", "두 시간 무료입니다."), "a.csv")
    Catalogue((shelved,), "bundled", 8).write(tmp_path)
    assert ingested_ids(tmp_path) == {"parking"}


def test_old_versions_do_not_pile_up(company, tmp_path):
    copies = tmp_path / "copies"
    scenarios = Scenarios(company, {}, copies)
    for number in range(5):
        named(company, f"판{number}")
        path = company / "scenario.yaml"
        assert scenarios.refresh()
        assert len(list(copies.iterdir())) == 2, "a process that starts just now may still read the one before"
        path.write_text(path.read_text().replace(f"scenario: 판{number}", "scenario: 누리홈쇼핑"))
    assert (company / "faq.csv").exists()


def test_what_is_edited_while_it_is_copied_is_taken_up_when_it_is_good_again(company, tmp_path, monkeypatch):
    scenarios = Scenarios(company, {}, tmp_path / "copies")
    faq, copy = company / "faq.csv", copied(scenarios, company)
    good = faq.read_text()
    copyfile = shutil.copyfile

    def copy_and_edit(source, target, **how):
        copyfile(source, target, **how)
        faq.write_text("torn")

    faq.write_text(good + "\n")
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(scenarios_module.shutil, "copyfile", copy_and_edit)
        assert not scenarios.refresh()
    assert not scenarios.refresh()
    assert scenarios.problems
    assert copied(scenarios, company) == copy
    assert (copy / "faq.csv").read_text() == good
    faq.write_text(good + "\n\n")
    assert scenarios.refresh()
    assert load_scenario(copied(scenarios, company))


def test_a_look_that_fails_in_an_unforeseen_way_is_not_the_last(company, tmp_path, monkeypatch):
    monkeypatch.setattr(scenarios_module, "LOOK_S", 0.001)
    scenarios = Scenarios(company, {}, tmp_path / "copies")
    looks = []

    def look():
        looks.append(len(looks))
        if len(looks) == 1:
            raise RuntimeError("nobody thought of this")
        return True

    monkeypatch.setattr(scenarios, "refresh", look)

    async def run():
        told = asyncio.Event()

        async def changed():
            told.set()

        watching = asyncio.create_task(scenarios.watch(changed))
        await asyncio.wait_for(told.wait(), 10)
        watching.cancel()

    asyncio.run(run())
    assert len(looks) >= 2
