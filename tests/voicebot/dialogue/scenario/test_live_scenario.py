import shutil

import pytest

from tests.voicebot.dialogue.scenario.faults import SCENARIOS
from voicebot.dialogue.scenario.live_scenario import LiveScenario
from voicebot.dialogue.scenario.problem import ScenarioInvalid


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(SCENARIOS / "good", tmp_path / "shop")


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_an_edit_is_taken_over(folder):
    live = LiveScenario(folder)
    before = live.current
    edit(folder / "scenario.yaml", "company: 시험쇼핑", "company: 새이름쇼핑")
    assert live.refresh() == ()
    assert live.current.scenario.company == "새이름쇼핑"
    assert before.scenario.company == "시험쇼핑", "calls that run keep their version"


def test_nothing_is_read_where_nothing_changed(folder):
    live = LiveScenario(folder)
    before = live.current
    assert live.refresh() == ()
    assert live.current is before


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("say: 네,", "sya: 네,", 'unknown key "sya"'),
        ("steps:", "steps: [", "not YAML"),
        ("  - handoff: 일반", "  - link: 없는 흐름", 'no flow is called "없는 흐름"'),
    ],
)
def test_the_last_good_version_stays_until_the_mistake_is_mended(folder, old, new, what):
    live = LiveScenario(folder)
    before, path = live.current, folder / "flows" / "person.yaml"
    if "link" in new:
        edit(path, "    say: 네, 상담사에게 연결해 드릴게요.\n", "")
    edit(path, old, new)
    problems = live.refresh()
    assert any(what in problem.what for problem in problems)
    assert live.current is before
    assert live.refresh() == problems, "they stay told"
    edit(path, new, old)
    assert live.refresh() == ()


def test_flows_come_and_go(folder):
    live = LiveScenario(folder)
    text = (folder / "flows" / "greeting.yaml").read_text(encoding="utf-8")
    new = text.replace("flow: 인사", "flow: 새 흐름\nexamples: [새로, 새로운, 새것, 새거, 새게]")
    (folder / "flows" / "new.yaml").write_text(new, encoding="utf-8")
    assert not [problem for problem in live.refresh() if problem.severity == "error"]
    assert "새 흐름" in live.current.flows
    (folder / "flows" / "new.yaml").unlink()
    live.refresh()
    assert "새 흐름" not in live.current.flows


def test_a_folder_that_disappears_changes_nothing(folder):
    live = LiveScenario(folder / "scenario.yaml")
    before = live.current
    shutil.rmtree(folder)
    assert live.refresh()
    assert live.current is before


def test_there_is_no_service_without_a_good_version():
    with pytest.raises(ScenarioInvalid):
        LiveScenario(SCENARIOS / "faulty")
