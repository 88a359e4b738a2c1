import pytest

from voicebot.text.telephone import grouped, is_telephone


@pytest.mark.parametrize(
    "number",
    [
        "010-1234-5678",
        "011-234-5678",
        "016-1234-5678",
        "02-345-6789",
        "02-3456-7890",
        "031-987-6543",
        "042-1234-5678",
        "064-722-3344",
        "070-1234-5678",
        "080-123-4567",
        "0507-1234-5678",
        "1588-1234",
        "1661-2468",
        "1800-0000",
    ],
)
def test_telephones_are_grouped_by_area_code(number: str) -> None:
    digits = number.replace("-", "")
    assert grouped(digits) == number
    assert is_telephone(digits)


def test_cards_are_grouped_by_four() -> None:
    assert grouped("1234567890123456") == "1234-5678-9012-3456"
    assert not is_telephone("1234567890123456")


@pytest.mark.parametrize("digits", ["", "0", "0101234567", "12345678", "0391234567", "20261122001", "123456789012345"])
def test_other_numbers_have_no_groups(digits: str) -> None:
    assert grouped(digits) is None
