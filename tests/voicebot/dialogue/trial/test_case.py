import pytest
from pydantic import ValidationError

from voicebot.dialogue.trial.case import Case, CaseFile


def case(*talk, **more):
    return Case.model_validate({"test": "시험", "talk": list(talk), **more})


def test_a_word_alone_is_a_step():
    silence, hang_up = case("silence", "hang_up").talk
    assert silence.silence
    assert hang_up.hang_up
    assert silence.is_turn
    assert not case({"bot": "네"}).talk[0].is_turn


def test_one_text_is_a_list_of_one_and_numbers_are_texts():
    step = case({"bot": "네", "absent": 500, "called": "GET /orders/1", "press": 1}).talk[0]
    assert (step.bot, step.absent, step.called, step.press) == (["네"], ["500"], ["GET /orders/1"], "1")


def test_a_call_may_say_what_its_body_has():
    [called] = case({"called": [{"POST /messages 200": {"to": "010"}}]}).talk[0].called
    assert called == {"POST /messages 200": {"to": "010"}}


@pytest.mark.parametrize(
    "step",
    [
        {},
        {"bot": ""},
        {"bot": "/(/"},
        {"caller": "네", "press": "1"},
        {"confidence": 0.4},
        {"caller": "네", "confidence": 2},
        {"press": "12a"},
        {"called": "FETCH /orders"},
        {"services": {"주문": {"misbehave": "badly"}}},
        {"within_ms": 0},
        {"unknown": 1},
    ],
)
def test_what_is_no_step(step):
    with pytest.raises(ValidationError):
        case(step)


def test_the_schema_tells_editors_of_every_way_to_write_a_step():
    made = CaseFile.model_json_schema()
    forms = made["$defs"]["Case"]["properties"]["talk"]["items"]["anyOf"]
    assert {"enum": ["silence", "hang_up"], "type": "string"} in forms
    bot = made["$defs"]["Talk"]["properties"]["bot"]["anyOf"]
    assert {form.get("type", "text") for form in bot} == {"array", "text"}
    assert all("description" in value for value in made["$defs"]["Talk"]["properties"].values())
