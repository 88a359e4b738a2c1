import asyncio
from functools import partial
from itertools import islice, repeat

import pytest

from kb.entry import Entry
from tests.fakes.line import ScriptedLine
from tests.voicebot.dialogue import calls
from tests.voicebot.dialogue.calls import MORE
from voicebot.dialogue.line import Caller
from voicebot.dialogue.signals import Goodbye, Transfer
from voicebot.events import AnswerChosen, HandoffRequested, SlotFilled

FLOWS = """
flow: 예약
about: 자리를 잡아 드립니다
examples: [예약하고 싶어요, 예약해 주세요]
slots:
  인원: {type: digits, lengths: [2], ask: 몇 분이세요?}
  전화: {type: digits, lengths: [4], ask: 전화번호 뒷자리는요?}
steps:
  - ask: [인원, 전화]
  - say: "{인원}명으로 예약했어요."
---
flow: 찻잎 배달
about: 찻잎을 보내 드립니다
examples: [찻잎 보내 주세요, 녹차 배달 시킬게요]
slots:
  봉지: {type: digits, lengths: [2], ask: 몇 봉지 보내 드릴까요?}
steps:
  - ask: 봉지
  - say: "{봉지}봉지 보내 드릴게요."
---
flow: 찻잔 배달
about: 찻잔을 보내 드립니다
examples: [찻잔 하나 보내 주세요]
steps:
  - say: 찻잔 보내 드릴게요.
---
flow: 점수
kind: global
about: 모은 점수를 알려 드립니다
examples: [모은 점수 알려 주세요]
steps:
  - say: 점수는 칠십 점이에요.
"""
HOURS = [
    Entry("F1", "몇 시에 여나요", "아홉 시에 열어요.", "영업"),
    Entry("F2", "몇 시에 닫나요", "열 시에 닫아요.", "영업"),
    Entry("F3", "주차장은 어디 있나요", "건물 뒤에 있어요.", "위치"),
]
OPENING = "새벽찻집입니다. 무엇을 도와드릴까요?"
GOODBYE = "이용해 주셔서 감사합니다. 좋은 하루 보내세요."
UNSURE_OF_LEAVES = "저기요 우리 집 녹차 배달"  # a third of it is of the flow's words


@pytest.fixture
def call(tmp_path):
    return partial(calls.call, tmp_path, FLOWS)


# ---- opening and closing


def test_the_call_opens_with_the_companys_words(call):
    opened = call()
    assert opened.heard(0) == OPENING
    assert opened.line.of(AnswerChosen)[0].turn == 0
    assert opened.ending is None


def test_who_is_called_hears_the_other_opening(call):
    assert call(caller=Caller(direction="out")).heard() == "안부 전화예요. 잘 지내셨어요?"


def test_without_an_outbound_flow_the_first_one_opens(call, monkeypatch):
    monkeypatch.setattr(calls, "SCENARIO", calls.SCENARIO.replace("outbound: 안부\n", ""))
    assert call(caller=Caller(direction="out")).heard() == OPENING


def test_nothing_more_is_wanted(call):
    ended = call("찻잔 하나 보내 주세요", "아니에요")
    assert ended.heard(1) == f"찻잔 보내 드릴게요. {MORE}"
    assert ended.heard(2) == GOODBYE
    assert ended.ending == Goodbye("done")


def test_a_no_with_a_wish_behind_it_is_a_wish(call):
    assert call("찻잔 하나 보내 주세요", "아니요 예약해 주세요").heard() == "몇 분이세요?"


def test_the_log_tells_who_took_over(tmp_path):
    flows = FLOWS + "---\nflow: 불만\nabout: 듣습니다\nexamples: [불만 있어요]\nsteps: [{handoff: 민원}]\n"
    handed = calls.call(tmp_path, flows, "불만 있어요")
    assert handed.line.of(HandoffRequested) == [HandoffRequested("flow", "민원", handed.ending.summary)]


def test_a_partial_has_no_effect(call):
    conversation = call().conversation
    before = list(conversation.line.events)
    conversation.consider("예약하고 싶")
    assert conversation.line.events == before


# ---- answers and what is offered behind them


def test_an_answer_says_where_it_is_from(call):
    answered = call("주차장은 어디 있나요", faq=HOURS)
    assert answered.heard() == f"건물 뒤에 있어요. {MORE}"
    assert [event.documents[0]["id"] for event in answered.line.of(AnswerChosen) if event.source == "faq"] == ["F3"]


def test_the_next_question_of_the_same_kind_is_offered_once(call):
    answered = call("몇 시에 여나요", "네", "네", faq=HOURS)
    assert answered.heard(1) == "아홉 시에 열어요. 몇 시에 닫나요 이것도 안내해 드릴까요?"
    assert answered.heard(2).startswith("열 시에 닫아요.")


def test_an_offer_that_is_turned_down_ends_nothing(call):
    answered = call("몇 시에 여나요", "아니요", "아니에요", faq=HOURS)
    assert answered.heard(2) == MORE
    assert answered.ending == Goodbye("done")


def test_another_wish_takes_the_place_of_an_offer(call):
    assert call("몇 시에 여나요", "예약하고 싶어요", faq=HOURS).heard() == "몇 분이세요?"


def test_what_the_ear_cannot_hold_is_offered(call):
    sentences = [
        f"{season}에 딴 찻잎은 아홉 번 덖어서 향이 아주 오래가요." for season in ("봄", "여름", "가을", "겨울")
    ]
    tea = [Entry("F1", "찻잎은 언제 따나요", " ".join(sentences))]
    told = call("찻잎은 언제 따나요", "네", "네", faq=tea, scenario="limits: {answer_chars: 60}\n")
    assert told.heard(1) == f"{sentences[0]} {sentences[1]} 더 안내해 드릴까요?"
    assert told.heard(2) == f"{sentences[2]} 더 안내해 드릴까요?"
    assert told.heard(3) == f"{sentences[3]} {MORE}"


# ---- what is not sure


def test_a_flow_that_is_only_likely_is_offered(call):
    offered = call(UNSURE_OF_LEAVES, "네", "이오요")
    assert offered.heard(1) == "찻잎 배달을 도와드릴까요?"
    assert offered.heard(2) == "몇 봉지 보내 드릴까요?"
    assert offered.heard(3).startswith("25봉지 보내 드릴게요.")


def test_and_may_be_turned_down(call):
    declined = call(UNSURE_OF_LEAVES, "아니요")
    assert declined.heard() == MORE
    assert declined.ending is None
    assert "찻잎 배달" not in declined.entered


def test_the_answer_to_its_question_is_a_yes(tmp_path):
    flows = FLOWS.replace("봉지: {type: digits, lengths: [2]", "봉지: {type: order_number")
    assert calls.call(tmp_path, flows, UNSURE_OF_LEAVES, "이공이육일일이삼").entered[-1] == "찻잎 배달"


def test_another_wish_takes_its_place(call):
    assert call(UNSURE_OF_LEAVES, "예약하고 싶어요").heard() == "몇 분이세요?"


def test_two_flows_alike_are_asked_about(call):
    asked = call("보내 주세요")
    assert asked.heard() in ("찻잎 배달 말씀이세요, 아니면 찻잔 배달 말씀이세요?",
                             "찻잔 배달 말씀이세요, 아니면 찻잎 배달 말씀이세요?")  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "then"),
    [
        ("찻잎이요", "몇 봉지 보내 드릴까요?"),
        ("찻잔 배달이요", f"찻잔 보내 드릴게요. {MORE}"),
        ("예약해 주세요", "몇 분이세요?"),
    ],
)
def test_and_the_caller_chooses(call, answer, then):
    assert call("보내 주세요", answer).heard() == then


@pytest.mark.parametrize("which", ["첫 번째요", "두 번째요"])
def test_by_their_order_too(call, which):
    chosen = call("보내 주세요", which)
    first, second = chosen.heard(1).split(" 말씀이세요, 아니면 ")
    assert chosen.entered[-1] == (first if which.startswith("첫") else second.removesuffix(" 말씀이세요?"))


def test_who_never_says_whether_he_wants_what_is_offered_is_not_offered_it_for_ever(call):
    handed = call(*islice(repeat(UNSURE_OF_LEAVES), 200))
    assert handed.ending.reason == "low_confidence"
    assert handed.line.turn <= 6


def test_two_hundred_changes_between_two_flows(call):
    turns = [*["보내 주세요"] * 200, "예약하고 싶어요"]
    assert call(*turns).heard() == "몇 분이세요?"


def test_two_hundred_changes_of_flow(call):
    changing = ["예약해 주세요 그냥", "아니 그냥 찻잎 보내 주세요", "아니 그냥 예약해 주세요"] * 70
    changed = call(*changing, "이오요", "아니 그냥 녹차 배달 시킬게요", "아니 그냥 예약해 주세요")
    assert changed.heard() == "몇 분이세요?"
    assert changed.left == changed.entered


def test_two_hundred_changes_behind_a_flow(call):
    """Asked whether to go on with a flow, the caller each time wants another answer."""
    turns = ["예약하고 싶어요", "일오요", *["모은 점수 알려 주세요"] * 200]
    assert call(*turns).heard().startswith("점수는 칠십 점이에요.")


# ---- what nothing here answers


def test_a_question_without_an_answer_may_go_to_a_person(call):
    handed = call("우주 정거장 망원경 수리 비용", "네")
    assert handed.heard(1) == "그 내용은 제가 정확히 안내해 드리기 어려워요. 상담사에게 연결해 드릴까요?"
    assert handed.ending.reason == "no_answer"


def test_or_not(call):
    assert call("우주 정거장 망원경 수리 비용", "아니요").heard() == MORE


def test_or_to_another_wish(call):
    assert call("우주 정거장 망원경 수리 비용", "예약하고 싶어요").heard() == "몇 분이세요?"


def test_after_some_questions_without_an_answer_a_person_takes_over(call):
    handed = call(*["우주 정거장 망원경 수리 비용"] * 10)
    assert handed.ending.reason == "no_answer"
    assert handed.heard(3).endswith("연결해 드릴까요?"), "three times it is asked"
    assert handed.line.turn == 4


def test_an_answer_in_between_counts_them_anew(call):
    turns = [*["우주 정거장 망원경 수리 비용"] * 3, "예약하고 싶어요", "그만할래요"] * 3
    assert call(*turns, "예약하고 싶어요").heard() == "몇 분이세요?"


def test_a_designers_flow_takes_its_place(tmp_path):
    flows = FLOWS + "---\nflow: 모름\nkind: repair\nrepairs: no_answer\nabout: 모릅니다\nsteps: [{say: 그건 몰라요.}]\n"
    assert calls.call(tmp_path, flows, "우주 정거장 망원경 수리 비용").heard() == f"그건 몰라요. {MORE}"


def test_where_nothing_is_going_on_nothing_can_be_cancelled(call):
    asked = call("하던 거 취소요")
    assert asked.heard() == f"지금 진행 중인 일은 없어요. {MORE}"
    assert asked.ending is None


def test_an_offer_can_be_cancelled(call):
    cancelled = call("몇 시에 여나요", "취소할게요", faq=HOURS)
    assert "닫아요" not in cancelled.heard()
    assert cancelled.heard() == MORE


# ---- from inside a flow


def test_a_question_in_a_form_is_answered_and_gone_back_from(call):
    asked = call("예약하고 싶어요", "주차장은 어디 있나요", "일오요", faq=HOURS)
    assert asked.heard(2) == "건물 뒤에 있어요. 그럼 계속할게요. 몇 분이세요?"
    assert asked.heard(3) == "전화번호 뒷자리는요?"


def test_another_flow_takes_the_place_of_one_in_which_nothing_was_said_yet(call):
    changed = call("예약하고 싶어요", "찻잎 보내 주세요")
    assert changed.heard() == "몇 봉지 보내 드릴까요?"
    assert changed.left[:2] == ["인사", "예약"]


def test_a_flow_that_has_begun_waits_and_is_gone_on_with(call):
    resumed = call("예약하고 싶어요", "일오요", "모은 점수 알려 주세요", "네", "일이삼사")
    assert resumed.heard(3) == "점수는 칠십 점이에요. 하시던 예약을 이어서 해 드릴까요?"
    assert resumed.heard(4) == "전화번호 뒷자리는요?"
    assert resumed.heard(5) == f"15명으로 예약했어요. {MORE}"


def test_unless_the_caller_has_lost_interest(call):
    lost = call("예약하고 싶어요", "일오요", "모은 점수 알려 주세요", "아니요")
    assert lost.heard() == f"네, 그만할게요. {MORE}"
    assert lost.left == ["인사", "점수", "예약"]


def test_who_wants_one_thing_instead_of_another_is_not_asked(call):
    changed = call("예약하고 싶어요", "일오요", "아니 그냥 찻잎 보내 주세요")
    assert changed.heard() == "몇 봉지 보내 드릴까요?"
    assert changed.left[:2] == ["인사", "예약"]


def test_a_third_flow_takes_the_place_of_both(call):
    third = call("예약하고 싶어요", "일오요", "녹차 배달 시킬게요", "찻잔 하나 보내 주세요")
    assert third.heard(3) == "몇 봉지 보내 드릴까요?"
    assert third.heard(4) == f"찻잔 보내 드릴게요. {MORE}"
    assert third.left == ["인사", "찻잎 배달", "예약", "찻잔 배달"]


def test_cancelling_ends_the_flow_and_not_the_call(call):
    cancelled = call("예약하고 싶어요", "그만할래요")
    assert cancelled.heard() == f"네, 그만할게요. {MORE}"
    assert cancelled.ending is None


def test_a_likely_wish_out_of_the_opening_flow_is_served(tmp_path, monkeypatch):
    monkeypatch.setattr(calls, "OPENING", """
flow: 인사
about: 여쭙니다
steps: [{answer: 우주 정거장 망원경}]
---
flow: 안부
about: 안부
steps: [{say: 안부}]
""")  # fmt: skip
    offered = calls.call(tmp_path, FLOWS, UNSURE_OF_LEAVES, "예약하고 싶어요")
    assert offered.heard(1) == "찻잎 배달을 도와드릴까요?"
    assert offered.heard(2) == "몇 분이세요?"


@pytest.mark.parametrize("turns", range(6))
def test_whenever_the_caller_hangs_up_every_flow_is_left(call, turns):
    talk = ["예약하고 싶어요", "일오요", "녹차 배달 시킬게요", "이오요", "네", "일이삼사"]
    gone = call(line=ScriptedLine(talk[:turns]))
    assert sorted(gone.left) == sorted(gone.entered)
    assert gone.ending is None


# ---- run again


def _again(before, *turns):
    """The conversation goes on with the flow 찻잎 배달 behind its handoff."""
    conversation = before.conversation
    conversation.line = ScriptedLine(turns)
    ending = asyncio.run(conversation.run(conversation.mind.flows["찻잎 배달"]))
    return ending, conversation


def test_behind_a_handoff_it_goes_on_with_a_flow_and_greets_nobody(call):
    handed = call("상담사 연결해 주세요")
    assert isinstance(handed.ending, Transfer)
    ending, conversation = _again(handed, "이오요", "아니요")
    said = [said.text for said in conversation.line.said]
    assert said[0] == "몇 봉지 보내 드릴까요?"
    assert OPENING not in said
    assert said[-1] == GOODBYE
    assert isinstance(ending, Goodbye)


def test_behind_a_handoff_it_knows_what_it_knew_and_has_its_patience_back(call):
    handed = call("모은 점수 알려 주세요", "상담사 연결해 주세요")
    handed.conversation.memory.put("등급", "금", "")
    handed.conversation.memory.not_understood = 2
    _, conversation = _again(handed, "흠흠흠", "이오요", "아니요")
    assert conversation.memory.values()["등급"] == "금"
    assert [event.value for event in conversation.line.of(SlotFilled)] == ["25"]


def test_a_flow_that_is_run_again_may_hand_over_again(call):
    handed = call("상담사 연결해 주세요")
    ending, conversation = _again(handed, "상담사 바꿔 주세요")
    assert isinstance(ending, Transfer)
    assert len(conversation.line.of(HandoffRequested)) == 1


def test_who_wants_it_all_from_the_beginning_hears_the_greeting(call):
    handed = call("상담사 연결해 주세요")
    _, conversation = _again(handed, "처음부터 다시 할게요", "이제 됐어요 끊을게요")
    assert OPENING in [said.text for said in conversation.line.said]
