import pytest

from voicebot.dialogue.slots.near import likeness


@pytest.mark.parametrize(
    ("heard", "near", "far"),
    [
        ("한불", "환불", "교환"),
        ("고완", "교환", "환불"),
        ("배성 조해", "배송 조회", "주문 취소"),
        ("밤품", "반품", "교환"),
    ],
)
def test_what_was_misheard_is_nearer_than_anything_else(heard: str, near: str, far: str) -> None:
    assert likeness(heard, near) >= 0.78 > likeness(heard, far)


def test_the_same_is_one_and_nothing_is_zero() -> None:
    assert likeness("환불", "환불") == 1
    assert likeness("환불", "") < 0.1
    assert likeness("네", "내") == 1
