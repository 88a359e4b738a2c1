"""What an agent is shown while a call goes on."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pytest

from assist.suggest.suggestions import Suggestions
from kb.embedding.bundled import BundledEmbedding
from tests.assist.suggest.conftest import Call, documents
from voicebot.events import (
    Event,
    FlowLeft,
    HandoffRequested,
    SlotFilled,
    SuggestionUsed,
    TranscriptFinal,
    TranscriptPartial,
    TurnEnded,
)


def test_a_question_is_answered_by_the_entry_with_reason_and_reply(call: Call) -> None:
    (event,) = call.caller("택배비가 얼마예요")
    assert event.turn == 1 and event.ms >= 0
    assert documents(event)[0] == "N017"
    first = event.items[0]
    assert first["title"] == "배송비는 얼마인가요?" and "3,000원" in first["answer"] and 0 < first["score"] <= 1
    assert first["why"] == "같은 말: 배송비"
    assert "3,000원" in event.reply and "50,000원" in event.reply
    assert len(event.items) <= 3


@pytest.mark.parametrize(
    "text", ["안녕하세요", "네", "네 맞아요", "아니요", "어 음", "여보세요", "감사합니다", "잠깐만요", "네 괜찮아요"]
)
def test_nothing_is_suggested_for_words_that_ask_nothing(call: Call, text: str) -> None:
    assert call.partial(text) == []
    assert call.caller(text) == []


@pytest.mark.parametrize("text", ["", "   ", "?!"])
def test_an_empty_transcript_suggests_nothing(call: Call, text: str) -> None:
    assert call.partial(text) == [] and call.caller(text) == []


def test_the_same_words_again_are_no_news(call: Call) -> None:
    assert len(call.caller("택배비가 얼마예요")) == 1
    number = call.turn
    assert call.tell(TurnEnded(number, "택배비가 얼마예요", "택배비가 얼마예요", 300, "ending")) == []
    assert call.tell(TranscriptPartial("caller", number, "택배비가", "택배비가", 4)) == []


def test_thanks_leave_what_is_shown(call: Call) -> None:
    call.caller("택배비가 얼마예요")
    assert call.caller("네 감사합니다") == []


def test_a_wish_that_nothing_here_answers_clears_what_was_shown(call: Call) -> None:
    call.caller("택배비가 얼마예요")
    (event,) = call.caller("자동차 보험료를 계산해 주세요")
    assert event.items == () and event.reply == ""


# ---- partials


def test_a_partial_of_few_syllables_is_too_little(call: Call) -> None:
    assert call.partial("택배비") == []
    (event,) = call.partial("택배비가")
    assert documents(event)[0] == "N017" and event.turn == 1


def test_partials_suggest_entries_and_leave_the_reply_to_the_final(call: Call) -> None:
    (early,) = call.partial("택배비가 얼마")
    assert early.items and early.reply == ""
    (final,) = call.caller("택배비가 얼마예요")
    assert final.reply


def test_the_list_stays_while_the_words_mean_the_same(call: Call) -> None:
    events = [event for text in ("택배비가", "택배비가 얼마", "택배비가 얼마예요") for event in call.partial(text)]
    assert len(events) == 1


def test_the_list_changes_when_something_else_is_clearly_meant(call: Call) -> None:
    (first,) = call.partial("정기배송")
    changed = call.partial("정기배송 해지하고 싶은데요")
    assert documents(first)[0] != "N143" and documents(changed[-1])[0] == "N143"


# ---- what was said before


def test_a_follow_up_uses_what_was_asked_before(call: Call) -> None:
    call.caller("반품하고 싶어요")
    (event,) = call.caller("그럼 며칠 걸려요?")
    assert documents(event)[0] == "N063"
    assert event.items[0]["why"] == "앞서 말한 '반품'에 이어서"
    assert "5일" in event.reply


def test_the_same_words_mean_something_else_after_something_else(call: Call) -> None:
    call.caller("교환하고 싶어요")
    (event,) = call.caller("그럼 며칠 걸려요?")
    assert documents(event)[0] == "N061"


def test_a_follow_up_without_anything_before_stands_for_itself(call: Call) -> None:
    for event in call.caller("그럼 며칠 걸려요?"):
        assert all("앞서" not in item["why"] for item in event.items)


def test_a_question_of_its_own_ends_the_topic(call: Call) -> None:
    call.caller("반품하고 싶어요")
    call.caller("택배비가 얼마예요")
    (event,) = call.caller("제주도는요")
    assert documents(event)[0] == "N019"


def test_yes_to_an_offer_asks_for_what_was_offered(call: Call) -> None:
    call.caller("방송 편성표랑 채널 번호 좀 알려 주세요")
    call.bot("방송 알림을 받고 싶어요.")
    call.bot("이것도 안내해 드릴까요?")
    (event,) = call.caller("네 알려 주세요")
    assert documents(event)[0] == "N096"
    assert call.caller("네") == []


# ---- flows


def test_the_flow_tells_what_is_still_to_be_asked(call: Call) -> None:
    (event,) = call.flow("콜백 예약")
    assert event.questions[0] == "언제 전화드릴까요? 날짜를 말씀해 주세요."
    (event,) = call.tell(SlotFilled("통화일", "2026-11-24", "내일", "내일", 1.0))
    assert event.questions[0].startswith("오전 9시부터")
    (event,) = call.tell(FlowLeft("콜백 예약", ""))
    assert event.questions == ()


def test_an_answer_to_the_flows_question_is_no_question(call: Call) -> None:
    call.flow("AS 예약")
    assert call.caller("냉장고") == []
    assert documents(call.caller("AS 비용은 얼마예요")[0])[0] == "N105"


def test_an_agent_goes_on_with_what_the_bot_could_not_finish(call: Call) -> None:
    call.flow("반품·교환")
    call.flow("본인 확인")
    call.tell(FlowLeft("본인 확인", ""))
    call.tell(FlowLeft("반품·교환", ""))
    (event,) = call.tell(HandoffRequested("asked", "반품", ""))
    assert "반품을 원하세요, 교환을 원하세요?" in event.questions
    (event,) = call.agent("반품을 원하세요 아니면 교환을 원하세요?")
    assert "반품을 원하세요, 교환을 원하세요?" not in event.questions


def test_what_a_caller_tells_an_agent_they_want_brings_its_questions(call: Call) -> None:
    call.agent("네 누리홈쇼핑입니다")
    (event,) = call.caller("콜백 예약할게요")
    assert "언제 전화드릴까요? 날짜를 말씀해 주세요." in event.questions


def test_keys_are_not_looked_up(call: Call) -> None:
    assert call.tell(TurnEnded(1, "20261122", "20261122", 0, "dtmf")) == []


# ---- bad input


@dataclass(frozen=True, slots=True)
class Unheard:
    """An event of a later version."""

    turn: int = 1


def test_unknown_events_and_those_of_others_are_passed_over(call: Call) -> None:
    assert call.helper.heard(_logged(Unheard())) == []
    assert call.tell(SuggestionUsed(3, "N017", "used", "agent-1")) == []
    assert call.helper.tick(1_000) == []


def _logged(event: object) -> object:
    from voicebot.events import Logged

    return Logged("call", 0, 0, event)  # type: ignore[arg-type]


def test_an_empty_knowledge_base_leaves_questions_and_phrases(watched_call: Call) -> None:
    call = watched_call
    assert all(event.items == () for event in call.caller("택배비가 얼마예요"))
    assert call.flow("콜백 예약")[-1].questions


def test_a_scenario_of_nothing_suggests_nothing(loaded: object) -> None:
    from dataclasses import replace

    bare = replace(loaded, flows={})  # type: ignore[type-var]
    assert Call(Suggestions(bare, [], BundledEmbedding.load())).caller("택배비가 얼마예요") == []  # type: ignore[arg-type]


def test_a_turn_without_end_is_looked_up_by_its_end(call: Call) -> None:
    (event,) = call.caller(
        "지난주에 방송을 보다가 어머니 드리려고 하나 골랐는데요 " * 100 + "정기배송을 해지하고 싶어요"
    )
    assert "N143" in documents(event)


@pytest.mark.slow
def test_a_long_call_keeps_no_more_than_a_short_one(call: Call) -> None:
    texts = ("택배비가 얼마예요", "네", "그럼 며칠 걸려요?", "반품하고 싶어요")

    def talk(turns: int) -> int:
        for turn in range(turns):
            call.partial(texts[turn % 4])
            call.caller(f"{texts[turn % 4]} {turn}")
            call.agent("확인해 드릴게요")
            call.flow("반품·교환")
        return _size(call.helper)

    short = talk(40)
    assert talk(260) < 1.2 * short


def _size(helper: object) -> int:
    """Bytes of all that the helper holds of the call, but for what calls share."""
    seen: set[int] = set()
    waiting = [vars(helper)[name] for name in ("_topic", "_questions", "_phrases", "_turn", "_shown", "_exchanges")]
    total = 0
    while waiting:
        one = waiting.pop()
        if id(one) in seen or type(one).__name__ in ("LoadedScenario", "SuggestRules", "frozenset"):
            continue
        seen.add(id(one))
        total += sys.getsizeof(one)
        if isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple | set):
            waiting += list(one)
        elif hasattr(one, "__dict__"):
            waiting += list(vars(one).values())
        else:
            waiting += [getattr(one, name) for name in getattr(type(one), "__slots__", ()) if hasattr(one, name)]
    return total


def test_two_finals_of_one_turn_are_one_question(call: Call) -> None:
    call.tell(TranscriptFinal("caller", 1, "택배비가", "택배비가", (), "typed"))
    events: list[Event] = [
        *call.tell(TranscriptFinal("caller", 1, "제주도는 더 드나요", "제주도는 더 드나요", (), "typed"))
    ]
    assert documents(events[-1])[0] == "N019"  # type: ignore[arg-type]
