import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.text.numbers import (
    LARGEST,
    digit_by_digit,
    native,
    read_decimal,
    read_digits,
    read_fraction,
    read_native,
    read_sino,
    sino,
)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "영"),
        (10, "십"),
        (11, "십일"),
        (10_000, "만"),
        (11_111, "만 천백십일"),
        (35_000, "삼만 오천"),
        (10_000_000, "천만"),
        (100_000_000, "일억"),
        (1_210_000_000, "십이억 천만"),
        (2_500_000_000_000, "이조 오천억"),
        (10**16, "일경"),
    ],
)
def test_sino(value: int, said: str) -> None:
    assert sino(value) == said
    assert read_sino(said, 0)[-1][:2] == (len(said), value)


@given(st.integers(0, LARGEST))
def test_every_numeral_is_read_back(value: int) -> None:
    for said in (sino(value), sino(value, gap="")):
        assert read_sino(said, 0)[-1].value == value


@pytest.mark.parametrize("value", [-1, LARGEST + 1])
def test_no_numeral_beyond_the_largest(value: int) -> None:
    with pytest.raises(ValueError, match="no Korean numeral"):
        sino(value)


@given(st.integers(1, 99))
def test_every_native_numeral_is_read_back(value: int) -> None:
    numeral = read_native(native(value), 0)
    assert numeral and numeral.value == value


def test_native_numerals_shorten_before_a_noun() -> None:
    assert [native(value) for value in (1, 2, 3, 4, 5, 20, 21, 99)] == [
        "한", "두", "세", "네", "다섯", "스무", "스물한", "아흔아홉",
    ]  # fmt: skip


def test_native_numerals_go_behind_hundreds() -> None:
    numeral = read_native("백스무 명", 0)
    assert numeral and numeral.value == 120
    assert read_native("만한", 0) is None
    assert read_native("사람", 0) is None


def test_a_numeral_may_end_in_several_places() -> None:
    assert [(numeral.end, numeral.value) for numeral in read_sino("삼만 오천", 0)] == [
        (1, 3),
        (2, 30_000),
        (4, 30_005),
        (5, 35_000),
    ]


@pytest.mark.parametrize("hesitating", ["삼만 어 오천", "삼만 음… 오천", "삼만, 오천", "삼 만 오 천"])
def test_hesitation_inside_a_numeral(hesitating: str) -> None:
    assert read_sino(hesitating, 0)[-1].value == 35_000


@pytest.mark.parametrize("text", ["조사", "경유", "사람", "가격", ""])
def test_not_a_whole_numeral(text: str) -> None:
    assert all(numeral.end < len(text) for numeral in read_sino(text, 0))


def test_digits_both_ways() -> None:
    assert digit_by_digit("7890") == "칠팔구영"
    assert digit_by_digit("010", zero="공") == "공일공"
    assert read_digits("공일공 일이삼사") == "0101234"


@pytest.mark.parametrize(
    ("spoken", "figure"),
    [("일점삼", "1.3"), ("일점영삼", "1.03"), ("삼 점 오", "3.5"), ("일점오억", "1.5억"), ("삼 점 일 사", "3.14")],
)
def test_decimals(spoken: str, figure: str) -> None:
    assert read_decimal(spoken, read_sino(spoken, 0)[-1])[0] == (len(spoken), figure)


@pytest.mark.parametrize(
    ("spoken", "figure"),
    [
        ("사분의삼", "3/4"),
        ("사분의 삼", "3/4"),
        ("일과이분의일", "1 1/2"),
        ("구분의루트십육", "√16/9"),
        ("루트백분의십", "10/√100"),
        ("삼분의일점오", "1.5/3"),
    ],
)
def test_fractions(spoken: str, figure: str) -> None:
    assert read_fraction(spoken, 0)[0] == (len(spoken), figure)


def test_a_person_is_no_fraction() -> None:
    assert read_fraction("이 분의 일을", 0) == []
