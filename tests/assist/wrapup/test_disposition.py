import pytest
from pydantic import ValidationError

from assist.wrapup.calibration import calibration_error, fitted
from assist.wrapup.disposition import Codes, Walked
from assist.wrapup.rules import WrapUpRules


@pytest.fixture(scope="module")
def codes(rules, embedding):
    return Codes(rules, embedding)


def suggest(codes, *walked, **slots):
    return codes.suggest(list(walked), slots, [], [], has_spoken=True)


@pytest.mark.parametrize(
    "wish", ["여보세요 거기 중국집이죠", "도서관에 책을 반납해야 되는데요", "병원 예약하려고요", "내일 비가 오나요"]
)
def test_what_no_company_of_its_kind_does_is_told_with_doubt(codes, wish):
    suggested = codes.by_meaning([wish])
    assert suggested is None or suggested.confidence < 0.4


def test_a_flow_that_helped_tells_the_code(codes):
    assert suggest(codes, Walked("주문 취소", is_open=False, has_helped=True)).code == "O10"


def test_slots_tell_flows_of_two_codes_apart(codes):
    walked = Walked("반품·교환", is_open=False, has_helped=True)
    assert suggest(codes, walked, 종류="반품").code == "R10"
    assert suggest(codes, walked, 종류="교환").code == "R20"


def test_the_flow_that_helped_counts_more_than_the_last(codes):
    first = Walked("배송 조회", is_open=False, has_helped=True)
    last = Walked("주문 취소", is_open=True, has_helped=False)
    both = suggest(codes, first, last)
    assert both.code == "D10"
    assert both.confidence < suggest(codes, first).confidence


def test_asking_for_a_person_in_a_flow_is_still_about_the_flow(codes):
    walked = (
        Walked("환불 조회", is_open=True, has_helped=False),
        Walked("상담사 연결", is_open=True, has_helped=False),
    )
    assert suggest(codes, *walked).code == "R30"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("니트가 작아서 반품하고 싶은데요", "R10"),
        ("환불이 왜 이렇게 안 들어와요", "R30"),
        ("현금영수증 좀 해 주세요", "P10"),
        ("세탁기가 고장 났어요 수리해 주세요", "S10"),
        ("적립금이 얼마나 있나요", "M10"),
    ],
)
def test_what_was_said_tells_the_code_where_no_flow_does(codes, said, code):
    assert codes.by_meaning([said]).code == code


def test_a_clear_sentence_is_surer_than_an_unclear_one(codes):
    clear = codes.by_meaning(["현금영수증을 끊어 주세요"]).confidence
    assert 0 <= codes.by_meaning(["음 그게 있잖아요"]).confidence < clear <= 1


def test_rules_of_codes_that_do_not_fit_are_refused():
    with pytest.raises(ValidationError, match="given twice: A"):
        WrapUpRules.model_validate({"codes": [{"code": "A", "label": "가"}, {"code": "A", "label": "나"}]})
    with pytest.raises(ValidationError, match='no code "B"'):
        WrapUpRules.model_validate({"codes": [{"code": "A", "label": "가"}], "otherwise": "B"})


def test_flows_of_the_rules_are_those_of_the_scenario(rules):
    from pathlib import Path

    from voicebot.dialogue.scenario.scenario_file import load_scenario

    assert rules.flows <= set(load_scenario(Path("scenarios/nuri")).flows)


def test_the_fit_finds_the_constants_that_made_the_data():
    import numpy as np

    chance = np.random.default_rng(7)
    likeness, lead = chance.random(4_000), chance.random(4_000)
    certainty = 1 / (1 + np.exp(-(1.0 * likeness + 6.0 * lead - 2.0)))
    is_right = (chance.random(4_000) < certainty).astype(float)
    assert fitted(likeness, lead, is_right) == pytest.approx([1.0, 6.0, -2.0], abs=0.6)
    assert calibration_error(certainty, is_right) < 0.03
    assert calibration_error(np.ones(4_000), is_right) > 0.1
