import pytest

from assist.private import is_abusive, masked, without_abuse


def test_numbers_of_cards_and_residents_are_stars():
    assert masked("카드번호는 4518 2201 3345 6789예요") == "카드번호는 **** **** **** ****예요"
    assert masked("4518-2201-3345-6789") == "****-****-****-****"
    assert masked("850412-1234567") == "******-*******"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("카드번호 4518에 2201에 3345에 6789요", "카드번호 ****에 ****에 ****에 ****요"),
        ("4518의 2201의 3345의 6789", "****의 ****의 ****의 ****"),
        ("환불할 카드번호는 4518 2201이고요", "환불할 카드번호는 **** ****이고요"),
        ("비밀번호 앞 두 자리는 12예요", "비밀번호 앞 두 자리는 **예요"),
        ("CVC 123이요", "CVC ***이요"),
    ],
)
def test_secrets_in_parts_are_stars(said, shown):
    assert masked(said) == shown


def test_what_comes_behind_another_sentence_is_no_secret():
    text = "카드번호는 말씀하지 않으셔도 됩니다 전표를 010-1357-2468번으로 보내 드렸습니다"
    assert masked(text) == text


def test_numbers_of_orders_and_telephones_stay():
    text = "주문번호 202611220001, 010-1234-5678, 99,000원, 1588-1234"
    assert masked(text) == text


def test_abuse_is_masked():
    assert "씨발" not in masked("야 이 씨발 새끼야")
    assert is_abusive("개새끼들아")
    assert not is_abusive("18일에 주문한 신발이 아직 안 왔어요")


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("야 이 씨발 기사가 물건을 던지고 갔다니까", "기사가 물건을 던지고 갔다니까"),
        ("이 개새끼들아 환불해 줘", "환불해 줘"),
        ("환불해 줘 씨발놈아", "환불해 줘"),
        ("야 이 씨발 새끼야", ""),
        ("택시 회사 이름이 시발택시예요", "택시 회사 이름이 시발택시예요"),
    ],
)
def test_what_else_was_said(said, rest):
    assert without_abuse(said) == rest
