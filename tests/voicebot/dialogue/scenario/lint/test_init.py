"""All that lint finds, as it is marked in the faulty files themselves."""

import shutil

import pytest

from tests.timing import timed
from tests.voicebot.dialogue.scenario.faults import SCENARIOS, compared, marked
from voicebot.dialogue.scenario.lint import lint
from voicebot.dialogue.scenario.scenario_file import load_scenario

FLOWS = 20
LIMIT_S = 1.0


def linted(folder, **options):
    return [str(problem).partition("flows/")[2] for problem in lint(load_scenario(folder), **options)]


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(SCENARIOS / "good", tmp_path / "shop")


def add(folder, name, text):
    (folder / "flows" / f"{name}.yaml").write_text(text, encoding="utf-8")


def test_nothing_is_wrong_with_a_good_scenario():
    assert lint(load_scenario(SCENARIOS / "good")) == []


def test_every_fault_is_told_once_with_line_and_cure():
    problems = lint(load_scenario(SCENARIOS / "faulty"))
    missing, unexpected = compared(problems, marked(SCENARIOS / "faulty"))
    assert not missing
    assert not unexpected
    assert all(problem.cure for problem in problems)


def test_problems_come_file_by_file_and_line_by_line():
    problems = lint(load_scenario(SCENARIOS / "faulty"))
    order = [(problem.path.name != "scenario.yaml", problem.path, problem.line) for problem in problems]
    assert order == sorted(order)


def test_names_that_calls_bring_with_them_are_known(folder):
    add(folder, "happy_call", "flow: 해피콜\nabout: 안부\nsteps:\n  - say: '{고객이름}님, 안녕하세요.'\n")
    assert linted(folder) == [
        'happy_call.yaml:4: warning: nothing gives "고객이름" a value: '
        "name it under `variables` in scenario.yaml if whoever places the call brings it along"
    ]
    assert linted(folder, call_variables=["고객이름"]) == []


def test_a_slot_that_is_kept_for_the_call_is_known_to_other_flows(folder):
    head = "flow: 가\nabout: 가\nexamples: [가, 나, 다, 라, 마]\nsteps:\n"
    add(folder, "other", head + "  - say: '{만족}'\n  - say: '{전화번호}'\n")
    assert [line.partition(": warning: ")[2][:4] for line in linted(folder)] == ['"만족"']
    path = folder / "flows" / "happy_call.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("{type: choice,", "{type: choice, keep: call,"), "utf-8")
    assert linted(folder) == []


def test_a_longer_circle_is_named_in_order_and_once(folder):
    names = "가나다라"
    for number, name in enumerate(names):
        after = names[(number + 1) % len(names)]
        add(folder, f"circle{number}", f"flow: {name}\nabout: 가\nsteps:\n  - when: 회사\n    link: {after}\n")
    add(folder, "start_of_circle", "flow: 입구\nabout: 가\nexamples: [가, 나, 다, 라, 마]\nsteps:\n  - link: 가\n")
    (told,) = linted(folder)
    assert told.startswith("circle0.yaml:5: flows link in a circle: 가 → 나 → 다 → 라 → 가")


def test_a_loop_through_another_flow_that_asks_is_no_silent_one(folder):
    head = "flow: 입구\nabout: 가\nexamples: [가, 나, 다, 라, 마]\nsteps:\n  - id: 위\n    link: {}\n"
    tail = "  - when: 회사\n    go: 위\n"
    add(folder, "loop", head.format("문자 보내기") + tail)
    assert linted(folder) == []
    add(folder, "loop", head.format("인사") + tail)
    (told,) = linted(folder)
    assert "never asked anything" in told


def test_a_misspelled_service_or_file_is_told_with_what_was_meant(folder):
    path = folder / "scenario.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("[faq.csv]", "[fag.csv]"), "utf-8")
    (problem,) = lint(load_scenario(folder))
    assert (problem.what, problem.cure) == ('no file "fag.csv"', 'did you mean "faq.csv"?')


def test_twenty_flows_take_less_than_a_second(folder):
    flow = (folder / "flows" / "delivery.yaml").read_text(encoding="utf-8")
    examples, rest = flow.partition("examples:\n")[2].partition("slots:\n")[::2]
    for number in range(FLOWS):
        own = "".join(
            f"  - {line[4:]} {chr(0xAC00 + number)}{count}\n" for count, line in enumerate(examples.splitlines() * 4)
        )
        text = f"flow: 조회 {number}\nabout: 조회\nexamples:\n{own}slots:\n{rest}"
        for said in ("이용해", "지금은", "이미"):  # no two templates alike: each is compiled
            text = text.replace(said, f"{said} {number}")
        add(folder, f"flow{number}", text)
    with timed() as spent:
        problems = lint(load_scenario(folder))
    assert problems == []
    assert spent.s < LIMIT_S
