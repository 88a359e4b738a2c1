from assist.wrapup.private import is_abusive, masked


def test_numbers_of_cards_and_residents_are_stars():
    assert masked("카드번호는 4518 2201 3345 6789예요") == "카드번호는 **** **** **** ****예요"
    assert masked("4518-2201-3345-6789") == "****-****-****-****"
    assert masked("850412-1234567") == "******-*******"


def test_numbers_of_orders_and_telephones_stay():
    text = "주문번호 202611220001, 010-1234-5678, 99,000원, 1588-1234"
    assert masked(text) == text


def test_abuse_is_masked():
    assert "씨발" not in masked("야 이 씨발 새끼야")
    assert is_abusive("개새끼들아")
    assert not is_abusive("18일에 주문한 신발이 아직 안 왔어요")
