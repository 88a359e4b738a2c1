import pytest

from tests.timing import cpu_s
from voicebot.text.particles import settle_particles


@pytest.mark.parametrize(
    ("open_", "settled"),
    [
        ("냉장고(은/는) 내일 와요", "냉장고는 내일 와요"),
        ("책(은/는) 내일 와요", "책은 내일 와요"),
        ("서울(으로/로) 보내요", "서울로 보내요"),
        ("부산(으로/로) 보내요", "부산으로 보내요"),
        ("김민수(이/가) 이영훈(을/를)", "김민수가 이영훈을"),
        ("배송중(이에요/예요).", "배송중이에요."),
        ("35,000원(이에요/예요)", "35,000원이에요"),
        ("'책'(을/를)", "'책'을"),
        ("“사과”(을/를)", "“사과”를"),
        ("냉장고(이/가) 책(과/와) 함께", "냉장고가 책과 함께"),
    ],
)
def test_by_how_the_word_sounds(open_: str, settled: str) -> None:
    assert settle_particles(open_) == settled


@pytest.mark.parametrize(
    ("open_", "settled"),
    [
        ("3(은/는)", "3은"),
        ("2(은/는)", "2는"),
        ("010-1234-5678(으로/로)", "010-1234-5678로"),
        ("10kg(이/가)", "10kg이"),
    ],
)
def test_figures_and_letters_by_how_they_are_read(open_: str, settled: str) -> None:
    assert settle_particles(open_) == settled


@pytest.mark.parametrize(("open_", "settled"), [("(은/는)", "는"), (" (이/가)", " 가"), ("(주)(이/가)", "(주)가")])
def test_after_nothing_that_sounds_it_is_open(open_: str, settled: str) -> None:
    assert settle_particles(open_) == settled


@pytest.mark.parametrize("text", ["", "(주)누리", "(a/b)", "은/는"])
def test_what_is_no_pair_stays(text: str) -> None:
    assert settle_particles(text) == text


def test_a_web_service_that_sends_a_megabyte_keeps_nobody_waiting() -> None:
    megabyte = "가" * 1_000_000 + "(은/는)"
    assert settle_particles(megabyte).endswith("가는")
    assert cpu_s(lambda: settle_particles(megabyte)) < 1
