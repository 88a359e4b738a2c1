"""Rules as a company writes them, and the sample company's."""

import pytest
from pydantic import ValidationError

from assist.suggest.phrases import Phrases
from assist.suggest.rules import SuggestRules


def test_an_empty_section_works():
    rules = SuggestRules.model_validate({})
    assert rules.items == 3 and rules.required == rules.forbidden == ()


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ({"forbidden": [{"name": "a", "say": "b"}]}, "forbids nothing"),
        ({"forbidden": [{"name": "a", "say": "b", "fits": ["네"]}]}, "no word of its own"),
        ({"forbidden": [{"name": "a", "say": "b", "fits": ["/(/"]}]}, "no expression"),
        ({"required": [{"name": "a", "say": "통화 녹음"}, {"name": "a", "say": "배송비 안내"}]}, "two rules"),
        ({"requires": []}, "Extra inputs"),
        ({"worded_within_ms": 0}, "greater than or equal"),
    ],
)
def test_what_cannot_work_is_told(section, told):
    with pytest.raises(ValidationError, match=told):
        SuggestRules.model_validate(section)


def kinds(phrases):
    return {one["rule"]: one["kind"] for one in phrases.shown()}


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("고객님 이건 무조건 환불됩니다", "무조건 환불·교환"),
        ("저희 제품은 백 퍼센트 보장해 드려요", "보장하는 말"),
        ("적립금은 현금으로 바꿔 드릴게요", "적립금을 현금으로"),
        ("비밀번호 좀 불러 주시겠어요", "비밀번호·카드번호 묻기"),
        ("카드번호 전체를 말씀해 주세요", "비밀번호·카드번호 묻기"),
        ("다른 홈쇼핑은 다 가짜예요", "다른 회사 비방"),
        ("주문번호가 뭐야", "반말"),
    ],
)
def test_the_sample_company_forbids(sample_rules, said, rule):
    phrases = Phrases(sample_rules)
    phrases.agent_said(said)
    assert kinds(phrases)[rule] == "forbidden"


@pytest.mark.parametrize(
    "said",
    [
        "네 고객님 확인해 드리겠습니다",
        "반품은 받으신 날부터 7일 안에 하실 수 있습니다",
        "적립금은 현금으로 바꿔 드릴 수 없습니다",
        "무조건 환불되는 것은 아닙니다",
        "다른 상품이 왔다니 죄송합니다",
        "비밀번호는 여쭙지 않습니다",
        "성함과 생년월일을 말씀해 주시겠어요",
    ],
)
def test_the_sample_company_allows(sample_rules, said):
    phrases = Phrases(sample_rules)
    phrases.agent_said(said)
    assert "forbidden" not in kinds(phrases).values()


@pytest.mark.parametrize(
    ("flow", "rule", "said"),
    [
        ("반품·교환", "반품·교환 비용", "마음이 바뀌신 반품은 왕복 배송비 6,000원이 들어요."),
        ("반품·교환", "반품·교환 비용", "불편을 드려 죄송해요. 반품 비용은 받지 않아요."),
        ("AS 예약", "수리 비용", "구입하시고 1년은 무상으로 수리해 드려요"),
    ],
)
def test_the_sample_company_requires_and_hears_its_bot(sample_rules, flow, rule, said):
    phrases = Phrases(sample_rules)
    phrases.flow_entered(flow)
    assert kinds(phrases)[rule] == "required"
    phrases.bot_said(said)
    assert kinds(phrases)[rule] == "said"


def test_the_sample_bots_greeting_tells_of_the_recording(sample_rules):
    phrases = Phrases(sample_rules)
    phrases.bot_said("통화 내용은 상담 품질을 위해 녹음돼요.")
    assert kinds(phrases)["통화 녹음 안내"] == "said"


def test_names_of_the_sample_rules_are_of_its_flows_and_slots(sample_rules, loaded):
    flows = loaded.flows
    slots = {name for flow in flows.values() for name in flow.slots} | set(loaded.scenario.slots)
    types = {settings.type for flow in flows.values() for settings in flow.slots.values()} | {"phone"}
    for rule in sample_rules.required:
        assert set(rule.when.flows) <= set(flows)
        assert set(rule.when.slots) <= slots | types
