"""The search as callers meet it: what is found, how sure it is, and what nothing here answers."""

import logging
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kb
from kb.embedding.bundled import BundledEmbedding
from kb.embedding.embedding import Embedding, EmbeddingUnavailable, Vectors
from kb.entry import Entry, faces
from kb.index import CANDIDATES, Found, Index
from kb.loading import load
from kb.synonyms import Synonyms
from tests.models.fake_embedding import FakeEmbedding

ENTRIES = (
    Entry("fee", "배송비는 얼마인가요?", "3만 원 이상 구매하시면 무료이고 그 아래는 3,000원입니다.", "배송"),
    Entry("days", "배송은 며칠 걸리나요?", "결제하신 다음 날 출발하여 이틀 안에 도착합니다.", "배송"),
    Entry(
        "place", "배송지를 변경하려면 어떻게 하나요?", "출발 전이면 주문 내역에서 주소를 바꾸실 수 있습니다.", "배송"
    ),
    Entry("refund", "환불은 언제 되나요?", "취소가 끝난 뒤 영업일 3일 안에 카드사에서 처리됩니다.", "환불"),
    Entry("return", "반품 신청은 어떻게 하나요?", "주문 내역에서 반품을 누르시면 기사님이 수거합니다.", "반품"),
    Entry("password", "비밀번호를 잊어버렸어요", "로그인 화면에서 본인 확인을 하고 다시 만드시면 됩니다.", "회원"),
    Entry("leave", "회원 탈퇴는 어떻게 하나요?", "회원 정보의 맨 아래에서 탈퇴하실 수 있습니다.", "회원"),
    Entry("coupon", "쿠폰은 어디에서 쓰나요?", "결제 화면에서 고르시면 금액에서 빠집니다.", "결제", ("할인",)),
    Entry("points", "적립금은 언제 사라지나요?", "쌓인 날부터 1년이 지나면 없어집니다.", "결제"),
    Entry("receipt", "현금영수증은 어떻게 발급받나요?", "결제할 때 휴대전화 번호를 넣으시면 됩니다.", "결제"),
    Entry("repair", "AS 신청은 어떻게 하나요?", "고객센터로 전화하시면 방문 날짜를 잡아 드립니다.", "AS"),
    Entry("hours", "고객센터 운영 시간은 어떻게 되나요?", "평일 아침 아홉 시부터 저녁 여섯 시까지입니다.", "문의"),
)


@pytest.fixture(scope="module", params=["bundled", "any"])
def embedding(request: pytest.FixtureRequest) -> Embedding:
    return BundledEmbedding.load() if request.param == "bundled" else FakeEmbedding()


@pytest.fixture(scope="module")
def index(embedding: Embedding) -> Index:
    return Index.of(ENTRIES, embedding)


@pytest.fixture(scope="module")
def company() -> Index:
    """A whole FAQ of 80 entries, a pet shop's."""
    return Index.of(load([Path(kb.__path__[0]) / "unseen/pet_mall_faq.csv"]).entries, BundledEmbedding.load())


def ids(found: Found) -> list[str]:
    return [hit.entry.id for hit in found.hits]


def check(found: Found) -> None:
    """What holds of every answer to anything."""
    confidences = [hit.confidence for hit in found.hits]
    assert all(0 <= confidence <= 1 for confidence in confidences) and sum(confidences) <= 1 + 1e-5
    assert confidences == sorted(confidences, reverse=True)
    assert len(set(ids(found))) == len(found.hits)
    assert type(found.answered) is bool and (found.hits or not found.answered)
    assert found.ms >= 0


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_a_question_as_it_is_written_is_answered(index: Index, entry: Entry) -> None:
    found = index.search(entry.question)
    check(found)
    assert ids(found)[0] == entry.id and found.answered
    assert found.hits[0].confidence > 0.5
    assert found.hits[0].why in ("같은 낱말", "비슷한 글자", "비슷한 질문", "답변 내용")


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ("배 송비는얼 마인가요", "fee"),
        ("배송삐는 얼마잉가요", "fee"),
        ("비밀버노를 이저버려써요", "password"),
        ("환부른 언제되나요", "refund"),
        ("헌금영수증은 어떠케 발급반나요", "receipt"),
        ("반품신청은어떻게하나요", "return"),
        ("훼원탈퉤는 어떻게 하나요", "leave"),
        ("as 신청", "repair"),
    ],
)
def test_misheard_and_wrongly_spaced_questions_find_their_entry(index: Index, heard: str, expected: str) -> None:
    found = index.search(heard)
    check(found)
    assert ids(found)[0] == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("택배비가 얼마예요", "fee"),
        ("돈은 언제 돌려받아요", "refund"),
        ("로그인 암호가 기억이 안 나요", "password"),
        ("물건을 돌려보내고 싶어요", "return"),
        ("상담원은 몇 시까지 일해요", "hours"),
    ],
)
def test_other_words_for_the_same_find_it_with_the_bundled_embedding(said: str, expected: str) -> None:
    assert expected in ids(Index.of(ENTRIES, BundledEmbedding.load()).search(said))[:2]


FOREIGN = (
    "비행기 좌석을 창가로 바꿔 주세요",
    "심심한데 재미있는 이야기 해 줘",
    "전세 보증금을 못 돌려받고 있어요",
    "인터넷이 자꾸 끊겨요",
    "주택 담보 대출 금리가 얼마예요",
    "대통령 선거는 언제 하나요",
    "아메리카노 두 잔 주문할게요",
    "오늘 서울 날씨가 어때요",
    "여권 재발급은 어디서 하나요",
    "건강 검진 예약하고 싶어요",
)


@pytest.mark.parametrize("asked", FOREIGN[:3])
def test_a_question_about_something_else_is_not_answered(company: Index, asked: str) -> None:
    found = company.search(asked)
    check(found)
    assert found.hits and not found.answered


def test_most_of_what_others_are_asked_is_refused(company: Index) -> None:
    answers = [company.search(asked) for asked in FOREIGN]
    assert sum(found.answered for found in answers) <= 3
    assert np.mean([found.hits[0].confidence for found in answers]) < 0.5


@pytest.mark.parametrize("asked", ["", " \n\t", "\ud800"])
def test_nothing_asked_finds_nothing(index: Index, asked: str) -> None:
    found = index.search(asked)
    check(found)
    assert found.hits == ()


@pytest.mark.parametrize("asked", ["ㅋ", "12345", "7", "😀", "😀😀👍🏽", "?!", "...", "\x00", "a", "\u200b"])
def test_what_is_no_question_is_not_believed_to_be_one(index: Index, asked: str) -> None:
    found = index.search(asked)
    check(found)
    assert found.hits[0].confidence < 0.5


@pytest.mark.parametrize("unit", ["배송비는 얼마인가요? ", "가", "1", "😀", "a b "])
def test_ten_thousand_characters_are_searched(index: Index, unit: str) -> None:
    check(index.search((unit * 10_000)[:10_000]))


@given(text=st.text(max_size=40), limit=st.integers(1, 20))
def test_whatever_is_asked_has_an_answer_that_adds_up(index: Index, text: str, limit: int) -> None:
    found = index.search(text, limit)
    check(found)
    assert len(found.hits) == (min(limit, len(ENTRIES)) if text.split() else 0)


def test_half_a_character_and_decomposed_syllables_do_not_matter(index: Index) -> None:
    plain = index.search("배송비는 얼마인가요?")
    for asked in (unicodedata.normalize("NFD", "배송비는 얼마인가요?"), "배송비는\n 얼마인가요?\udc80"):
        assert index.search(asked).hits == plain.hits


def test_nothing_is_found_where_nothing_is(embedding: Embedding) -> None:
    empty = Index.of([], embedding)
    assert len(empty) == 0
    found = empty.search("배송비는 얼마인가요?")
    assert (found.hits, found.answered) == ((), False)
    assert (
        Index.build([], np.zeros((0, embedding.dimensions), np.float32), embedding, Synonyms()).search("네").hits == ()
    )


def test_one_entry_is_enough_and_entries_of_marks_alone_do_no_harm(embedding: Embedding) -> None:
    alone = Index.of(ENTRIES[:1], embedding)
    assert ids(alone.search("배송비는 얼마인가요?")) == ["fee"]
    marks = Index.of([Entry("?", "???", "!!!"), Entry("!", "!", "😀")], embedding).search("배송비는 얼마인가요?")
    check(marks)
    assert not marks.answered
    mixed = Index.of([Entry("?", "???", "!!!"), *ENTRIES], embedding).search("배송비는 얼마인가요?")
    assert ids(mixed)[0] == "fee"


def test_as_many_as_asked_for(index: Index) -> None:
    assert len(index) == len(ENTRIES)
    found = index.search("배송 며칠", 1)
    assert len(found.hits) == 1
    assert len(index.search("배송 며칠", 500).hits) == len(ENTRIES)
    assert index.search("배송 며칠", 5).hits[:1] == found.hits


def test_of_entries_that_say_the_same_the_first_is_first(embedding: Embedding) -> None:
    same = [replace(ENTRIES[0], id=f"copy {number}") for number in range(60)]
    found = Index.of([*ENTRIES[1:], *same], embedding).search("배송비는 얼마인가요?", 5)
    check(found)
    assert ids(found) == [f"copy {number}" for number in range(5)]
    two = Index.of([*ENTRIES, replace(ENTRIES[0], id="again")], embedding).search("배송비는 얼마인가요?")
    assert ids(two)[:2] == ["fee", "again"]
    assert two.hits[0].confidence == pytest.approx(two.hits[1].confidence)


@pytest.mark.parametrize(
    ("today", "is_there"),
    [
        (date(2026, 10, 31), False),
        (date(2026, 11, 1), True),
        (date(2026, 11, 30), True),
        (date(2026, 12, 1), False),
    ],
)
def test_an_entry_is_found_on_its_days_only(embedding: Embedding, today: date, is_there: bool) -> None:
    event = Entry("event", "가을 행사는 언제까지인가요?", "11월 말까지입니다.")
    event = replace(event, valid_from=date(2026, 11, 1), valid_until=date(2026, 11, 30))
    found = Index.of([*ENTRIES, event], embedding).search("가을 행사는 언제까지인가요?", 50, today=today)
    check(found)
    assert ("event" in ids(found)) is is_there
    assert found.answered is is_there or embedding.name == "fake"
    assert len(found.hits) == len(ENTRIES) + is_there


def test_last_years_do_not_crowd_out_this_years(embedding: Embedding) -> None:
    gone = [
        Entry(f"gone {number}", "가을 행사는 언제까지인가요?", "지났습니다.", valid_until=date(2025, 1, 1))
        for number in range(5 * CANDIDATES)
    ]
    now = Entry("now", "이번 행사는 언제까지인가요?", "11월 말까지입니다.", valid_from=date(2026, 1, 1))
    found = Index.of([*gone, *ENTRIES, now], embedding).search("가을 행사는 언제까지인가요?", today=date(2026, 11, 22))
    assert ids(found)[0] == "now"


def test_all_out_of_their_days_is_like_nothing_there(embedding: Embedding) -> None:
    gone = [replace(entry, valid_until=date(2025, 1, 1)) for entry in ENTRIES]
    found = Index.of(gone, embedding).search("배송비는 얼마인가요?", today=date(2026, 1, 1))
    assert (found.hits, found.answered) == ((), False)


def test_groups_are_searched_each_as_if_alone(index: Index, embedding: Embedding) -> None:
    def is_delivery(entry: Entry) -> bool:
        return entry.category == "배송"

    delivery, others, none = index.search_each(
        "배송비 환불은 언제 되나요?", [is_delivery, lambda entry: not is_delivery(entry), lambda entry: False]
    )
    assert set(ids(delivery)) == {"fee", "days", "place"}
    assert ids(others)[0] == "refund"
    assert (none.hits, none.answered) == ((), False)
    check(delivery)
    check(others)
    [everything] = index.search_each("환불은 언제 되나요?", [lambda entry: True])
    assert everything.hits == index.search("환불은 언제 되나요?").hits


def test_a_synonym_is_the_companys_word(embedding: Embedding) -> None:
    synonyms = Synonyms((("배송비", "물류비", "운송료"), ("환불", "페이백")))
    knowing = Index.of(ENTRIES, embedding, synonyms)
    for said, written in (("물류비는 얼마예요", "배송비는 얼마예요"), ("페이백은 언제 돼요", "환불은 언제 돼요")):
        assert knowing.search(said).hits == knowing.search(written).hits
    assert ids(knowing.search("운송료요"))[0] == "fee"
    without = Index.of(ENTRIES, embedding).search("페이백은 언제 돼요").hits
    paid_back = next(
        hit.confidence for hit in knowing.search("페이백은 언제 돼요", 20).hits if hit.entry.id == "refund"
    )
    assert paid_back > max((hit.confidence for hit in without if hit.entry.id == "refund"), default=0)


def test_an_example_counts_like_the_question(embedding: Embedding) -> None:
    said = "뜯어봤는데 마음에 안 들어요"
    plain = {hit.entry.id: hit.confidence for hit in Index.of(ENTRIES, embedding).search(said, 20).hits}
    taught = [
        replace(entry, examples=("색이 사진이랑 달라요", said)) if entry.id == "return" else entry for entry in ENTRIES
    ]
    found = Index.of(taught, embedding).search(said)
    assert "return" in ids(found)[:2]
    assert max(hit.confidence for hit in found.hits if hit.entry.id == "return") > plain["return"]
    if isinstance(embedding, BundledEmbedding):
        assert ids(found)[0] == "return" and found.answered


def test_vectors_of_a_shelf_are_put_to_their_entries(embedding: Embedding) -> None:
    entries = [replace(ENTRIES[0], examples=("택배비요", "배송료요")), *ENTRIES[1:]]
    rows = []
    for entry in entries:
        *asked, answer = faces(entry)
        rows += [*embedding.questions(asked), *embedding.documents([answer])]
    built = Index.build(entries, np.stack(rows), embedding, Synonyms())
    here = Index.of(entries, embedding)
    for question in ("배송료요", "환불은 언제 되나요", "몇 시까지 해요"):
        assert ids(built.search(question, 20)) == ids(here.search(question, 20))
        confidences = [hit.confidence for hit in here.search(question).hits]
        assert [hit.confidence for hit in built.search(question).hits] == pytest.approx(confidences, abs=1e-4)


class Endpoint(FakeEmbedding):
    """Answers until it ``is_down``."""

    is_down = False

    def questions(self, texts: Sequence[str]) -> Vectors:
        if self.is_down:
            raise EmbeddingUnavailable("http://127.0.0.1:9/v1 does not answer: start it")
        return super().questions(texts)


def test_without_its_endpoint_words_and_letters_are_searched(caplog: pytest.LogCaptureFixture) -> None:
    endpoint = Endpoint()
    index = Index.of(ENTRIES, endpoint)
    endpoint.is_down = True
    with caplog.at_level(logging.WARNING, "kb.index"):
        for entry in ENTRIES:
            found = index.search(entry.question)
            check(found)
            assert ids(found)[0] == entry.id
    assert "does not answer: start it: searched without it" in caplog.text
    endpoint.is_down = False
    assert index.search(ENTRIES[0].question).answered


def test_the_same_question_has_the_same_answer_here_there_and_in_threads(index: Index, embedding: Embedding) -> None:
    asked = [entry.question for entry in ENTRIES] * 6 + [f"{entry.question[:6]} 궁금해요" for entry in ENTRIES] * 4
    alone = [(found.hits, found.answered) for found in map(index.search, asked)]
    other = Index.of(ENTRIES, embedding)
    assert [(found.hits, found.answered) for found in map(other.search, asked)] == alone
    with ThreadPoolExecutor(4) as pool:
        together = [(found.hits, found.answered) for found in pool.map(index.search, asked)]
    assert together == alone
