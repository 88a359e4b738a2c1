"""Letters of misheard syllables, and the runs in which they are compared."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.jamo import grams, letters


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("배송비", "ㅂㅔㅅㅗㅇㅂㅣ"),
        ("값을", "ㄱㅏㅄㅡㄹ"),
        ("AS 신청 3건", "asㅅㅣㄴㅊㅓㅇ3ㄱㅓㄴ"),
        ("ㅋㅋ, 네!", "ㅋㅋㄴㅔ"),
        ("", ""),
        ("?! 😀 …", ""),
    ],
)
def test_syllables_come_apart_into_letters_and_nothing_else_is_left(text: str, expected: str) -> None:
    assert letters(text) == expected


@pytest.mark.parametrize(
    ("said", "heard"), [("배송", "베송"), ("외상", "왜상"), ("일이", "이리"), ("얘기", "예기"), ("배 송비", "배송 비")]
)
def test_what_sounds_the_same_is_the_same(said: str, heard: str) -> None:
    assert letters(said) == letters(heard)
    assert np.array_equal(grams(said), grams(heard))


def test_a_decomposed_text_is_the_same_text() -> None:
    assert letters(unicodedata.normalize("NFD", "환불이요")) == letters("환불이요")


def test_all_runs_of_three_to_five_letters() -> None:
    assert len(letters("배송비")) == 7
    assert len(grams("배송비")) == 5 + 4 + 3
    assert len(set(grams("배송비"))) == 12
    assert len(grams("배송비", 2, 2)) == 6


def test_texts_that_are_too_short_for_a_run_are_one() -> None:
    assert len(grams("")) == len(grams("...")) == 0
    assert len(grams("네")) == len(grams("이")) == 1
    assert grams("네") != grams("예")
    assert np.array_equal(grams("네"), grams("네."))
    assert grams("").dtype == grams("네").dtype == grams("배송비").dtype == np.int64


def test_a_misheard_syllable_keeps_half_of_what_another_word_has_none_of() -> None:
    def shared(one: str, other: str) -> float:
        return len(set(grams(one)) & set(grams(other))) / len(set(grams(one)))

    assert shared("비밀번호를 잊어버렸어요", "비밀번호를 이저버렸어요") > 0.6
    assert shared("비밀번호를 잊어버렸어요", "배송은 며칠 걸려요") < 0.1


@given(st.text())
def test_whatever_is_written_has_runs(text: str) -> None:
    found = grams(text)
    assert (len(found) == 0) == (letters(text) == "")
    assert (found >= 0).all()
    assert letters(letters(text)) == letters(text)


@given(st.text(alphabet="가나다라마바사아자차카타파하", min_size=3, max_size=12))
def test_a_text_has_the_runs_of_its_parts(text: str) -> None:
    assert set(grams(text[:-1] + "각")) >= set(grams(text[:-1])) or len(letters(text[:-1])) < 3
