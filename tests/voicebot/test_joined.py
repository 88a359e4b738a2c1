"""Calls that people have: the caller waits, agents come and go, the bot takes over again."""

import random

import numpy as np
import pytest

from tests.fakes.live_call import GREETING_TEXTS, MORE, FakeDoor, LiveCall
from voicebot.events import (
    BotFinished,
    BotInterrupted,
    BotStarted,
    Dtmf,
    Fault,
    HandoffRequested,
    RecordingPaused,
    RecordingResumed,
    SlotFilled,
    SpeechEnded,
    SpeechStarted,
    TranscriptFinal,
    TranscriptPartial,
    TurnEnded,
)
from voicebot.farewell import TOO_LONG
from voicebot.following import PAUSE_MS
from voicebot.joined import MOST_ANNOUNCED

FLOWS = """
flow: 사람
about: 사람에게 연결합니다
examples: [점장님 바꿔 주세요]
steps:
  - handoff: 점장
    say: 점장님께 연결해 드릴게요.
---
flow: 조사
about: 만족하셨는지 여쭙니다
examples: [조사 해 주세요]
slots:
  점수: {type: digits, lengths: [1], ask: 몇 점이었나요?, confirm: never, keep: call}
steps:
  - ask: 점수
  - hang_up: 고맙습니다.
---
flow: 확인
about: 무엇인지 확인합니다
examples: [확인해 주세요]
steps:
  - say: 확인했어요.
  - handoff: 점장
    say: 다시 연결해 드릴게요.
---
flow: 결제
about: 카드로 결제합니다
examples: [카드로 결제할게요]
slots:
  카드: {type: digits, lengths: [4], ask: 카드 번호 네 자리요?, confirm: never}
steps:
  - recording: pause
  - ask: 카드
  - handoff: 점장
    say: 결제했어요.
"""


def desk(folder, **changed):
    return LiveCall(folder, FLOWS, has_desk=True, **changed)


def waiting(folder, **changed):
    """A call whose caller waits for a person, with everything said."""
    call = desk(folder, **changed)
    call.wait_until_greeted()
    call.caller_says("점장님 바꿔 주세요")
    call.wait_for(BotFinished, text="점장님께 연결해 드릴게요.")
    call.pass_ms(200)
    return call


def finals(call, side=None):
    return [
        (logged.event.side, logged.event.turn, logged.event.spoken)
        for logged in call.of(TranscriptFinal)
        if side in (None, logged.event.side)
    ]


def loudness(frames):
    return float(np.abs(np.concatenate(frames).astype(np.int32)).mean())


# ---- waiting


def test_the_bots_last_sentence_is_heard_to_its_end_and_then_there_is_music(tmp_path):
    with waiting(tmp_path) as call:
        [handoff] = call.of(HandoffRequested)
        assert handoff.event.skill == "점장"
        assert call.texts(BotFinished)[-1] == "점장님께 연결해 드릴게요."
        call.pass_ms(3_000)
        assert loudness(call.door.sent[-50:]) > 100
        assert not call.task.done()


def test_who_waits_is_told_something_over_quieter_music(tmp_path):
    with waiting(tmp_path) as call:
        call.pass_ms(2_000)
        assert call.call.announce("지금 앞에 두 분이 계세요.")
        call.wait_for(BotStarted, text="지금 앞에 두 분이 계세요.")
        call.wait_for(BotFinished)
        call.pass_ms(2_000)
        assert loudness(call.door.sent[-50:]) > 100


def test_more_announcements_than_anybody_would_listen_to_are_refused(tmp_path):
    with waiting(tmp_path) as call:
        taken = [call.call.announce("잠시만요.") for _ in range(MOST_ANNOUNCED + 3)]
        assert taken == [True] * MOST_ANNOUNCED + [False] * 3


def test_nobody_is_told_anything_before_they_wait(tmp_path):
    with desk(tmp_path) as call:
        call.wait_until_greeted()
        assert not call.call.announce("잠시만요.")
        assert not call.call.back_to_bot("조사")


def test_what_the_caller_says_while_waiting_is_in_the_log_and_is_not_answered(tmp_path):
    with waiting(tmp_path) as call:
        spoken = len(call.texts(BotStarted))
        call.caller_says("언제 열어요")
        ended = call.wait_for(TurnEnded)
        assert (ended.event.turn, ended.event.spoken) == (2, "언제 열어요")
        call.pass_ms(8_000)
        assert len(call.texts(BotStarted)) == spoken


def test_a_voice_that_breaks_while_the_caller_waits_ends_nothing(tmp_path):
    with waiting(tmp_path) as call:
        call.voice_worker.hangs = True
        assert call.call.announce("아무도 못 듣는 말이에요.")
        fault = call.wait_for(Fault)
        assert (fault.event.room, fault.event.cured_by) == ("mouth", "the call goes on without it")
        call.pass_ms(2_000)
        assert loudness(call.door.sent[-50:]) > 100
        call.voice_worker.go_on()


# ---- hanging up


@pytest.mark.parametrize("by", ["caller", "agent", "network", "service"])
@pytest.mark.parametrize("phase", ["last sentence", "waiting", "announced", "talking", "back at the bot"])
def test_a_call_ends_from_any_side_in_any_phase(tmp_path, by, phase):
    with desk(tmp_path) as call:
        call.wait_until_greeted()
        call.caller_says("점장님 바꿔 주세요")
        call.wait_for(BotStarted)
        if phase != "last sentence":
            call.pass_ms(3_000)
        if phase == "announced":
            call.call.announce("지금 앞에 두 분이 계세요.")
            call.pass_ms(200)
        if phase in ("talking", "back at the bot"):
            call.joins("agent")
            call.says("agent", "안녕하세요")
            call.pass_ms(300)
        if phase == "back at the bot":
            call.call.back_to_bot("조사")
            call.wait_for(BotStarted)
        began_ms = call.now_ms
        match by:
            case "caller":
                call.caller_hangs_up()
            case "network":
                call.door.is_lost = True
            case "agent" | "service":
                call.call.hang_up(by, "stopped" if by == "service" else "hung_up")
        ended = call.wait_for_the_end()
        reason = {"network": "no_media", "service": "stopped"}.get(by, "hung_up")
        assert (ended.by, ended.reason) == (by, reason)
        assert ended.duration_ms - began_ms <= (2_500 if by == "service" else 40)
        assert call.door.is_closed


def test_what_people_said_last_is_in_the_log_of_a_call_that_has_ended(tmp_path):
    with waiting(tmp_path) as call:
        call.joins("agent")
        call.says("agent", "네 안녕히 계세요")
        call.pass_ms(1_240)  # it is said, and was not judged to be over
        assert not finals(call, "agent")
        call.caller_hangs_up()
        call.wait_for_the_end()
        assert finals(call, "agent") == [("agent", 2, "네 안녕히 계세요")]


def test_ears_that_hang_do_not_hold_up_the_end(tmp_path):
    with waiting(tmp_path) as call:
        call.joins("agent")
        call.says("agent", "네 안녕히 계세요")
        call.pass_ms(1_240)
        call.hearing_worker.hangs = True
        call.caller_hangs_up()
        began_ms = call.now_ms
        ended = call.wait_for_the_end()
        assert ended.duration_ms - began_ms <= 40
        assert not call.hearing._ears
        call.hearing_worker.go_on()


def test_nobody_at_the_desk_ends_the_call_as_a_handoff_behind_the_last_sentence(tmp_path):
    with desk(tmp_path) as call:
        call.wait_until_greeted()
        call.caller_says("점장님 바꿔 주세요")
        call.wait_for(HandoffRequested)
        call.pass_ms(60)
        call.call.hang_up("bot", "handoff")
        ended = call.wait_for_the_end()
        assert (ended.by, ended.reason) == ("bot", "handoff")
        assert call.texts(BotFinished)[-1] == "점장님께 연결해 드릴게요."


def test_a_caller_may_hang_up_while_the_last_sentence_of_such_a_call_is_said(tmp_path):
    with desk(tmp_path) as call:
        call.wait_until_greeted()
        call.caller_says("점장님 바꿔 주세요")
        call.wait_for(HandoffRequested)
        call.pass_ms(60)
        call.call.hang_up("bot", "handoff")
        call.pass_ms(60)
        call.caller_hangs_up()
        assert call.wait_for_the_end().by == "caller"


def test_people_who_talk_for_too_long_hear_it_both(tmp_path):
    with waiting(tmp_path, longest_ms=12_000) as call:
        agent = call.joins("agent")
        ended = call.wait_for_the_end()
        assert (ended.by, ended.reason) == ("service", "too_long")
        assert call.texts(BotFinished)[-1] in TOO_LONG
        assert loudness(agent.sent[-100:]) > 300


# ---- talking


def test_both_hear_each_other_from_the_next_tick_on(tmp_path):
    with waiting(tmp_path) as call:
        agent = call.joins("agent", "away")
        call.pass_ms(1_000)
        assert loudness(agent.sent[-10:]) == 0
        call.call.set_part("agent", "talking")
        call.pass_ms(200)  # the music fades
        call.says("agent", "안녕하세요")
        call.caller_makes_noise(100)
        call.pass_ms(60)
        assert all(
            np.array_equal(sent, said) for sent, said in zip(agent.sent[-3:], call.tape.caller[-3:], strict=True)
        )
        assert loudness(call.door.sent[-3:]) > 3_000
        assert all(np.array_equal(kept, sent) for kept, sent in zip(call.tape.bot, call.door.sent, strict=True))


def test_an_agent_who_is_there_at_once_hears_the_bots_last_sentence_end(tmp_path):
    with desk(tmp_path) as call:
        call.wait_until_greeted()
        call.caller_says("점장님 바꿔 주세요")
        call.wait_for(BotStarted, text="점장님께 연결해 드릴게요.")
        agent = call.joins("agent")
        call.pass_ms(200)
        assert loudness(agent.sent[-5:]) > 300
        call.wait_for(BotFinished, text="점장님께 연결해 드릴게요.")
        call.says("agent", "네 안녕하세요")
        call.wait_for(TranscriptFinal)
        assert loudness(call.door.sent[-5:]) == 0


def test_the_words_of_both_are_followed_with_numbers_of_their_own(tmp_path):
    with waiting(tmp_path) as call:
        call.joins("agent")
        call.says("agent", "무엇을 도와드릴까요")
        call.pass_ms(400)
        call.caller_says("언제 열어요")
        call.pass_ms(3_000)
        assert sorted(finals(call)[1:]) == [("agent", 2, "무엇을 도와드릴까요"), ("caller", 3, "언제 열어요")]
        assert [logged.event.turn for logged in call.of(TurnEnded)] == [1, 3]  # the caller's
        shown = {(logged.event.side, logged.event.turn) for logged in call.of(TranscriptPartial)}
        assert shown == {("caller", 1), ("agent", 2), ("caller", 3)}


def test_the_times_of_an_agents_words_are_the_calls(tmp_path):
    with waiting(tmp_path) as call:
        call.joins("agent")
        call.pass_ms(400)
        began_ms = call.now_ms
        call.says("agent", "네")
        call.pass_ms(2_000)
        [final] = [logged.event for logged in call.of(TranscriptFinal, side="agent")]
        assert final.words[0]["start_ms"] == began_ms


def test_an_agent_who_is_lost_leaves_the_caller_with_music(tmp_path):
    with waiting(tmp_path) as call:
        agent = call.joins("agent")
        call.says("agent", "잠시만 기다려 주세요")
        call.pass_ms(900)
        agent.is_closed = True
        call.pass_ms(3_000)
        assert call.lost == [("agent", "hung_up")]
        assert loudness(call.door.sent[-50:]) > 100
        assert [side for side, _, _ in finals(call)] == ["caller", "agent"]
        assert [logged.event.side for logged in call.of(SpeechEnded)][-1] == "agent"
        assert not call.task.done()
        assert call.hearing._ears == {call.call.ear}


def test_an_agents_door_that_breaks_hurts_nobody_else(tmp_path):
    with waiting(tmp_path) as call:
        agent = call.joins("agent")
        other = call.joins("other")
        agent.receive = lambda: 1 / 0
        call.caller_makes_noise(200)
        call.pass_ms(100)
        assert call.lost == [("agent", "fault")]
        [fault] = call.of(Fault)
        assert fault.event.what == "agent: ZeroDivisionError: division by zero"
        assert loudness(other.sent[-2:]) > 3_000


@pytest.mark.parametrize("name", ["send", "take_keys", "take_complaint"])
def test_whatever_of_a_door_breaks_hurts_nobody_else(tmp_path, name):
    with waiting(tmp_path) as call:
        agent = call.joins("agent")
        setattr(agent, name, lambda *_: 1 / 0)
        call.pass_ms(1_200)
        assert call.lost == [("agent", "fault")]
        call.caller_hangs_up()
        assert call.wait_for_the_end().by == "caller"


def test_an_agent_on_hold_is_not_followed_and_hears_nothing(tmp_path):
    with waiting(tmp_path) as call:
        agent = call.joins("agent")
        call.pass_ms(200)
        call.call.set_part("agent", "away")
        call.says("agent", "이 손님 참")
        call.caller_makes_noise(1_000)
        call.pass_ms(1_500)
        assert loudness(agent.sent[-20:]) == 0
        assert loudness(call.door.sent[-20:]) > 100
        assert not finals(call, "agent")
        call.call.set_part("agent", "talking")
        call.says("agent", "오래 기다리셨어요")
        call.pass_ms(2_500)
        assert [spoken for _, _, spoken in finals(call, "agent")] == ["오래 기다리셨어요"]


def test_an_agent_whose_telephone_holds_is_away(tmp_path):
    with waiting(tmp_path) as call:
        agent = call.joins("agent")
        call.pass_ms(200)
        agent.is_held = True
        call.says("agent", "이건 음악이에요")
        call.pass_ms(2_500)
        assert not finals(call, "agent")
        assert loudness(call.door.sent[-20:]) > 100
        agent.is_held = False
        call.says("agent", "다시 왔어요")
        call.pass_ms(2_500)
        assert [spoken for _, _, spoken in finals(call, "agent")] == ["다시 왔어요"]


def test_what_the_callers_telephone_plays_on_hold_reaches_nobody(tmp_path):
    with waiting(tmp_path) as call:
        agent = call.joins("agent")
        call.pass_ms(200)
        call.door.is_held = True
        call.caller_makes_noise(1_000)
        call.pass_ms(1_000)
        assert loudness(agent.sent[-40:]) == 0


def test_a_supervisor_listens_to_the_bot_and_takes_over(tmp_path):
    with desk(tmp_path) as call:
        boss = call.joins("boss", "listening")
        call.wait_for(BotStarted)
        call.pass_ms(100)
        assert all(np.array_equal(heard, said) for heard, said in zip(boss.sent[-5:], call.door.sent[-5:], strict=True))
        call.call.set_part("boss", "talking")
        call.pass_ms(100)
        assert call.of(BotInterrupted)
        call.says("boss", "제가 도와드릴게요")
        call.caller_pauses(1_500)
        call.caller_says("네 감사해요")
        call.pass_ms(4_000)
        assert finals(call) == [("supervisor", 1, "제가 도와드릴게요"), ("caller", 2, "네 감사해요")]
        assert len(call.texts(BotStarted)) < len(GREETING_TEXTS) + 1
        call.call.hang_up("agent", "hung_up")
        assert call.wait_for_the_end().by == "agent"


def test_who_whispers_is_not_followed(tmp_path):
    with waiting(tmp_path) as call:
        agent = call.joins("agent")
        call.joins("boss", "whispering")
        call.says("boss", "할인해 드리세요")
        call.pass_ms(300)
        assert loudness(agent.sent[-5:]) > 3_000
        assert loudness(call.door.sent[-5:]) == 0
        call.pass_ms(3_000)
        assert finals(call, "supervisor") == []


def test_what_is_typed_among_people_is_a_turn_of_its_side(tmp_path):
    with waiting(tmp_path) as call:
        call.joins("agent")
        call.call.type("주문번호는 12번이에요")
        call.call.type("확인했습니다", "agent")
        assert [(side, turn) for side, turn, _ in finals(call)[1:]] == [("caller", 2), ("agent", 3)]


def test_keys_are_of_who_presses_them(tmp_path):
    with waiting(tmp_path) as call:
        agent = call.joins("agent")
        call.pass_ms(100)
        call.caller_presses("1")
        call.call.press("2")
        agent.keys = "3"
        call.pass_ms(40)
        assert [(logged.event.side, logged.event.digit) for logged in call.of(Dtmf)] == [
            ("agent", "3"),
            ("caller", "2"),
            ("caller", "1"),
        ]


def test_a_monologue_is_cut(tmp_path):
    with waiting(tmp_path) as call:
        call.joins("agent")
        call.says("agent", " ".join(["이야기"] * 110))
        call.pass_ms(56_000)
        assert [turn for _, turn, _ in finals(call, "agent")] == [2, 3]
        assert " ".join(spoken for _, _, spoken in finals(call, "agent")).replace(" ", "") == "이야기" * 110


def test_words_that_cannot_be_heard_are_one_fault_and_end_nothing(tmp_path):
    with waiting(tmp_path) as call:
        call.joins("agent")
        call.recognizer.failures = float("inf")
        call.says("agent", "안녕하세요 무엇을 도와드릴까요")
        call.pass_ms(4_000)
        faults = call.of(Fault)
        assert [fault.event.cured_by for fault in faults] == ["the call goes on without these words"]
        call.recognizer.failures = 0
        call.says("agent", "다시 들려요")
        call.pass_ms(3_000)
        assert finals(call, "agent")[-1][2] == "다시 들려요"


def test_models_that_hang_leave_people_talking(tmp_path):
    with waiting(tmp_path) as call:
        agent = call.joins("agent")
        call.hearing_worker.hangs = True
        call.says("agent", "들리세요")
        call.pass_ms(8_000)
        assert [fault.event.cured_by for fault in call.of(Fault)] == ["the call goes on without words"]
        waiting_in_ears = [len(ear._inbox) for ear in call.hearing._ears]
        call.caller_makes_noise(2_000)
        call.pass_ms(2_000)
        assert [len(ear._inbox) for ear in call.hearing._ears] == waiting_in_ears
        assert loudness(agent.sent[-5:]) > 3_000
        call.hearing_worker.go_on()


# ---- back to the bot


def test_a_flow_goes_on_with_what_is_known_and_its_goodbye_ends_the_call(tmp_path):
    with waiting(tmp_path) as call:
        agent = call.joins("agent")
        call.says("agent", "조사로 연결할게요")
        call.pass_ms(3_000)
        assert call.call.back_to_bot("조사")
        call.wait_for(BotFinished, text="몇 점이었나요?")
        assert loudness(agent.sent[-5:]) == 0
        call.caller_says("오")
        call.wait_for(SlotFilled)
        assert [logged.event.turn for logged in call.of(TurnEnded)] == [1, 3]
        assert [turn for _, turn, _ in finals(call)] == [1, 2, 3]
        ended = call.wait_for_the_end()
        assert (ended.by, ended.reason) == ("bot", "done")


def test_the_bot_begins_when_what_is_being_said_is_final(tmp_path):
    with waiting(tmp_path) as call:
        call.joins("agent")
        call.says("agent", "조사로 연결할게요")
        call.pass_ms(1_300)
        assert call.call.back_to_bot("조사")
        assert not call.call.back_to_bot("조사")
        call.wait_for(BotStarted, text="몇 점이었나요?")
        kinds = call.kinds(TranscriptFinal, BotStarted)
        assert kinds[-2:] == ["TranscriptFinal", "BotStarted"]


def test_a_flow_that_ends_in_a_handoff_has_the_caller_wait_again(tmp_path):
    with waiting(tmp_path) as call:
        for times in (2, 3):
            agent = call.joins(f"agent {times}")
            call.pass_ms(300)
            assert call.call.back_to_bot("확인")
            call.wait_for(BotFinished, text="다시 연결해 드릴게요.")
            assert len(call.of(HandoffRequested)) == times
            call.pass_ms(3_000)
            assert loudness(call.door.sent[-20:]) > 100
            assert loudness(agent.sent[-20:]) == 0
        call.call.set_part("agent 3", "talking")
        call.says("agent 3", "다시 왔어요")
        call.pass_ms(3_000)
        assert finals(call)[-1] == ("agent", 2, "다시 왔어요")


def test_the_bot_answers_again_behind_its_flow(tmp_path):
    with waiting(tmp_path) as call:
        call.call.back_to_bot("영업시간")
        call.wait_for(BotFinished, text=MORE)
        call.caller_says("언제 열어요")
        call.wait_for(BotFinished, text=MORE)
        call.pass_ms(40_000)  # and has its patience with a caller who is silent
        assert call.task.done()
        assert not call.of(Fault)


def test_who_takes_over_as_the_bot_is_about_to_begin_has_the_caller(tmp_path):
    """What is being said is not final yet: a supervisor speaks to a caller who is on the way to a flow."""
    with waiting(tmp_path) as call:
        call.joins("boss", "away")
        call.caller_says("조사 싫어요")
        call.pass_ms(1_100)
        assert call.call.back_to_bot("조사")
        call.call.set_part("boss", "talking")
        call.pass_ms(4_000)
        call.says("boss", "제가 도와드릴게요")
        call.pass_ms(3_000)
        assert "몇 점이었나요?" not in call.texts(BotFinished)
        assert finals(call)[-1][2] == "제가 도와드릴게요"
        call.call.hang_up("agent", "hung_up")
        assert call.wait_for_the_end().by == "agent"


def test_there_is_no_such_flow(tmp_path):
    with waiting(tmp_path) as call:
        assert not call.call.back_to_bot("없는 흐름")
        call.pass_ms(200)
        assert loudness(call.door.sent[-5:]) > 0


def test_a_caller_who_hangs_up_while_the_bot_is_about_to_begin(tmp_path):
    with waiting(tmp_path) as call:
        call.caller_says("조사 싫어요")
        call.pass_ms(1_100)
        call.call.back_to_bot("조사")
        call.caller_hangs_up()
        assert call.wait_for_the_end().by == "caller"


def test_what_is_said_off_the_record_is_hidden_until_people_have_the_call(tmp_path):
    with waiting(tmp_path) as call:
        call.call.back_to_bot("결제")
        call.wait_for(RecordingPaused)
        call.wait_for(BotFinished, text="카드 번호 네 자리요?")
        call.caller_says("일이삼사")
        call.wait_for(RecordingResumed)
        [spoken] = [spoken for _, turn, spoken in finals(call) if turn == 2]
        assert set(spoken) <= {"*", " "}
        call.joins("agent")
        call.says("agent", "결제됐어요")
        call.pass_ms(4_000)
        assert finals(call, "agent")[-1][2] == "결제됐어요"


def test_both_sides_are_hidden_while_the_recording_is_paused(tmp_path):
    with waiting(tmp_path) as call:
        agent = call.joins("agent")
        call.call.keep(recording=False)
        call.says("agent", "카드 번호 주세요")
        call.caller_says("일이삼사")
        agent.keys = "9"
        call.caller_presses("5")
        call.pass_ms(3_000)
        hidden = [spoken for _, turn, spoken in finals(call) if turn > 1]
        assert len(hidden) == 2
        assert all(set(spoken) <= {"*", " "} for spoken in hidden)
        assert {logged.event.digit for logged in call.of(Dtmf)} == {"*"}
        assert not np.any(np.concatenate(call.tape.bot[-100:]))


# ---- abuse


def abusive(call):
    call.caller_says("이 병신아 빨리 해")


def test_behind_abusive_words_the_caller_is_heard_late_and_beeped(tmp_path):
    with waiting(tmp_path) as call:
        agent = call.joins("agent")
        call.pass_ms(200)
        call.caller_makes_noise(20)
        call.pass_ms(20)
        assert loudness(agent.sent[-1:]) > 3_000  # at once
        call.pass_ms(1_000)
        abusive(call)
        call.pass_ms(4_000)
        began = len(agent.sent)
        call.caller_makes_noise(20)
        call.pass_ms(1_000)
        loud = [number for number, frame in enumerate(agent.sent[began:]) if loudness([frame]) > 1_000]
        assert loud == [35]  # 700 ms


def test_a_word_that_comes_behind_is_a_tone_to_everybody_who_hears_the_caller(tmp_path):
    with waiting(tmp_path) as call:
        agent, boss = call.joins("agent"), call.joins("boss", "listening")
        abusive(call)
        call.pass_ms(4_000)
        began = len(agent.sent)
        call.caller_says("병신")
        call.pass_ms(3_000)
        for heard in (agent, boss):
            sound = np.concatenate(heard.sent[began + 35 : began + 35 + 16]).astype(float)
            spectrum = np.abs(np.fft.rfft(sound))
            assert abs(np.argmax(spectrum) * 8_000 / len(sound) - 1_000) < 20
        recorded = np.concatenate(call.tape.caller[began:])
        assert np.abs(recorded).max() > 3_000  # the recording is beeped when it is played


def test_words_that_the_bot_was_given_are_remembered(tmp_path):
    with desk(tmp_path) as call:
        call.wait_until_greeted()
        abusive(call)
        call.wait_for(BotFinished)
        call.pass_ms(3_000)
        boss = call.joins("boss", "listening")
        began = len(call.door.sent)
        call.caller_makes_noise(20)
        call.pass_ms(1_000)
        heard = [a.astype(int) - b for a, b in zip(boss.sent, call.door.sent[began:], strict=True)]
        assert [number for number, frame in enumerate(heard) if np.abs(frame).mean() > 1_000] == [35]


def test_a_leg_at_another_rate(tmp_path):
    with waiting(tmp_path) as call:
        agent = call.joins("agent", door=FakeDoor(16_000))
        call.pass_ms(200)
        tone = (4_000 * np.sin(2 * np.pi * 500 * np.arange(16_000) / 16_000)).astype(np.int16)
        agent.waiting.extend(tone.reshape(50, 320))
        call.pass_ms(1_000)
        sound = np.concatenate(call.door.sent[-25:]).astype(float)
        assert np.argmax(np.abs(np.fft.rfft(sound))) * 8_000 / len(sound) == pytest.approx(500, abs=2)
        assert len(agent.sent[-1]) == 320


def test_without_a_desk_nobody_joins(tmp_path):
    with LiveCall(tmp_path, FLOWS) as call:
        call.wait_until_greeted()
        assert not call.call.has_desk
        assert not call.call.announce("잠시만요.")
        assert not call.call.back_to_bot("조사")
        call.call.set_part("agent", "talking")
        call.call.leave("agent")
        call.caller_says("점장님 바꿔 주세요")
        assert call.wait_for_the_end().reason == "handoff"


def test_a_pause_in_the_middle_of_a_sentence_is_no_longer_than_half_a_second(tmp_path):
    with waiting(tmp_path) as call:
        call.joins("agent")
        call.caller_says("그러니까 제가")
        call.pass_ms(3_000)
        [ended] = [logged.event for logged in call.of(TurnEnded, turn=2)]
        assert PAUSE_MS <= ended.silence_ms <= PAUSE_MS + 40


def test_who_begins_to_speak_is_in_the_log_before_any_word(tmp_path):
    with waiting(tmp_path) as call:
        call.joins("agent")
        call.says("agent", "네")
        started = call.wait_for(SpeechStarted)
        assert started.event.side == "agent"


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_wanted_in_whatever_order_the_log_stays_whole(tmp_path, seed):
    chance = random.Random(seed)
    names = ["anna", "bora", "chan"]
    parts = ["away", "talking", "aside", "listening", "whispering"]
    with desk(tmp_path) as call:

        def step():
            name = chance.choice(names)
            door = call.legs.get(name)
            match chance.randrange(12):
                case 0 | 1 if door is None:
                    call.joins(name, chance.choice(parts), FakeDoor(chance.choice([8_000, 16_000])))
                case 2 | 3 if door is not None:
                    call.call.set_part(name, chance.choice(parts))
                case 4 if door is not None:
                    call.call.leave(call.legs.pop(name) and name)
                case 5 if door is not None:
                    setattr(call.legs.pop(name), chance.choice(["is_closed", "is_lost"]), True)
                case 6 if door is not None and door.rate_hz == 8_000:
                    call.says(name, chance.choice(["네 고객님", "잠시만 기다려 주세요", "그러니까"]))
                case 7:
                    call.caller_says(chance.choice(["점장님 바꿔 주세요", "이 병신아", "언제 열어요"]))
                case 8:
                    call.call.back_to_bot(chance.choice(["확인", "조사", "영업시간", "결제"]))
                case 9:
                    call.call.announce("지금 앞에 두 분이 계세요.")
                case 10:
                    call.door.is_held = not call.door.is_held and chance.random() < 0.5
                case 11:
                    call.caller_presses(chance.choice("0123456789*#"))

        for _ in range(80):
            step()
            call.pass_ms(chance.choice([20, 60, 400]))
            if call.task.done():
                break
        call.door.is_held = False
        call.caller_hangs_up()
        call.pass_ms(6_000)
        assert call.task.done()
        assert call.hearing._ears == set()
        assert all(fault.event.room != "call" for fault in call.of(Fault))
        numbers = [logged.event.turn for logged in call.of(TranscriptFinal)]
        assert all(
            len({logged.event.side for logged in call.of(TranscriptFinal, turn=number)}) == 1 for number in numbers
        )
        assert len(call.tape.caller) == len(call.tape.bot) == len(call.door.sent)
