from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.voicebot.dialogue.scenario.faults import SCENARIOS
from voicebot.dialogue.scenario.schema import FILES, schema, schema_text
from voicebot.dialogue.scenario.step import STEPS
from voicebot.dialogue.scenario.yaml_file import read_yaml

PUBLISHED = Path(__file__).parents[4] / "scenarios" / "schema"
FLOW = "flow.schema.json"


def mistakes(name, path):
    return list(Draft202012Validator(schema(name)).iter_errors(read_yaml(path)[0]))


@pytest.mark.parametrize("name", FILES)
def test_the_published_schemas_are_those_of_the_models(name):
    assert (PUBLISHED / name).read_text(encoding="utf-8") == schema_text(name), 'run "aicc flow schema"'


@pytest.mark.parametrize("name", FILES)
def test_they_are_schemas(name):
    Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("path", sorted((SCENARIOS / "good").rglob("*.yaml")), ids=lambda path: path.stem)
def test_a_good_file_fits(path):
    assert mistakes("scenario.schema.json" if path.stem == "scenario" else FLOW, path) == []


@pytest.mark.parametrize("path", sorted((SCENARIOS / "misspelled").rglob("*.yaml")), ids=lambda path: path.stem)
def test_a_misspelled_file_does_not_fit(path):
    assert mistakes("scenario.schema.json" if path.stem == "scenario" else FLOW, path)


@pytest.mark.parametrize("steps", [[{"sya": "네"}], [{"say": "네", "ask": "이름"}], ["네"], [], [{"say": None}]])
def test_steps_that_are_none(steps):
    flow = {"flow": "가", "about": "가", "steps": steps}
    assert not Draft202012Validator(schema(FLOW)).is_valid(flow)


def test_editors_are_offered_every_step_once_with_its_meaning():
    made = schema(FLOW)
    offered = [made["$defs"][form["$ref"].rpartition("/")[2]] for form in made["$defs"]["Step"]["anyOf"]]
    assert {key for key, _ in STEPS} <= {key for step in offered for key in step["required"]}
    assert len(offered) == len(STEPS)
    assert all(step["description"] for step in offered)
    assert made["properties"]["steps"]["items"] == {"$ref": "#/$defs/Step"}
    assert schema_text(FLOW).count("discriminator") == 0


def test_slots_are_told_apart_by_their_type():
    flow = {"flow": "가", "about": "가", "steps": [{"ask": "번호"}]}
    validator = Draft202012Validator(schema(FLOW))
    assert validator.is_valid({**flow, "slots": {"번호": {"type": "digits", "ask": "번호요?", "lengths": [4]}}})
    assert not validator.is_valid({**flow, "slots": {"번호": {"type": "phone", "ask": "번호요?", "lengths": [4]}}})
