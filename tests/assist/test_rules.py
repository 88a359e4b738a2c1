"""A company's rules for its helpers."""

import shutil
from pathlib import Path

import pytest

import scenarios.nuri
from assist.rules import Rules, RulesInvalid, load_rules, rules_problems
from voicebot.dialogue.scenario.live_scenario import LiveScenario

SAMPLE = Path(scenarios.nuri.__file__).parent / "assist"


def test_the_sample_company_has_rules_for_every_helper():
    rules = load_rules(SAMPLE)
    assert rules.suggest.required and rules.suggest.forbidden
    assert rules.mood.keywords and len(rules.wrapup.codes) >= 12


def test_without_rules_there_are_defaults(tmp_path):
    assert load_rules(None) == load_rules(tmp_path) == Rules()


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("mood.yaml", "anger: {angry_from: 2}\n", "mood.yaml:1: anger.angry_from: "),
        ("mood.yaml", "\nfury: 1\n", "mood.yaml:2: fury: is no key here: keys are anger, "),
        ("wrapup.yaml", "codes: [\n", "wrapup.yaml:2: "),
        ("moods.yaml", "anger: {}\n", "moods.yaml:1: belongs to no helper: rename it: suggest.yaml, "),
        ("suggest.yml", "required: []\n", "suggest.yml:1: belongs to no helper"),
    ],
)
def test_what_cannot_be_used_is_named_with_the_cure(tmp_path, name, text, problem):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(RulesInvalid) as invalid:
        load_rules(tmp_path)
    assert problem in str(invalid.value)


def test_a_folder_that_is_none(tmp_path):
    with pytest.raises(RulesInvalid, match=r"no folder of rules: make one with suggest\.yaml"):
        load_rules(tmp_path / "rules")


def test_a_mistake_keeps_the_last_good_version_of_a_scenario(tmp_path):
    shutil.copytree(SAMPLE.parent, tmp_path / "nuri")
    rules = tmp_path / "nuri" / "assist" / "mood.yaml"
    scenario = LiveScenario(tmp_path / "nuri", judge=rules_problems)
    before, text = scenario.current, rules.read_text(encoding="utf-8")
    rules.write_text("fury: 1\n", encoding="utf-8")
    [problem] = [one for one in scenario.refresh() if one.severity == "error"]
    assert problem.path == rules and scenario.current is before
    rules.write_text(text + "\n", encoding="utf-8")
    assert not scenario.refresh() and scenario.current is not before
