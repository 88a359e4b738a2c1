import pytest

from kb.address.behind import Behind, as_heard, as_meant, misheard_digits
from kb.address.said import Said


def behind(text: str, name: str) -> list[tuple[int, int, str, bool]]:
    """Main, sub, detail and whether on a mountain, of the numbers behind the first syllables ``name`` of ``text``."""
    said = Said.of(text)
    heard = as_heard(said, len(name))
    numbers = [*([heard] if heard else []), *as_meant(said, len(name))]
    return [(n.main, n.sub, n.detail.written if n.detail else "", n.is_mountain) for n in numbers]


@pytest.mark.parametrize(
    ("text", "name", "number"),
    [
        ("전동로 사백육", "전동로", (406, 0, "", False)),
        ("전동로 사백육천팔백사호", "전동로", (406, 0, "1804호", False)),
        ("대첩로 이백육십이 다시 십삼이백칠동 이천이백사호", "대첩로", (262, 13, "207동", False)),
        ("용포로 오십이 다시 칠십일 층", "용포로", (52, 7, "11층", False)),
        ("평기길 백오십이요", "평기길", (150, 0, "", False)),
        ("평기길 백오십이요", "평기길", (152, 0, "", False)),
        ("당산로 사백육십사 다시 일이라고요", "당산로", (464, 12, "", False)),
        ("하봉리 산 사 다시 십사", "하봉리", (4, 14, "", True)),
        ("달전리 사오십칠 의 삼번지", "달전리", (57, 3, "", True)),
        ("평기길 어 백오십팔 음 다시 팔", "평기길", (158, 8, "", False)),
    ],
)
def test_numbers_that_may_be_meant(text: str, name: str, number: tuple[int, int, str, bool]) -> None:
    assert number in behind(text, name)


def test_what_is_far_behind_a_name_is_not_its_number() -> None:
    assert behind("전동로 근처에서 사백육", "전동로") == []


def test_a_digit_may_have_been_heard_wrong() -> None:
    meant = {(number.main, number.sub) for number in misheard_digits(Behind(0, 3, 218, 2))}
    assert {(118, 2), (211, 2), (218, 1)} <= meant
    assert (218, 2) not in meant
