import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.address.numerals import alike_numbers, spelt, spelt_by_digits, splits, value_of, value_of_words


@given(st.integers(min_value=1, max_value=99_999))
def test_what_is_spelt_is_read_again(number: int) -> None:
    assert value_of(spelt(number)) == number
    assert value_of(spelt_by_digits(str(number))) == number


@pytest.mark.parametrize(
    ("number", "said"), [(1839, "천팔백삼십구"), (110, "백십"), (20_007, "이만칠"), (10_000, "만"), (0, "영")]
)
def test_numbers_are_spelt_as_they_are_said(number: int, said: str) -> None:
    assert spelt(number) == said


@pytest.mark.parametrize("said", ["", "백오백", "십백", "가", "이십가", "만만"])
def test_what_is_no_number_has_no_value(said: str) -> None:
    assert value_of(said) is None


def test_words_make_one_number_only_where_they_add_up() -> None:
    assert value_of_words("이천 백삼십") == 2130
    assert value_of_words("백십 이백삼") is None
    assert value_of_words("일 팔") is None
    assert value_of_words("일 팔 삼 구") == 1839


def test_numbers_that_were_run_together_are_parted() -> None:
    assert (3, 406, 1804) in splits("사백육천팔백사")
    assert list(splits("십")) == []


def test_a_digit_may_be_taken_for_another() -> None:
    assert {118, 211} <= set(alike_numbers(218))
    assert list(alike_numbers(0)) == []
