from datetime import datetime
from pathlib import Path

import pytest

from voicebot.dialogue.scenario.problem import ScenarioInvalid
from voicebot.dialogue.trial.case_file import find_files, read_cases

TEAHOUSE = Path(__file__).parent / "teahouse"


@pytest.fixture
def write(tmp_path):
    """Writes a file of tests beside a scenario."""
    tmp_path = tmp_path / "scenarios" / "one"
    (tmp_path / "tests").mkdir(parents=True)
    (tmp_path / "scenario.yaml").write_text("scenario: 시험\n", encoding="utf-8")

    def write(text, name="a.yaml"):
        path = tmp_path / "tests" / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def problems(call, *arguments):
    with pytest.raises(ScenarioInvalid) as invalid:
        call(*arguments)
    return [f"{problem.line}: {problem.what}: {problem.cure}" for problem in invalid.value.problems]


def test_tests_are_found_by_scenario_by_file_and_in_folders_of_scenarios(write, tmp_path):
    second, first = write("tests: []", "b.yaml"), write("tests: []")
    folder = (tmp_path / "scenarios" / "one").resolve()
    assert find_files([folder]) == {folder: [first, second]}
    assert find_files([folder / "scenario.yaml"]) == {folder: [first, second]}
    assert find_files([second, second]) == {folder: [second]}
    assert find_files([second, folder]) == {folder: [second, first]}
    assert find_files([tmp_path / "scenarios"]) == {folder: [first, second]}


def test_where_no_tests_are(write, tmp_path):
    folder = tmp_path / "scenarios" / "one"
    assert problems(find_files, [folder]) == ["1: the scenario has no tests: write some into tests/NAME.yaml"]
    assert "no scenario.yaml here" in problems(find_files, [folder / "tests"])[0]
    assert "no scenario.yaml here" in problems(find_files, [folder / "nowhere"])[0]
    alone = folder / "alone.yaml"
    alone.write_text("tests: []")
    assert "not beside a scenario" in problems(find_files, [alone])[0]


def test_every_case_and_step_knows_its_line(write):
    path = write("""\
now: 2026-11-25 14:00
tests:
  - test: 하나
    talk:
      - bot: 네
      - caller: 여보세요
        bot: 네
  - test: 둘
    now: 2026-12-24 09:00
    talk: [silence]
""")
    one, two = read_cases([path])
    assert (one.line, one.talk_lines) == (3, (5, 6))
    assert (two.line, two.talk_lines) == (8, (10,))
    assert one.case.now == datetime(2026, 11, 25, 14)
    assert two.case.now == datetime(2026, 12, 24, 9)


def test_everything_that_is_wrong_is_told_with_line_and_cure(write):
    path = write("""\
tests:
  - test: 하나
    talk:
      - silenced
      - bto: x
        press: 12a
      - caller: 네
        called: GT /a
        handed_off: {reasn: a}
      - caller: 네
        silence: true
      - {}
      -
      - bot: /(/
      - services: {주문: {misbehave: badly}}
  - test: 하나
    tlk: []
    now: yesterday
    ends: opened
""")
    assert problems(read_cases, [path]) == [
        '4: "silenced" is no step: did you mean "silence"?',
        '5: unknown key "bto": did you mean "bot"?',
        '6: "press" cannot be "12a": write the keys 0 to 9, * and #',
        '8: "called" cannot be "GT /a": write "GET /orders/20261122", with the status behind it if it matters',
        '9: unknown key "reasn": did you mean "reason"?',
        "10: the caller does one thing at a time, not caller and silence: make two steps of it",
        "12: an empty step: say what the caller does or what the bot must say",
        "13: an empty step: write it, or delete the dash",
        "14: /(/ is no regular expression (missing ), unterminated subpattern at position 0): "
        "mend it, or leave the slashes out",
        '15: "misbehave" cannot be "badly": write slow, slow=MILLISECONDS, 500, html, huge, drop or none',
        '17: unknown key "tlk": did you mean "talk"?',
        '18: "now" cannot be "yesterday": write 2026-11-22 14:00',
        '19: "ends" cannot be "opened": write hang_up, handoff or open',
    ]


def test_two_tests_of_one_name(write):
    path = write("tests:\n  - {test: 하나, talk: [silence]}\n  - {test: 하나, talk: [silence]}\n")
    assert problems(read_cases, [path]) == ['3: a test of the name "하나" is in line 2: give one of them another name']


def test_what_is_no_yaml_and_what_has_no_tests(write):
    broken, empty = write("tests: [", "a.yaml"), write("test: []", "b.yaml")
    said = problems(read_cases, [broken, empty])
    assert len(said) == 2
    assert 'unknown key "test": did you mean "tests"?' in said[1]


def test_the_tea_house_reads(write):
    assert len(read_cases(find_files([TEAHOUSE])[TEAHOUSE.resolve()])) == 6
