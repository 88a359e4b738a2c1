import pytest

from voicebot.dialogue.scenario.misspelled import closest, did_you_mean

NAMES = ["say", "ask", "hang_up", "주문번호", "인증번호", "상담사 연결"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("sya", "say"), ("Ask", "ask"), ("hangup", "hang_up"), ("인증버노", "인증번호"), ("상담사연결", "상담사 연결")],
)
def test_what_was_meant(written, meant):
    assert closest(written, NAMES) == meant
    assert did_you_mean(written, NAMES) == f'did you mean "{meant}"?'


@pytest.mark.parametrize("written", ["배송", "zzz", ""])
def test_nothing_near(written):
    assert closest(written, NAMES) is None
    assert did_you_mean(written, NAMES) is None
