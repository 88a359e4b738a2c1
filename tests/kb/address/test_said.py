import pytest

from kb.address.said import LONGEST_TEXT, Said


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("세종대로 110", [(110, 0)]),
        ("세종대로 백십이요", [(110, 0)]),
        ("세종대로110번지", [(110, 0)]),
        ("한누리대로천팔백삼십구", [(1839, 0)]),
        ("한누리 대로 이천 백삼십", [(2130, 0)]),
        ("광교산로 154 다시 42", [(154, 42)]),
        ("광교산로 154에 사십이", [(154, 42)]),
        ("광교산로 154에 42층", [(154, 0)]),
        ("판교역로 146번길 20", [(20, 0)]),
        ("한국도로공사입니다", []),
        ("주문번호 20261122", []),
        ("한누리대로 일 팔 삼 구", [(1839, 0)]),
        ("연청로 천 그 백육십일", [(1161, 0)]),
        ("평기길 백오십팔 음 다시 팔", [(158, 8)]),
        ("송문리삼칠팔 다시 십오번지", [(378, 15)]),
        ("대교리 산일 대시 일", [(1, 1)]),
        ("당산로 494-8로 해 주세요", [(494, 8)]),
        ("동신길 육십구요", [(69, 0)]),
        ("동신길 육십사고요", [(64, 0)]),
        ("왕의물로 사십팔의 일로부탁드려요", [(48, 1)]),
        ("행복육길 이십이로 보내 주세요", [(22, 0)]),
        ("종로 일", [(1, 0)]),
    ],
)
def test_numbers_of_buildings(text: str, numbers: list[tuple[int, int]]) -> None:
    assert [(number.main, number.sub) for number in Said.of(text).numbers] == numbers


@pytest.mark.parametrize(
    ("text", "details"),
    [
        ("한누리대로 1839 203동 1004호", ["203동", "1004호"]),
        ("이백삼동 천사호요", ["203동", "1004호"]),
        ("수루배마을203동1004호", ["203동", "1004호"]),
        ("지하 2층", ["지하 2층"]),
        ("B동 302호", ["B동", "302호"]),
        ("대저2동", []),
        ("삼성동", []),
        ("이동", []),
        ("204동이요", ["204동"]),
        ("이백삼동 천사호입니다", ["203동", "1004호"]),
        ("육백이동이요", ["602동"]),
        ("일동", []),
    ],
)
def test_details(text: str, details: list[str]) -> None:
    assert [detail.written for detail in Said.of(text).details] == details


def test_figures_are_never_parted() -> None:
    said = Said.of("로 110")
    assert [said.may_part(at) for at in range(len(said) + 1)] == [True, True, False, True]
    assert said.letters(1, 3) == "ㅂㅔㄱㅅㅣㅂ"
    assert said.between(2, 5) == (1, 3)


def test_only_the_beginning_of_a_long_text_is_looked_at() -> None:
    assert Said.of("가" * 10_000).text == "가" * LONGEST_TEXT
