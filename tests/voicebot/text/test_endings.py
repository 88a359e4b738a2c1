import pytest

from voicebot.text.endings import agreeing_particle, ends_consonant, ends_counter, ends_number, stands_alone


@pytest.mark.parametrize(
    "word",
    ["원", "원이요", "원입니다", "원까지예요", "원짜리", "원씩이라도", "개가", "개예요", "호로", "시쯤에", "분전에"],
)
def test_a_counter_ends_with_particles(word: str) -> None:
    assert ends_counter(word, 1)


@pytest.mark.parametrize("word", ["원하는", "개통", "시작", "분실", "호텔", "장애", "회사", "개은"])
def test_a_counter_does_not_end_inside_a_word(word: str) -> None:
    assert not ends_counter(word, 1)


@pytest.mark.parametrize(("word", "end"), [("사과", 1), ("이상", 1), ("삼촌", 1), ("오십시오", 3)])
def test_particles_follow_by_sound(word: str, end: int) -> None:
    assert not ends_number(word, end)


def test_after_rieul_the_particle_is_ro() -> None:
    assert ends_number("오육칠팔로", 4)
    assert ends_number("오육칠삼으로", 4)
    assert not ends_number("오육칠삼로", 4)


def test_ends_consonant() -> None:
    assert ends_consonant("삼") and ends_consonant("오육칠팔")
    assert not ends_consonant("사") and not ends_consonant("a") and not ends_consonant("")


@pytest.mark.parametrize(
    ("said", "written", "particle"),
    [
        ("오분의 사", "이 성공", "가"),
        ("십분의 구", "이", "가"),
        ("삼", "이 중요", "이"),
        ("미터", "을", "를"),
        ("칠", "으로", "로"),
    ],
)
def test_particles_agree_with_what_is_said(said: str, written: str, particle: str) -> None:
    assert agreeing_particle(said, written, 0)[1] == particle


@pytest.mark.parametrize("behind", ["가", "로", "이상", " 이", "", "원"])
def test_other_words_are_no_particles(behind: str) -> None:
    assert agreeing_particle("삼", behind, 0) == (0, "")


def test_all_that_was_said() -> None:
    assert stands_alone(" 삼만이요.", 1, 3)
    assert not stands_alone("삼만이요 그리고", 0, 2)
    assert not stands_alone("네 삼만이요", 2, 4)
