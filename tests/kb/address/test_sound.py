import pytest

from kb.address.sound import cores, likenesses, sounds, spell
from kb.jamo import letters


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("보듬7로", "보듬칠로"),
        ("판교역로146번길", "판교역로백사십육번길"),
        ("LG트윈타워", "엘지트윈타워"),
        ("N서울타워", "엔서울타워"),
        ("APEC로", "에이펙로"),
        ("교동APT", "교동아파트"),
        ("라온프라이빗시티Ⅱ", "라온프라이빗시티이"),
        ("예술의 전당", "예술의전당"),
    ],
)
def test_names_are_spelt_as_they_are_said(name: str, said: str) -> None:
    assert spell(name) == said


def test_short_figures_are_also_read_one_by_one() -> None:
    assert sounds("63빌딩") == {letters("육십삼빌딩"), letters("육삼빌딩")}
    assert sounds("세종대로") == {letters("세종대로")}


def test_a_letter_that_sounds_like_the_right_one_costs_half() -> None:
    heard = [letters(word) for word in ("테헤란로", "테해란노", "테헤란시", "경복궁")]
    same, alike, other, nothing = likenesses(heard, [letters("테헤란로")])[:, 0].tolist()
    assert same == 1
    assert same > alike > other > 0.6 > nothing


def test_a_building_is_also_called_without_its_kind_and_its_city() -> None:
    assert letters("백두산") in cores(letters("세종백두산빌딩"))
    assert cores(letters("세종빌딩")) == set()
    assert cores(letters("한누리대로")) == set()


def test_signs_for_numbers_that_nobody_names_buildings_by_are_not_read() -> None:
    assert spell("타워②\U00016b5f½") == "타워이"
