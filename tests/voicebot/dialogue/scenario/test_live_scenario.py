import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.voicebot.dialogue.scenario.faults import SCENARIOS
from voicebot.dialogue.scenario.lint import lint
from voicebot.dialogue.scenario.live_scenario import LiveScenario
from voicebot.dialogue.scenario.problem import ScenarioInvalid
from voicebot.dialogue.scenario.scenario_file import load_scenario


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


# ---- the files that scenario.yaml names

ROW = "2,배송,반품비는 얼마예요?,육천 원입니다.,\n"


@pytest.fixture
def with_all(folder):
    """A scenario that names files of each kind."""
    (folder / "synonyms.yaml").write_text("배송비: [택배비]\n", encoding="utf-8")
    (folder / "more").mkdir()
    (folder / "more" / "answers.md").write_text(
        "# 주차\n\n## 주차할 수 있나요?\n\n두 시간 무료입니다.\n", encoding="utf-8"
    )
    edit(folder / "scenario.yaml", "[faq.csv]", "[faq.csv, more]\nsynonyms: synonyms.yaml")
    return folder


@pytest.mark.parametrize("name", ["faq.csv", "synonyms.yaml", "more/answers.md", "more/new.csv"])
def test_an_edit_beside_the_flows_is_a_new_version(with_all, name):
    live = LiveScenario(with_all)
    before, path = live.current, with_all / name
    header = "id,category,question,answer,tags\n"
    text = path.read_text(encoding="utf-8") if path.exists() else header
    added = {"faq.csv": ROW, "new.csv": ROW, "synonyms.yaml": "반품: [환불]\n"}.get(path.name, "\n무료예요.\n")
    path.write_text(text + added, encoding="utf-8")
    assert live.refresh() == ()
    assert live.current is not before


@pytest.mark.parametrize(
    ("name", "broken", "what"),
    [
        ("faq.csv", "3,배송\n", "faq.csv:3: "),
        ("synonyms.yaml", "반품:\n", 'synonyms.yaml line 2: "반품" has no list of words: write'),
        ("more/answers.md", None, "more"),
    ],
)
def test_a_broken_file_keeps_the_last_good_version(with_all, name, broken, what):
    live = LiveScenario(with_all)
    before, path = live.current, with_all / name
    good = path.read_text(encoding="utf-8")
    if broken is None:
        path.unlink()
    else:
        path.write_text(good + broken, encoding="utf-8")
    [problem] = live.refresh()
    assert what in str(problem)
    assert live.current is before
    assert live.refresh() == (problem,), "it stays told"
    path.write_text(good + "\n", encoding="utf-8")
    assert live.refresh() == ()


def test_a_file_that_is_named_before_it_is_written(folder):
    live = LiveScenario(folder)
    edit(folder / "scenario.yaml", "[faq.csv]", "[faq.csv, new.csv]")
    assert 'no file "new.csv"' in live.refresh()[0].what
    (folder / "new.csv").write_text("id,question,answer\n7,주차돼요?,됩니다.\n", encoding="utf-8")
    assert live.refresh() == (), "it is looked for although the version that names it was no good"
    assert live.current.scenario.knowledge == ["faq.csv", "new.csv"]


def test_a_flow_cannot_serve_an_entry_that_is_gone(folder):
    edit(folder / "flows" / "person.yaml", "steps:", "questions: ['1']\nsteps:")
    ingested = {"7"}
    live = LiveScenario(folder, lambda: ingested)
    before = live.current
    edit(folder / "faq.csv", "\n1,", "\n11,")
    [problem] = live.refresh()
    assert problem.severity == "error"
    assert problem.what == 'no entry "1" in what the scenario knows'
    assert problem.cure == 'did you mean "11"?'
    assert live.current is before
    ingested.add("1")
    (folder / "faq.csv").touch()
    assert live.refresh() == (), "it may have been ingested"


def test_where_nobody_knows_what_was_ingested_an_unknown_entry_is_a_warning(folder):
    edit(folder / "flows" / "person.yaml", "steps:", "questions: ['9']\nsteps:")
    [problem] = lint(load_scenario(folder))
    assert (problem.severity, problem.cure) == ("warning", "check its id, or ingest it")
    LiveScenario(folder)


def test_addresses_that_are_none(folder):
    edit(folder / "scenario.yaml", "[faq.csv]", "[faq.csv]\naddresses: addresses.txt")
    (folder / "addresses.txt").write_text("서울", encoding="utf-8")
    with pytest.raises(ScenarioInvalid, match=r"scenario\.yaml:7: .*has no address in the official layout"):
        LiveScenario(folder)


def test_it_knows_whether_the_files_are_as_they_were_read(with_all):
    live = LiveScenario(with_all)
    assert live.is_as_read
    with (with_all / "faq.csv").open("a", encoding="utf-8") as faq:
        faq.write(ROW)
    assert not live.is_as_read
    live.refresh()
    assert live.is_as_read


def test_the_front_may_look_without_models():
    look = """
import sys
from pathlib import Path
from voicebot.dialogue.scenario.live_scenario import LiveScenario
LiveScenario(Path(sys.argv[1]))
print(*sys.modules)
"""
    nuri = Path(__file__).parents[4] / "scenarios" / "nuri"
    done = subprocess.run([sys.executable, "-c", look, nuri], capture_output=True, text=True, check=True)
    assert not {"onnxruntime", "kiwipiepy", "faster_whisper", "torch"} & set(done.stdout.split())
