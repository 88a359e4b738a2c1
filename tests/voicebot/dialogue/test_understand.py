from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest

from kb.embedding.bundled import BundledEmbedding
from kb.entry import Entry
from kb.index import Found, Index
from voicebot.dialogue.cues import examples
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.scenario.flow import Flow
from voicebot.dialogue.understand import CERTAIN, Understanding, entries_of

TODAY = date(2026, 11, 22)


def flow(name: str, *said: str, **more: Any) -> Flow:
    steps = [{"say": "네."}]
    return Flow.model_validate(
        {"flow": name, "about": f"{name}(을/를) 해 드립니다", "examples": said, "steps": steps, **more}
    )


FLOWS = [
    flow("반품 접수", "반품하고 싶어요", "산 물건 돌려보낼래요", "이거 도로 가져가세요"),
    flow("배송 조회", "내 택배 어디쯤 왔어요", "주문한 거 언제 와요", questions=["delivery"]),
    flow("상담원 연결", "사람 목소리 듣고 싶어요", kind="global", repairs="person"),
    flow("인사"),
]
KNOWN = [
    Entry("fee", "반품 배송비는 누가 내나요?", "단순 변심이면 고객님이 육천 원을 부담하십니다.", tags=("반품",)),
    Entry("delivery", "배송은 얼마나 걸리나요?", "보통 이틀 걸립니다.", tags=("배송",)),
    Entry("hours", "상담 시간이 어떻게 되나요?", "평일 아홉 시부터 여섯 시까지입니다."),
    Entry("sale", "여름 할인 행사는 언제까지인가요?", "팔월 말까지입니다.", valid_until=date(2026, 8, 31)),
]


class Counted:
    """The real index, and how often it was asked."""

    def __init__(self, index: Index) -> None:
        self.index, self.searches = index, 0

    def search_each(
        self, text: str, groups: Sequence[Callable[[Entry], bool]], limit: int = 3, *, today: date | None = None
    ) -> Sequence[Found]:
        self.searches += 1
        return self.index.search_each(text, groups, limit, today=today)


@pytest.fixture(scope="module")
def index() -> Index:
    return Index.of(entries_of(FLOWS, KNOWN), BundledEmbedding.load())


@pytest.fixture
def counted(index: Index) -> Counted:
    return Counted(index)


@pytest.fixture
def understanding(counted: Counted) -> Understanding:
    return Understanding(counted, entries_of(FLOWS, KNOWN))  # type: ignore[arg-type]


def test_flows_repairs_and_questions_stand_in_one_index() -> None:
    entries = {entry.id: entry for entry in entries_of(FLOWS, KNOWN)}
    assert {name for name in entries if name.startswith("flow:")} == {"flow:반품 접수", "flow:배송 조회"}
    assert {name for name in entries if name.startswith("repair:")} == {f"repair:{repair}" for repair in examples()}
    assert {name for name in entries if ":" not in name} == {"fee", "hours", "sale"}, "a flow serves the other"
    assert "배송은 얼마나 걸리나요?" in entries["flow:배송 조회"].examples and entries["flow:배송 조회"].tags == (
        "배송",
    )
    assert "사람 목소리 듣고 싶어요" in entries["repair:person"].examples


@pytest.mark.parametrize(
    "said", ["반품하고 싶어요", "반품하고 싶은데요", "산 물건 돌려보낼게요", "산 물건을 돌려보낼래요"]
)
def test_an_example_is_certain_whatever_its_ending(understanding: Understanding, said: str) -> None:
    wish = understanding.read(Heard.of(said), TODAY).wishes[0]
    assert (wish.kind, wish.name) == ("flow", "반품 접수") and wish.confidence >= CERTAIN


def test_what_stands_for_two_flows_is_certain_for_none(index: Index) -> None:
    twins = [flow("하나", "바꾸고 싶어요"), flow("둘", "바꾸고 싶은데요")]
    entries = entries_of(twins)
    read = Understanding(Index.of(entries, BundledEmbedding.load()), entries).read(Heard.of("바꾸고 싶어요"), TODAY)
    assert all(wish.confidence != CERTAIN for wish in read.wishes)
    assert {wish.name for wish in read.wishes[:2]} == {"하나", "둘"}


def test_a_question_is_for_the_knowledge_base_and_a_wish_for_a_flow(understanding: Understanding) -> None:
    asked = understanding.read(Heard.of("반품 배송비는 누가 내요"), TODAY)
    assert asked.is_question and (best := asked.best("faq")) is not None and best.name == "fee"
    assert asked.wishes[0].kind == "faq"
    wanted = understanding.read(Heard.of("택배 어디 있는지 찾아봐 주세요"), TODAY).best("flow")
    assert wanted is not None and wanted.name == "배송 조회"


def test_each_group_has_hits_of_its_own(understanding: Understanding) -> None:
    for wish in understanding.read(Heard.of("반품 배송비는 누가 내요"), TODAY).wishes:
        assert wish.hit is not None
        assert (wish.kind == "faq") == (":" not in wish.hit.entry.id)


def test_repairs_by_words_and_by_likeness(understanding: Understanding) -> None:
    sure = understanding.read(Heard.of("상담원 연결해 주세요"), TODAY)
    assert (sure.repair, sure.by_words) == ("person", True)
    alike = understanding.read(Heard.of("노래 한 곡 불러 줘"), TODAY)
    assert (alike.repair, alike.by_words) == ("how_are_you", False)
    own = understanding.read(Heard.of("사람 목소리가 듣고 싶네요"), TODAY)
    assert own.repair == "person", "in the words of the designer who has a flow for it"


@pytest.mark.parametrize("heard", [Heard.of("1234#", source="dtmf"), Heard.of(""), Heard.of("  ")])
def test_keys_and_silence_want_nothing(understanding: Understanding, counted: Counted, heard: Heard) -> None:
    reading = understanding.read(heard, TODAY)
    assert (reading.repair, reading.wishes, counted.searches) == (None, (), 0)


def test_an_entry_answers_on_its_days_only(understanding: Understanding) -> None:
    question = "여름 할인 행사는 언제까지예요"
    in_july = date(2026, 7, 1)
    assert [hit.entry.id for hit in understanding.answers(question, in_july)][:1] == ["sale"]
    assert "sale" not in {hit.entry.id for hit in understanding.answers(question, TODAY)}
    assert "sale" not in {hit.entry.id for hit in understanding.nearest(question, TODAY)}
    assert "sale" not in {wish.name for wish in understanding.read(Heard.of(question), TODAY).wishes}
    best = understanding.read(Heard.of(question), in_july).best("faq")
    assert best is not None and best.name == "sale", "and what was read on one day is not what it means on another"


def test_what_nothing_answers_has_no_answer_but_a_nearest(understanding: Understanding) -> None:
    assert understanding.answers("비트코인 시세 알려 주세요", TODAY) == []
    assert understanding.nearest("비트코인 시세 알려 주세요", TODAY)
    assert {hit.entry.id for hit in understanding.nearest("반품 배송비", TODAY)} <= {"fee", "hours"}


def test_how_sure_the_recognizer_was_changes_nothing_of_what_was_said(
    understanding: Understanding, counted: Counted
) -> None:
    """What was read of a partial, of which nobody knows how sure it is, need not be read again of its final."""
    readings = [
        understanding.read(Heard.of("반품하고 싶어요", confidence=sure), TODAY) for sure in (1.0, 0.4, 0.9, 0.4)
    ]
    assert counted.searches == 1
    assert [reading.heard.confidence for reading in readings] == [1.0, 0.4, 0.9, 0.4], "each is of its own words"
    assert len({reading.wishes for reading in readings}) == 1


def test_a_partial_and_then_the_same_final_cost_one_read(understanding: Understanding, counted: Counted) -> None:
    partial = understanding.read(Heard.of("반품하고 싶어요"), TODAY)
    final = understanding.read(Heard.of("반품하고 싶어요"), TODAY)
    assert final == partial and counted.searches == 1
    typed = understanding.read(Heard.of("반품하고 싶어요", source="typed"), TODAY)
    assert typed.wishes == final.wishes and typed.heard.source == "typed" and counted.searches == 1
    understanding.read(Heard.of("반품하고 싶어요 그런데"), TODAY)
    assert counted.searches == 2
