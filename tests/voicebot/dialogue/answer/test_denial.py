import pytest

from voicebot.dialogue.answer.denial import affirms, predicates, tokens_of


def signs(text):
    return dict(predicates(tokens_of(text)))


@pytest.mark.parametrize(
    "text",
    [
        "주문은 취소하실 수 없습니다.",
        "주문 취소가 불가능합니다.",
        "주문은 취소가 안 됩니다.",
        "주문은 취소하지 못합니다.",
        "주문을 취소하지 마세요.",
        "주문 취소는 어렵습니다.",
        "주문은 취소되지 않아요.",
        "주문은 취소할 수가 없어요.",
    ],
)
def test_ways_to_deny(text):
    assert signs(text)["취소"] is False


@pytest.mark.parametrize("text", ["주문은 취소하실 수 있습니다.", "주문 취소가 가능합니다.", "주문은 취소돼요."])
def test_ways_to_affirm(text):
    assert signs(text)["취소"] is True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("배송이 시작되지 않은 상품은 취소하실 수 있습니다.", {"시작": False, "취소": True}),
        ("배송이 시작되기 전이라면 바꾸실 수 있습니다.", {"시작": False, "바꾸": True}),
        ("이미 출발한 상품은 취소할 수 없습니다.", {"출발": True, "취소": False}),
        ("현금으로 바꾸거나 다른 분에게 넘기실 수 없습니다.", {"바꾸": False, "넘기": False}),
        ("돈은 상자에 넣지 말아 주세요.", {"넣": False}),
        ("안 받습니다.", {"받": False}),
        ("일요일에는 쉽니다.", {"쉬": False}),
    ],
)
def test_each_predicate_has_its_own_sign(text, expected):
    found = signs(text)
    assert {word: found.get(word) for word in expected} == expected


def test_the_sign_of_a_whole():
    assert affirms(tokens_of("네, 가능합니다."))
    assert not affirms(tokens_of("아니요, 불가능합니다."))
    assert affirms(tokens_of("안 되는 것은 아닙니다."))
