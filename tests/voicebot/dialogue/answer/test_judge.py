import asyncio

import pytest

from voicebot.dialogue.answer.judge import Judge, is_courtesy, repeats
from voicebot.dialogue.answer.model_stream import ModelFailed


@pytest.fixture
def judge(entries):
    return asyncio.run(Judge.of("배송비 얼마예요?", [entries["N017"]]))


def test_what_is_grounded_and_new_is_said_once(judge):
    sentence = "쿠폰과 적립금을 뺀 실제 결제 금액이 기준입니다."
    assert judge.may_be_said(sentence)
    with pytest.raises(ModelFailed, match="twice"):
        judge.may_be_said(sentence)


@pytest.mark.parametrize(
    "sentence", ["네, 고객님.", "안내해 드리겠습니다!", "더 궁금하신 점이 있으시면 말씀해 주세요.", "…", "”"]
)
def test_courtesies_are_left_out(judge, sentence):
    assert not judge.may_be_said(sentence)


@pytest.mark.parametrize(
    "sentence", ["배송비는 9,900원입니다.", "모름", '"모름".', "**배송비**", "배송비는 3,000원이다."]
)
def test_the_rest_is_refused_and_is_no_sign_of_a_server_that_is_down(judge, sentence):
    with pytest.raises(ModelFailed) as refusal:
        judge.may_be_said(sentence)
    assert not refusal.value.is_down


def test_a_yes_is_no_courtesy():
    assert is_courtesy("네, 알겠습니다.")
    assert not is_courtesy("네, 가능합니다.")
    assert not is_courtesy("아니요, 안 됩니다.")


def test_repeats_by_words_and_by_figures():
    said = ["배송비는 3,000원입니다."]
    assert repeats("배송비가 삼천 원이에요.", said)
    assert not repeats("배송비는 5,000원입니다.", said)
    assert not repeats("반품은 받지 않습니다.", said)
    assert not repeats("배송비는 3,000원입니다.", [])
