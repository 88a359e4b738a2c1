"""All of a file's mistakes, as they are marked in the files themselves."""

import pytest

from tests.voicebot.dialogue.scenario.faults import SCENARIOS, compared, marked
from voicebot.dialogue.scenario.problem import ScenarioInvalid
from voicebot.dialogue.scenario.scenario_file import load_scenario

HEAD = "flow: 가\nabout: 가\nexamples: [가]\n"


def problems_of(tmp_path, flow, scenario="scenario: 시험\ncompany: 시험\nstart: 가\n"):
    (tmp_path / "flows").mkdir(exist_ok=True)
    (tmp_path / "scenario.yaml").write_text(scenario, encoding="utf-8")
    (tmp_path / "flows" / "flow.yaml").write_text(flow, encoding="utf-8")
    with pytest.raises(ScenarioInvalid) as invalid:
        load_scenario(tmp_path)
    return [(problem.line, problem.what, problem.cure) for problem in invalid.value.problems]


def test_every_mistake_is_told_once_with_line_and_cure():
    with pytest.raises(ScenarioInvalid) as invalid:
        load_scenario(SCENARIOS / "misspelled")
    missing, unexpected = compared(invalid.value.problems, marked(SCENARIOS / "misspelled"))
    assert not missing
    assert not unexpected


def test_a_key_that_is_misspelled_is_not_also_missing(tmp_path):
    assert problems_of(tmp_path, HEAD + "stpes:\n  - say: 네\n") == [
        (4, 'unknown key "stpes" in the file', 'did you mean "steps"?')
    ]


def test_a_rule_between_keys_is_told_at_one_of_them(tmp_path):
    told = problems_of(tmp_path, HEAD + "kind: main\nrepairs: silence\nsteps: [{say: 네}]\n")
    assert [(line, cure) for line, _, cure in told] == [(5, "its kind is global or repair")]
    ((line, what, _),) = problems_of(tmp_path, HEAD + "kind: repair\nsteps: [{say: 네}]\n")
    assert line == 4
    assert "repairs" in what


def test_the_bots_own_sentences_are_known_by_name(tmp_path):
    scenario = "scenario: 시험\ncompany: 시험\nstart: 가\nsentences:\n  gooodbye: 네\n"
    assert problems_of(tmp_path, HEAD + "steps: [{say: 네}]\n", scenario) == [
        (5, 'the bot has no sentence "gooodbye" of its own', 'did you mean "goodbye"?')
    ]


@pytest.mark.parametrize(
    ("steps", "line", "what"),
    [
        ("steps: 네", 4, '"steps" is the text "네"'),
        ("steps: {say: 네}", 4, '"steps" is KEY: VALUE'),
        ("steps:", 4, '"steps" is empty'),
        ("steps: [[{say: 네}]]", 4, "a list is no step"),
        ("steps: [{call: a, path: /, timeout_ms: 1}]", 4, '"timeout_ms" cannot be "1"'),
        ("steps: [{say: 네, interruptible: 글쎄}]", 4, '"interruptible" cannot be "글쎄"'),
        ("steps: [{say: 네, when: true}]", 4, '"when" wants a text, not true'),
        ("steps: [{ask: [1]}]", 4, "an entry wants a text, not the number 1"),
        ("steps: [{say: 네, go: [가]}]", 4, '"go" is a list'),
    ],
)
def test_wrong_values_are_named(tmp_path, steps, line, what):
    ((found_line, found, cure),) = problems_of(tmp_path, HEAD + steps + "\n")
    assert (found_line, found[: len(what)]) == (line, what)
    assert cure
