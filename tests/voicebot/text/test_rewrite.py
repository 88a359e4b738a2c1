import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.text import Rewritten, to_spoken, to_written
from voicebot.text.rewrite import Edit, composed, rewrite

CALL = "제 번호는 공일공 일이삼사 오육칠팔이고 오후 세 시 반에 이백삼동천사호로 와 주세요"
MESSAGE = "2026-11-22 오후 3시에 35,000원이 결제됐어요. 문의는 1588-1234, help@a.co.kr"


def assert_covers(rewritten: Rewritten) -> None:
    end = source_end = 0
    for span in rewritten.spans:
        assert (span.start, span.source_start) == (end, source_end)
        assert span.source_end > span.source_start
        end, source_end = span.end, span.source_end
        if not span.rewritten:
            written = rewritten.text[span.start : span.end]
            assert written == rewritten.source[span.source_start : span.source_end]
    assert (end, source_end) == (len(rewritten.text), len(rewritten.source))


def test_spans_map_output_to_input() -> None:
    rewritten = rewrite("요금 삼만 원이요", [Edit(3, 7, "30,000원")])
    assert rewritten.text == "요금 30,000원이요"
    assert rewritten.source_range(3, 10) == (3, 7)
    assert rewritten.source_range(5, 6) == (3, 7)  # inside a number the whole number
    assert rewritten.source_range(10, 11) == (7, 8)
    assert_covers(rewritten)


def test_empty_text_has_no_spans() -> None:
    assert to_written("").spans == ()
    assert to_spoken("").words() == ()


def test_words_map_to_the_words_they_were_said_as() -> None:
    rewritten = to_written(CALL)
    source = rewritten.source.split()
    words = zip(rewritten.text.split(), rewritten.words(), strict=True)
    said = {word: " ".join(source[first:last]) for word, (first, last) in words}
    assert said["010-1234-5678이고"] == "공일공 일이삼사 오육칠팔이고"
    assert said["3시"] == "세 시"
    assert said["30분에"] == "반에"
    assert said["203동"] == said["1004호로"] == "이백삼동천사호로"  # one word of input may become two


@pytest.mark.parametrize("text", [CALL, MESSAGE, "", " ", "삼만 원", "ㅋㅋ 세 개 ㅠㅠ 😀 두 시"])
def test_spans_are_in_order_and_cover_both_texts(text: str) -> None:
    for rewritten in (to_written(text), to_written(text, partial=True), to_spoken(text)):
        assert_covers(rewritten)
        assert len(rewritten.words()) == len(rewritten.text.split())


@given(st.text(alphabet="공일이삼백천만원시반 다시에어세두개0129.,-~@a%월년", max_size=40))
def test_spans_of_any_text_cover_it(text: str) -> None:
    for rewritten in (to_written(text), to_spoken(text)):
        assert_covers(rewritten)
        rewritten.words()


@pytest.mark.parametrize("text", [CALL, "삼만 오천 원이요", "세 시 반"])
def test_decomposed_hangul_is_understood(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    rewritten = to_written(decomposed)
    assert unicodedata.normalize("NFC", rewritten.text) == to_written(text).text
    assert rewritten.source == decomposed
    assert_covers(rewritten)


def test_decomposed_plain_text_stays_as_it_was_typed() -> None:
    decomposed = unicodedata.normalize("NFD", "사과가 이상하네요")
    assert to_written(decomposed).text == decomposed


def test_composing_keeps_track_of_the_input() -> None:
    text, offsets = composed("a\u1109\u1166b")  # 세
    assert text == "a세b"
    assert offsets == [0, 1, 3, 4]
    assert composed("세") == ("세", None)
