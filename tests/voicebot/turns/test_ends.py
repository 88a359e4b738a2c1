"""Whether an utterance is complete, by its words alone."""

import pytest

from voicebot.turns.ends import ends


@pytest.mark.parametrize(
    ("ended", "goes_on"),
    [
        ("주문했는데요", "주문했는데"),
        ("냉장고요", "저는요"),
        ("상담원 연결", "상담원을"),
        ("카드 분실 신고", "카드를"),
        ("확인해 줘", "확인해 보니까"),
        ("안 된다고요", "안 된다고"),
        ("된대요", "된다고 해서"),
        ("네", "네 그리고"),
        ("아니요", "아니 그게 아니라"),
        ("빨리요", "그냥"),
        ("삼만 오천 원", "삼만 오천"),
        ("세종시 한누리대로 이천백삼십 이백삼동 천사호", "세종시 한누리대로"),
        ("공일공 이삼사오 육칠팔구", "공일공 이삼사오 육칠"),
        ("보내 드릴게요", "보내 드리려고 하는데"),
        ("알려 주시면 됩니다", "알려 주시면"),
        ("그 제품은 지난주에 샀어요", "지난주에 산 그 제품"),
        ("안 와서 전화했어요", "안 와 가지고"),
    ],
)
def test_an_end_and_what_only_looks_like_one(ended: str, goes_on: str) -> None:
    assert ends(ended) >= 0.5 > ends(goes_on)


@pytest.mark.parametrize(
    "said", ["음", "어", "그", "저기", "그러니까", "그게 말이죠", "뭐랄까", "뭐냐면", "있잖아요", "혹시", "그 뭐지"]
)
def test_fillers_hold_the_turn(said: str) -> None:
    assert ends(said) < 0.5
    assert ends(f"제가 어제 주문을 했는데 {said}") < 0.5


def test_nothing_said_is_no_end() -> None:
    assert ends("") == 0
    assert ends("   ") == 0


@pytest.mark.parametrize(
    "said", ["abc 123", "가" * 3_000, "네. 맞아요!", "\U0001f600", "ㅋㅋㅋ", "공" * 500, "가 " * 5_000]
)
def test_anything_is_judged(said: str) -> None:
    assert 0 <= ends(said) <= 1


def test_a_misheard_ending_is_still_one() -> None:
    assert ends("주문 취소해 주새요") >= 0.5
    assert ends("배송 언재 되나여") >= 0.5
