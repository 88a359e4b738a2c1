"""What has to be told, and what must not be said."""

import pytest

from assist.suggest.phrases import Phrases
from assist.suggest.rules import SuggestRules

RULES = SuggestRules.model_validate(
    {
        "required": [
            {"name": "녹음", "say": "상담 통화는 녹음됩니다."},
            {"name": "개인정보", "when": {"slots": ["phone", "이름"]}, "say": "본인 확인을 위해 여쭙겠습니다."},
            {
                "name": "해지 환급금",
                "when": {"words": ["보험 해지", "/깨고 싶/"]},
                "say": "해지 환급금은 납입하신 보험료보다 적거나 없을 수 있습니다.",
                "fits": ["환급금이 보험료보다 적을 수 있습니다"],
            },
            {"name": "반품비", "when": {"flows": ["반품"]}, "say": "왕복 배송비 6,000원이 듭니다."},
        ],
        "forbidden": [
            {"name": "보장", "fits": ["100% 보장합니다", "/원금.{0,4}보장/"], "say": "원금 손실이 있을 수 있습니다."},
            {"name": "반말", "informal": True, "say": "높임말로 말씀해 주세요."},
        ],
    }
)


def kinds(phrases):
    return {one["rule"]: one["kind"] for one in phrases.shown()}


@pytest.fixture
def phrases():
    return Phrases(RULES)


def test_a_phrase_without_conditions_is_due_at_once(phrases):
    assert kinds(phrases) == {"녹음": "required"}


def test_it_is_missing_once_the_agent_has_spoken_without_it(phrases):
    phrases.agent_said("네 고객님 무엇을 도와드릴까요")
    assert phrases.shown() == ({"rule": "녹음", "kind": "missing", "text": "상담 통화는 녹음됩니다."},)
    phrases.agent_said("네 확인해 보겠습니다")
    assert kinds(phrases)["녹음"] == "missing"


def test_it_is_said_when_anybody_has_said_it(phrases):
    phrases.bot_said("통화 내용은 상담 품질을 위해 녹음돼요.")
    phrases.bot_said("상담 통화는 녹음돼요.")
    assert kinds(phrases)["녹음"] == "said"
    phrases.agent_said("네 고객님")
    assert kinds(phrases)["녹음"] == "said"


def test_what_was_missing_can_be_made_up_for(phrases):
    phrases.agent_said("네 고객님")
    phrases.agent_said("상담하시는 통화는 녹음되고 있습니다")
    assert kinds(phrases)["녹음"] == "said"


def test_a_slot_brings_its_notice_by_name_or_type(phrases):
    phrases.about_to_ask({"주문번호", "order_number"})
    assert "개인정보" not in kinds(phrases)
    phrases.about_to_ask({"연락처", "phone"})
    assert kinds(phrases)["개인정보"] == "required"


def test_a_notice_that_came_before_it_was_due_counts(phrases):
    phrases.agent_said("먼저 본인 확인을 위해 몇 가지 여쭙겠습니다")
    phrases.about_to_ask({"이름"})
    assert kinds(phrases)["개인정보"] == "said"


@pytest.mark.parametrize("said", ["보험을 해지하려고요", "이거 그냥 깨고 싶어요"])
def test_a_callers_words_bring_a_notice(phrases, said):
    phrases.caller_said(said)
    assert kinds(phrases)["해지 환급금"] == "required"
    phrases.agent_said("해지하시면 환급금이 내신 보험료보다 적을 수 있어요")
    assert kinds(phrases)["해지 환급금"] == "said"


def test_other_words_do_not(phrases):
    phrases.caller_said("보험료가 얼마예요")
    assert "해지 환급금" not in kinds(phrases)


def test_a_flow_brings_a_notice(phrases):
    phrases.flow_entered("배송 조회")
    assert "반품비" not in kinds(phrases)
    phrases.flow_entered("반품")
    assert kinds(phrases)["반품비"] == "required"


def test_a_notice_that_a_recognizer_cut_in_two_counts(phrases):
    phrases.flow_entered("반품")
    phrases.agent_said("반품은 왕복 배송비")
    phrases.agent_said("6,000원이 듭니다")
    assert kinds(phrases)["반품비"] == "said"


@pytest.mark.parametrize("said", ["수익은 백 퍼센트 보장해 드립니다", "원금은 다 보장돼요"])
def test_a_forbidden_phrase_comes_with_the_better_wording(phrases, said):
    phrases.agent_said(said)
    assert phrases.shown()[0] == {"rule": "보장", "kind": "forbidden", "text": "원금 손실이 있을 수 있습니다."}


def test_it_is_named_until_the_agent_speaks_again(phrases):
    phrases.agent_said("100% 보장합니다")
    phrases.caller_said("정말요")
    assert "보장" in kinds(phrases)
    phrases.agent_said("네 다시 안내해 드리겠습니다")
    assert "보장" not in kinds(phrases)


def test_a_denial_and_the_bots_words_are_not_forbidden(phrases):
    phrases.agent_said("100% 보장해 드릴 수는 없습니다")
    phrases.bot_said("100% 보장합니다")
    assert "보장" not in kinds(phrases)


def test_talking_down_is_noticed(phrases):
    phrases.agent_said("주문번호가 뭐야")
    assert kinds(phrases)["반말"] == "forbidden"
