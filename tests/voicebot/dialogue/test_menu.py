"""Callers who are not understood, and are offered the keys of their telephone."""

from functools import partial

import pytest

from tests.fakes.line import SILENT, badly_heard, pressed
from tests.voicebot.dialogue import calls
from tests.voicebot.dialogue.calls import MORE
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.menu import MOST_FLOWS
from voicebot.dialogue.signals import Goodbye
from voicebot.dialogue.slots.key_menu import KeyMenu

FLOWS = """
flow: 예약
about: 자리를 잡아 드립니다
examples: [예약하고 싶어요, 자리 잡아 주세요]
slots:
  인원: {type: digits, lengths: [2], ask: 몇 분이세요?}
steps:
  - ask: 인원
  - say: "{인원}명으로 예약했어요."
---
flow: 찻잎
about: 찻잎을 보내 드립니다
examples: [찻잎 보내 주세요, 택배 되나요]
steps:
  - say: 보내 드릴게요.
"""
PERSON = """
---
flow: 점장
kind: global
repairs: person
about: 점장을 바꿔 드립니다
steps:
  - handoff: 점장
    say: 점장님 바꿔 드릴게요.
"""
MENU = "번호로 도와드릴게요. 예약은 1번, 찻잎은 2번, 상담사 연결은 0번을 눌러 주세요. 번호를 말씀하셔도 돼요."
AGAIN = "죄송해요. 한 번 더 안내해 드릴게요. 예약은 1번, 찻잎은 2번, 상담사 연결은 0번을 눌러 주세요."
LOST = ("어으", "그으")  # two in a row that nobody understands


@pytest.fixture
def call(tmp_path):
    return partial(calls.call, tmp_path, FLOWS)


# ---- how a caller comes to it


def test_who_is_not_understood_twice_is_offered_the_keys(call):
    lost = call(*LOST)
    assert lost.heard(1) == f"못 알아들었어요. {MORE}"
    assert lost.heard(2) == MENU
    assert isinstance(lost.line.asked[-1], KeyMenu)


def test_who_was_understood_in_between_is_not(call):
    assert call("어으", "찻잎 보내 주세요", "그으").heard() == f"못 알아들었어요. {MORE}"


@pytest.mark.parametrize("sure", [0.2, 0.45])
def test_whole_sentences_that_are_heard_badly_are_not_understood(call, sure):
    nonsense = badly_heard("우주 정거장 망원경 수리 비용", sure)
    assert call(nonsense).heard() == f"못 알아들었어요. {MORE}"
    assert call(nonsense, nonsense).heard() == MENU


def test_whole_sentences_that_are_heard_well_are_what_nobody_here_knows(call):
    assert "상담사에게 연결해 드릴까요?" in call(badly_heard("우주 정거장 망원경 수리 비용", 0.6)).heard()


def test_a_wish_that_is_heard_very_badly_is_asked_about(call):
    assert call(badly_heard("찻잎 보내 주세요", 0.25)).heard() == "찻잎을 도와드릴까요?"
    assert call(badly_heard("찻잎 보내 주세요", 0.35)).heard() == f"보내 드릴게요. {MORE}"


def test_guesses_that_are_wrong_count_too(call):
    guess = badly_heard("찻잎 보내 주세요", 0.25)
    assert call(guess, "아니요").heard() == MORE
    assert call(guess, "아니요", "어으").heard() == MENU
    assert call(guess, "아니요", guess, "아니요").heard() == MENU
    assert call(guess, guess, guess).heard() == MENU, "nothing is guessed a third time"


def test_who_presses_a_key_that_nobody_asked_for_is_told_which_there_are(call):
    assert call(pressed("2")).heard() == MENU
    assert call(pressed("2"), pressed("2")).heard() == f"보내 드릴게요. {MORE}"


def test_keys_answer_an_offer(call, tmp_path):
    assert call(badly_heard("찻잎 보내 주세요", 0.25), pressed("1")).heard() == f"보내 드릴게요. {MORE}"


# ---- what is chosen


@pytest.mark.parametrize(
    "chosen",
    [pressed("1"), pressed("1#"), "일번이요", "1번", "하나요", "첫 번째요", "예약이요", "음 예약", "예약하고 싶어요"],
)
def test_a_key_a_number_or_a_name_begins_the_flow(call, chosen):
    assert call(*LOST, chosen).heard() == "몇 분이세요?"


@pytest.mark.parametrize("chosen", [pressed("0"), "영번이요", "공번", "상담사 연결이요", "상담사 바꿔 주세요"])
def test_behind_zero_there_is_a_person(call, chosen):
    handed = call(*LOST, chosen)
    assert handed.heard() == "네, 상담사에게 연결해 드릴게요."
    assert handed.ending.reason == "asked"


def test_a_flow_that_was_chosen_is_followed_to_its_end_and_all_patience_is_back(call):
    served = call(*LOST, pressed("1"), pressed("12"), "어으")
    assert served.heard(4).startswith("12명으로 예약했어요.")
    assert served.heard(5) == f"못 알아들었어요. {MORE}"


def test_something_else_may_be_said_instead(tmp_path):
    further = "---\nflow: 다도\nkind: global\nabout: 다도\nexamples: [다도 배우고 싶어요]\nsteps: [{say: 오세요.}]\n"
    assert calls.call(tmp_path, FLOWS + further, *LOST, "다도 배우고 싶어요").heard() == f"오세요. {MORE}"


def test_so_may_that_there_is_nothing_any_more(call):
    assert call(*LOST, "아니에요").ending == Goodbye("done")
    assert call(*LOST, "끊을게요").ending == Goodbye("caller")
    assert call(*LOST, "그만할래요").heard().startswith("지금 진행 중인 일은 없어요.")


def test_it_can_be_heard_again(call):
    assert call(*LOST, "다시 말해 주세요").heard() == MENU
    assert MENU in call(*LOST, SILENT).heard()


# ---- when that fails too


@pytest.mark.parametrize(
    "misses", [("어으", "그으"), (pressed("7"), pressed("*")), (badly_heard("이번이요", 0.4),) * 2]
)
def test_after_two_more_misses_a_person_takes_over(call, misses):
    handed = call(*LOST, *misses)
    assert handed.heard(3) == AGAIN
    assert handed.heard(4) == "제가 잘 알아듣지 못해서 상담사에게 연결해 드릴게요."
    assert handed.ending.reason == "low_confidence"


@pytest.mark.parametrize("babble", [["그만할래요", "어으"], ["어으"], ["네"], ["택배 예약"], ["예약 찻잎이요"]])
def test_nobody_is_led_round_in_a_circle(call, babble):
    """Whatever is said again and again, some time a person takes over, or the caller has left."""
    said = call(*babble * 30)
    assert said.ending is not None or babble == ["택배 예약"], [one.text for one in said.line.said]


# ---- whose menu it is


def test_a_designer_says_which_keys_there_are(tmp_path):
    scenario = "menu:\n  7: {flow: 찻잎, label: 찻잎 택배}\n  3: {flow: 예약}\n"
    call = partial(calls.call, tmp_path, FLOWS, scenario=scenario)
    assert "찻잎 택배는 7번, 예약은 3번, 상담사 연결은 0번을" in call(*LOST).heard()
    assert call(*LOST, pressed("7")).heard() == f"보내 드릴게요. {MORE}"
    assert call(*LOST, "칠번이요").heard() == f"보내 드릴게요. {MORE}"
    assert call(*LOST, "찻잎 택배요").heard() == f"보내 드릴게요. {MORE}"
    assert call(*LOST, "삼번").heard() == "몇 분이세요?"
    assert call(*LOST, pressed("1")).heard() != "몇 분이세요?"


def test_a_designers_person_takes_the_place_of_the_engines(tmp_path):
    menu = "menu: {1: {flow: 예약}, 9: {flow: 점장}}\n"
    handed = calls.call(tmp_path, FLOWS + PERSON, *LOST, pressed("9"), scenario=menu)
    assert "예약은 1번, 점장은 9번을 눌러" in handed.heard(2)
    assert "0번" not in handed.heard(2)
    assert (handed.ending.reason, handed.ending.skill) == ("asked", "점장")


def test_zero_leads_to_the_designers_person(tmp_path):
    assert calls.call(tmp_path, FLOWS + PERSON, *LOST, pressed("0")).ending.skill == "점장"


def test_zero_may_be_something_else(tmp_path):
    menu = "menu: {0: {flow: 예약}, 1: {flow: 찻잎}}\n"
    assert calls.call(tmp_path, FLOWS, *LOST, "영번이요", scenario=menu).heard() == "몇 분이세요?"


def test_the_company_has_its_own_words(tmp_path):
    scenario = "  menu: '{메뉴} 가운데 골라 주세요.'\n  menu_person: 점장\n"
    assert (
        calls.call(tmp_path, FLOWS, *LOST, scenario=scenario).heard()
        == "예약은 1번, 찻잎은 2번, 점장은 0번 가운데 골라 주세요."
    )


def test_what_nobody_has_written_has_no_more_than_eight_flows(tmp_path):
    flows = "---\n".join(
        f"flow: 일{n}\nabout: 일\nexamples: [일{n} 해 주세요]\nsteps: [{{say: 네.}}]\n" for n in range(12)
    )
    read_out = calls.call(tmp_path, flows, *LOST).heard()
    assert read_out.count("번,") == MOST_FLOWS
    assert f"{MOST_FLOWS}번, 상담사 연결은 0번" in read_out


# ---- the slot


@pytest.mark.parametrize(
    ("said", "option"),
    [
        ("삼번이요", "가"),
        ("3번", "가"),
        ("두 번째 거요", "나"),
        ("빵번", "다"),
        ("0번", "다"),
        ("육번", None),
        ("삼십번", None),
    ],
)
def test_numbers_are_keys_and_not_places(said, option):
    menu = KeyMenu({"가": [], "나": [], "다": []}, {"3": "가", "2": "나", "0": "다"})
    found = menu.find(Heard.of(said), calls.NOW, asked=True)
    assert (found.value if found else None) == option
