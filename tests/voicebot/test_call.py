"""Calls from ring to hang-up: what the caller hears and the log says, on good days and on bad ones."""

import numpy as np
import pytest

from tests.fakes.live_call import (
    GREETING_TEXTS,
    HOURS,
    MORE,
    OPENING,
    SILENCE_MS,
    SILENT,
    FakeServices,
    LiveCall,
)
from tests.fakes.sounds import is_voiced
from voicebot.call import PLEASE_WAIT
from voicebot.dialogue.line import Caller
from voicebot.events import (
    AnswerChosen,
    BotFinished,
    BotInterrupted,
    BotPaused,
    BotResumed,
    BotStarted,
    CallbackBooked,
    Dtmf,
    Fault,
    FlowLeft,
    HandoffRequested,
    Latency,
    RecordingPaused,
    RecordingResumed,
    ServiceCalled,
    TranscriptFinal,
    TranscriptPartial,
    TurnEnded,
)
from voicebot.farewell import APOLOGY, APOLOGY_CALLBACK, APOLOGY_HANDOFF, TOO_LONG
from voicebot.listening import MOST_TURNS
from voicebot.turns.keys import MOST_WAITING

LOOK_UP = """
flow: 조회
about: 예약을 찾아봅니다
examples: [예약 찾아 주세요]
steps:
  - call: 예약
    path: /bookings
    meanwhile: 찾아볼게요.
  - say: 세 시에 두 분이에요.
"""
MESSAGE = """
flow: 약도
about: 약도를 문자로 보냅니다
examples: [약도 보내 주세요]
steps:
  - message: 약도입니다.
    to: "01023456789"
    kind: map
  - say: 약도를 보냈어요.
"""
GOODBYE = """
flow: 작별
about: 인사하고 끊습니다
examples: [안부만 전해 주세요]
steps:
  - hang_up: 이용해 주셔서 감사합니다. 좋은 하루 보내세요.
"""
PERSON = """
flow: 사람
about: 사람에게 연결합니다
examples: [점장님 바꿔 주세요]
steps:
  - handoff: 점장
    say: 점장님께 연결해 드릴게요.
"""
PRIVATE = """
flow: 결제
about: 카드로 결제합니다
examples: [카드로 결제할게요]
slots:
  카드: {type: digits, lengths: [4], ask: 카드 번호 네 자리요?, confirm: never}
steps:
  - recording: pause
  - ask: 카드
  - recording: resume
  - say: 결제했어요.
"""


# ---- good days


def test_the_bot_greets_sentence_by_sentence_as_soon_as_the_call_is_there(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        assert call.texts(BotStarted) == call.texts(BotFinished) == GREETING_TEXTS
        assert call.of(BotStarted)[0].at_ms == 0
        assert call.of(BotStarted)[0].event.first_audio_ms == 0


def test_what_the_caller_asks_is_answered(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.caller_says("언제 열어요")
        assert call.wait_for(TurnEnded).event.spoken == "언제 열어요"
        assert call.wait_for(BotStarted).event.text == HOURS
        assert call.wait_for(BotStarted).event.text == MORE
        assert call.of(BotStarted)[-1].event.turn == 1


def test_the_parts_of_the_latency_add_up_to_what_the_caller_has_waited(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.caller_says("언제 열어요")
        latency = call.wait_for(Latency).event
        answer = call.wait_for(BotStarted)
        parts = (latency.endpoint_ms, latency.stt_ms, latency.mind_ms, latency.tts_ms)
        assert sum(parts) == latency.voice_to_voice_ms == answer.at_ms - call.voice_ended_ms
        assert latency.endpoint_ms == 200
        assert latency.voice_to_voice_ms < 300


def test_a_slow_service_and_a_slow_voice_are_told_apart_in_the_latency(tmp_path):
    with LiveCall(tmp_path, LOOK_UP.replace("    meanwhile: 찾아볼게요.\n", ""), services=FakeServices(0.3)) as call:
        call.wait_until_greeted()
        call.voice_worker.hangs = True
        call.caller_says("예약 찾아 주세요")
        call.wait_for(AnswerChosen)
        call.pass_ms(400)
        call.voice_worker.go_on()
        latency = call.wait_for(Latency).event
        assert 280 <= latency.mind_ms <= 340
        assert 400 <= latency.tts_ms <= 440


def test_silence_is_counted_from_the_end_of_what_the_bot_says(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        greeted_ms = call.of(BotFinished)[-1].at_ms
        prompt = call.wait_for(BotStarted, text=SILENT)
        assert SILENCE_MS <= prompt.at_ms - greeted_ms <= SILENCE_MS + 60


def test_a_caller_who_never_says_anything_is_asked_and_then_said_goodbye_to(tmp_path):
    with LiveCall(tmp_path) as call:
        ended = call.wait_for_the_end()
        assert (ended.by, ended.reason) == ("bot", "silence")
        assert call.texts(BotStarted).count(SILENT) == 2


def test_a_goodbye_is_said_to_its_end_before_the_bot_hangs_up(tmp_path):
    with LiveCall(tmp_path, GOODBYE) as call:
        call.wait_until_greeted()
        call.caller_says("안부만 전해 주세요")
        ended = call.wait_for_the_end()
        assert (ended.by, ended.reason) == ("bot", "done")
        assert call.texts(BotFinished)[-2:] == ["이용해 주셔서 감사합니다.", "좋은 하루 보내세요."]
        assert call.door.is_closed


def test_a_handoff_ends_the_call_towards_a_person(tmp_path):
    with LiveCall(tmp_path, PERSON) as call:
        call.wait_until_greeted()
        call.caller_says("점장님 바꿔 주세요")
        ended = call.wait_for_the_end()
        assert (ended.by, ended.reason) == ("bot", "handoff")
        assert [logged.event.skill for logged in call.of(HandoffRequested)] == ["점장"]
        assert call.texts(BotFinished)[-1] == "점장님께 연결해 드릴게요."


def test_the_recording_holds_both_sides_of_every_tick(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.caller_says("언제 열어요")
        call.wait_for(BotFinished, text=MORE)
        ticks = call.now_ms // 20
        assert len(call.tape.caller) == len(call.tape.bot) == ticks
        assert all(np.array_equal(kept, sent) for kept, sent in zip(call.tape.bot, call.door.sent, strict=True))
        [heard_from] = [number for number, frame in enumerate(call.tape.caller) if is_voiced(frame)][:1]
        final = call.of(TranscriptFinal)[0].event
        assert final.words[0]["start_ms"] == heard_from * 20


def test_a_call_that_has_grown_too_long_is_ended_with_a_word(tmp_path):
    with LiveCall(tmp_path, longest_ms=8_000) as call:
        ended = call.wait_for_the_end()
        assert (ended.by, ended.reason) == ("bot", "too_long")
        assert call.texts(BotStarted)[-2:] == [TOO_LONG.partition(". ")[0] + ".", TOO_LONG.partition(". ")[2]]
        assert not call.of(Fault)


def test_a_call_that_is_too_long_ends_while_the_mind_is_at_work_too(tmp_path):
    with LiveCall(tmp_path, LOOK_UP, services=FakeServices(25), longest_ms=8_000) as call:
        call.wait_until_greeted()
        call.caller_says("예약 찾아 주세요")
        assert call.wait_for_the_end().reason == "too_long"
        assert call.texts(BotFinished)[-1] in TOO_LONG


# ---- hanging up


@pytest.mark.parametrize("after_ms", [0, 20, 300, 700, 900, 1_500, 2_200])
def test_a_caller_may_hang_up_during_the_greeting(tmp_path, after_ms):
    with LiveCall(tmp_path) as call:
        call.pass_ms(after_ms)
        call.caller_hangs_up()
        ended = call.wait_for_the_end()
        assert (ended.by, ended.reason) == ("caller", "hung_up")
        assert after_ms <= ended.duration_ms <= after_ms + 40


def test_what_was_heard_of_the_sentence_that_a_hang_up_cuts_off_is_in_the_log(tmp_path):
    with LiveCall(tmp_path) as call:
        call.pass_ms(360)
        call.caller_hangs_up()
        call.wait_for_the_end()
        [cut_off] = call.of(BotInterrupted)
        assert cut_off.event.heard_text == "새벽찻"


def test_a_caller_may_hang_up_in_the_middle_of_a_word(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.caller_says("언제 열어요")
        call.wait_for(TranscriptPartial)
        call.caller_hangs_up()
        assert call.wait_for_the_end().by == "caller"


def test_a_caller_may_hang_up_while_a_service_is_asked(tmp_path):
    with LiveCall(tmp_path, LOOK_UP, services=FakeServices(20)) as call:
        call.wait_until_greeted()
        call.caller_says("예약 찾아 주세요")
        call.wait_for(BotFinished, text="찾아볼게요.")
        call.caller_hangs_up()
        assert call.wait_for_the_end().by == "caller"
        call.pass_ms(20_000)  # the service answers after all


def test_what_a_service_did_for_a_caller_who_has_just_gone_is_still_in_the_log(tmp_path):
    with LiveCall(tmp_path, LOOK_UP, services=FakeServices(2)) as call:
        call.wait_until_greeted()
        call.caller_says("예약 찾아 주세요")
        call.wait_for(BotFinished, text="찾아볼게요.")
        call.caller_hangs_up()
        assert call.wait_for_the_end().by == "caller"
        assert call.of(ServiceCalled)
        assert call.of(FlowLeft, flow="조회")


def test_a_caller_may_hang_up_while_the_bot_says_goodbye(tmp_path):
    with LiveCall(tmp_path, GOODBYE) as call:
        call.wait_until_greeted()
        call.caller_says("안부만 전해 주세요")
        call.wait_for(BotStarted)
        call.caller_hangs_up()
        hung_up_ms = call.now_ms
        ended = call.wait_for_the_end()
        assert ended.by == "caller"
        assert ended.duration_ms <= hung_up_ms + 40


def test_who_stops_the_service_ends_the_call(tmp_path):
    with LiveCall(tmp_path) as call:
        call.pass_ms(500)
        call.call.hang_up("service", "stopped")
        ended = call.wait_for_the_end()
        assert (ended.by, ended.reason) == ("service", "stopped")


def test_a_call_whose_task_is_cancelled_has_a_whole_log(tmp_path):
    with LiveCall(tmp_path, LOOK_UP, services=FakeServices(20)) as call:
        call.wait_until_greeted()
        call.caller_says("예약 찾아 주세요")
        call.wait_for(BotStarted, text="찾아볼게요.")
        call.task.cancel()
        ended = call.wait_for_the_end()
        assert (ended.by, ended.reason) == ("service", "stopped")
        assert call.door.is_closed


def test_a_call_is_ended_once_however_many_want_it(tmp_path):
    with LiveCall(tmp_path, longest_ms=2_000) as call:
        call.pass_ms(1_980)
        call.caller_hangs_up()
        call.call.hang_up("service", "stopped")
        call.call.hang_up("agent", "done")
        assert call.wait_for_the_end().reason == "stopped"


# ---- waiting for the mind


def test_who_waits_for_an_answer_is_asked_to_wait_once(tmp_path):
    with LiveCall(tmp_path, MESSAGE, services=FakeServices(9)) as call:
        call.wait_until_greeted()
        call.caller_says("약도 보내 주세요")
        turn = call.wait_for(TurnEnded)
        waits = call.wait_for(BotStarted, text=PLEASE_WAIT)
        assert 2_500 <= waits.at_ms - turn.at_ms <= 2_600
        call.wait_for(BotStarted, text="약도를 보냈어요.")
        assert call.texts(BotStarted).count(PLEASE_WAIT) == 1


def test_a_mind_that_does_not_come_back_ends_the_call_with_an_apology(tmp_path):
    with LiveCall(tmp_path, MESSAGE, services=FakeServices(3_600)) as call:
        call.wait_until_greeted()
        call.caller_says("약도 보내 주세요")
        turn = call.wait_for(TurnEnded)
        fault = call.wait_for(Fault, at_most_ms=40_000)
        assert fault.event.room == "dialogue"
        assert 31_900 <= fault.at_ms - turn.at_ms <= 35_000
        assert_apologized(call)


def test_a_mind_that_does_not_come_back_behind_its_first_words_is_noticed_too(tmp_path):
    with LiveCall(tmp_path, LOOK_UP, services=FakeServices(3_600)) as call:
        call.wait_until_greeted()
        call.caller_says("예약 찾아 주세요")
        call.wait_for(BotFinished, text="찾아볼게요.")
        call.wait_for(Fault, at_most_ms=40_000, room="dialogue")
        assert_apologized(call)


def test_what_is_said_while_the_mind_is_at_work_is_its_next_turn(tmp_path):
    with LiveCall(tmp_path, MESSAGE, services=FakeServices(5)) as call:
        call.wait_until_greeted()
        call.caller_says("약도 보내 주세요")
        call.wait_for(TurnEnded)
        call.caller_pauses(500)
        call.caller_says("언제 열어요")
        call.wait_for(BotStarted, text=HOURS)
        assert call.of(TurnEnded)[-1].event.turn == 2


# ---- what breaks


def assert_apologized(call, *, by="service"):
    """The caller hears that it did not work and is called back, and nothing else any more."""
    ended = call.wait_for_the_end()
    assert (ended.by, ended.reason) == (by, "fault"), call
    [handoff] = call.of(HandoffRequested)
    assert handoff.event.reason == "fault"
    [callback] = call.of(CallbackBooked)
    assert callback.event.number == "01023456789"
    said = " ".join(call.texts(BotFinished))
    assert said.endswith(f"{APOLOGY} {APOLOGY_CALLBACK}"), call


def test_a_mind_that_raises_ends_the_call_with_an_apology(tmp_path):
    with LiveCall(tmp_path, LOOK_UP, services=FakeServices(0.1, ZeroDivisionError("wrong\n sum"))) as call:
        call.wait_until_greeted()
        call.caller_says("예약 찾아 주세요")
        fault = call.wait_for(Fault).event
        assert (fault.room, fault.what) == ("dialogue", "ZeroDivisionError: wrong sum")
        assert_apologized(call)


def test_who_cannot_be_called_back_is_handed_over(tmp_path):
    broken = FakeServices(0.1, ZeroDivisionError())
    with LiveCall(tmp_path, LOOK_UP, services=broken, caller=Caller()) as call:
        call.wait_until_greeted()
        call.caller_says("예약 찾아 주세요")
        call.wait_for_the_end()
        assert call.texts(BotFinished)[-1] == APOLOGY_HANDOFF
        assert not call.of(CallbackBooked)


def test_a_caller_may_hang_up_on_the_apology(tmp_path):
    with LiveCall(tmp_path, LOOK_UP, services=FakeServices(0.1, ZeroDivisionError())) as call:
        call.wait_until_greeted()
        call.caller_says("예약 찾아 주세요")
        call.wait_for(BotStarted, text=APOLOGY.partition(". ")[0] + ".")
        call.caller_hangs_up()
        hung_up_ms = call.now_ms
        assert call.wait_for_the_end().duration_ms <= hung_up_ms + 40


def test_a_recognizer_that_fails_once_is_not_noticed(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.recognizer.failures = 1
        call.caller_says("언제 열어요")
        call.wait_for(BotStarted, text=HOURS)
        assert not call.of(Fault)


def test_a_recognizer_that_always_fails_ends_the_call_with_an_apology(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.recognizer.failures = float("inf")
        call.caller_says("언제 열어요")
        fault = call.wait_for(Fault).event
        assert (fault.room, fault.what) == ("ear", "fake: RuntimeError: the model is out of its mind")
        assert_apologized(call)


def test_a_recognizer_that_takes_no_more_utterances_ends_the_call_with_an_apology(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.recognizer.stream_failures = float("inf")
        call.caller_says("언제 열어요")
        assert call.wait_for(Fault).event.room == "ear"
        assert_apologized(call)


def test_a_recognizer_that_hangs_ends_the_call_with_an_apology(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.hearing_worker.hangs = True
        hung_ms = call.now_ms
        call.caller_says("언제 열어요")
        fault = call.wait_for(Fault)
        assert fault.event.room == "ear"
        assert fault.at_ms - hung_ms <= 4_200
        assert_apologized(call)


def test_a_recognizer_that_hangs_in_the_greeting_is_noticed_there(tmp_path):
    with LiveCall(tmp_path) as call:
        call.hearing_worker.hangs = True
        assert call.wait_for(Fault).event.room == "ear"
        assert_apologized(call)


def test_a_recognizer_that_stalls_for_a_moment_loses_no_word(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.caller_says("언제 열어요")
        call.pass_ms(200)
        call.hearing_worker.hangs = True
        call.pass_ms(1_000)
        call.hearing_worker.go_on()
        assert call.wait_for(TurnEnded).event.spoken == "언제 열어요"


def test_nonsense_that_a_recognizer_is_not_sure_of_is_asked_for_again(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.recognizer.nonsense, call.recognizer.confidence = "뷁", 0.2
        call.caller_says("언제 열어요")
        call.wait_for(TurnEnded)
        call.wait_for(BotStarted, text="못 알아들었어요.")


def test_voice_activity_that_fails_once_costs_no_word(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.caller_says("언제 열어요")
        call.wait_for(TranscriptPartial)
        call.detector.failures = 1
        call.wait_for(BotStarted, text=HOURS)
        assert not call.of(Fault)


def test_a_voice_that_fails_ends_the_call_with_what_it_has_said_before(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.synthesizer.failures = float("inf")
        call.caller_says("언제 열어요")
        fault = call.wait_for(Fault).event
        assert (fault.room, fault.what) == ("mouth", "fake:tones: RuntimeError: hoarse")
        assert_apologized(call)


def test_a_voice_that_hangs_ends_the_call_with_what_it_has_said_before(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.voice_worker.hangs = True
        call.caller_says("언제 열어요")
        turn = call.wait_for(TurnEnded)
        fault = call.wait_for(Fault)
        assert fault.event.room == "mouth"
        assert fault.at_ms - turn.at_ms <= 4_100
        assert_apologized(call)


def test_a_voice_that_hangs_while_a_service_is_asked_is_noticed_too(tmp_path):
    with LiveCall(tmp_path, LOOK_UP, services=FakeServices(25)) as call:
        call.wait_until_greeted()
        call.voice_worker.hangs = True
        call.caller_says("예약 찾아 주세요")
        assert call.wait_for(Fault).event.room == "mouth"
        assert_apologized(call)


def test_looking_up_that_hangs_ends_the_call_with_an_apology(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.reading_worker.hangs = True
        call.caller_says("언제 열어요")
        turn = call.wait_for(TurnEnded)
        fault = call.wait_for(Fault)
        assert fault.event.room == "knowledge"
        assert fault.at_ms - turn.at_ms <= 3_100
        assert_apologized(call)


def test_two_rooms_that_break_at_once_are_one_apology(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.synthesizer.failures = call.recognizer.failures = float("inf")
        call.caller_says("언제 열어요")
        assert_apologized(call)


def test_a_mind_that_raises_with_a_voice_that_hangs_still_ends_the_call(tmp_path):
    with LiveCall(tmp_path, LOOK_UP, services=FakeServices(0.1, ZeroDivisionError())) as call:
        call.wait_until_greeted()
        call.voice_worker.hangs = True
        call.caller_says("예약 찾아 주세요")
        assert_apologized(call)


# ---- keys, privacy, time that was lost


def test_keys_cut_in(tmp_path):
    with LiveCall(tmp_path) as call:
        call.pass_ms(300)
        call.caller_presses("1")
        pressed_ms = call.now_ms
        call.pass_ms(200)
        assert call.bot_silent_since_ms <= pressed_ms + 20
        assert [logged.event.digit for logged in call.of(Dtmf)] == ["1"]
        assert call.of(BotInterrupted)


def test_keys_are_complete_at_the_length_that_was_asked_for(tmp_path):
    with LiveCall(tmp_path, PRIVATE.replace("  - recording: pause\n", "")) as call:
        call.wait_until_greeted()
        call.caller_says("카드로 결제할게요")
        call.wait_for(BotFinished)
        call.caller_presses("123")
        call.pass_ms(200)
        assert not call.of(TurnEnded, reason="dtmf")
        call.caller_presses("4")
        call.pass_ms(60)
        [ended] = call.of(TurnEnded, reason="dtmf")
        assert ended.event.spoken == "1234"
        call.wait_for(BotStarted, text="결제했어요.")


def test_keys_are_complete_at_the_hash(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.caller_presses("12#")
        call.pass_ms(60)
        [ended] = call.of(TurnEnded, reason="dtmf")
        assert ended.event.spoken == "12#"


def test_what_is_said_off_the_record_is_neither_in_the_log_nor_in_the_sound(tmp_path):
    with LiveCall(tmp_path, PRIVATE) as call:
        call.wait_until_greeted()
        call.caller_says("카드로 결제할게요")
        call.wait_for(RecordingPaused)
        since = len(call.tape.caller)
        call.wait_for(BotFinished, text="카드 번호 네 자리요?")
        call.caller_says("일이삼사요")
        call.wait_for(RecordingResumed)
        until = len(call.tape.caller)
        call.wait_for(BotStarted, text="결제했어요.")
        private = [*call.of(TranscriptPartial, turn=2), *call.of(TranscriptFinal, turn=2), *call.of(TurnEnded, turn=2)]
        assert len(private) >= 3
        assert all(set(logged.event.spoken) <= set("* ") for logged in private)
        assert "삼" not in str([logged.as_json() for logged in private])
        assert not np.any(call.tape.caller[since + 1 : until])
        assert len(call.tape.caller) == len(call.door.sent)


def test_keys_that_are_pressed_off_the_record_are_hidden(tmp_path):
    with LiveCall(tmp_path, PRIVATE) as call:
        call.wait_until_greeted()
        call.caller_says("카드로 결제할게요")
        call.wait_for(BotFinished, text="카드 번호 네 자리요?")
        call.caller_presses("1234")
        call.wait_for(BotStarted, text="결제했어요.")
        assert [logged.event.digit for logged in call.of(Dtmf)] == ["*"] * 4
        assert call.of(TurnEnded)[-1].event.written == "****"


def test_the_recording_goes_on_when_the_caller_leaves_the_flow_that_paused_it(tmp_path):
    with LiveCall(tmp_path, PRIVATE) as call:
        call.wait_until_greeted()
        call.caller_says("카드로 결제할게요")
        call.wait_for(BotFinished, text="카드 번호 네 자리요?")
        call.caller_says("취소할게요")
        call.wait_for(RecordingResumed)
        assert not call.tape.is_paused


def test_time_in_which_the_process_stood_still_is_silence_in_the_recording(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.clock.pass_ms(1_000)
        call.call.skip(50)
        call.caller_says("언제 열어요")
        call.wait_for(BotStarted)
        assert len(call.tape.caller) * 20 == call.now_ms
        [final] = [logged.event for logged in call.of(TranscriptFinal)]
        heard_from = next(number for number, frame in enumerate(call.tape.caller) if is_voiced(frame))
        assert final.words[0]["start_ms"] == heard_from * 20


def test_a_service_that_ends_lets_the_bot_finish_its_sentence_and_no_more(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_for(BotStarted)
        call.pass_ms(100)
        call.call.hang_up("service", "stopped")
        call.wait_for_the_end()
        assert [logged.event.text for logged in call.of(BotFinished)] == [call.of(BotStarted)[0].event.text]
        assert not call.of(BotInterrupted)
        assert call.log.read()[-1].event.by == "service"


# ---- typing, and keys beside the sound


def test_what_is_typed_is_a_turn_like_one_that_was_said(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.call.type("  언제\t열어요\n")
        final, turn = call.wait_for(TranscriptFinal).event, call.wait_for(TurnEnded).event
        assert (final.spoken, final.engine, final.turn) == ("언제 열어요", "typed", 1)
        assert (turn.spoken, turn.turn, turn.reason) == ("언제 열어요", 1, "complete")
        assert call.wait_for(BotStarted).event.text == HOURS


def test_typing_cuts_in(tmp_path):
    with LiveCall(tmp_path) as call:
        call.pass_ms(300)
        call.call.type("언제 열어요")
        typed_ms = call.now_ms
        call.wait_for(BotStarted, text=HOURS)
        [cut_off] = call.of(BotInterrupted)
        assert cut_off.at_ms == typed_ms
        assert cut_off.event.text == GREETING_TEXTS[0]


def test_what_must_be_said_is_said_before_a_typed_line_is_answered(tmp_path):
    opening = OPENING + "    interruptible: false\n"
    with LiveCall(tmp_path, opening=opening) as call:
        call.pass_ms(300)
        call.call.type("언제 열어요")
        call.wait_for(BotStarted, text=HOURS)
        assert call.texts(BotFinished) == GREETING_TEXTS
        assert not call.of(BotInterrupted)


def test_a_typed_line_takes_the_place_of_what_is_being_said(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.caller_says("내일 저녁 일곱 시에 자리가")
        call.pass_ms(800)
        call.door.waiting.clear()
        call.call.type("언제 열어요")
        call.wait_for(BotStarted, text=HOURS)
        call.wait_for(BotFinished, text=MORE)
        assert [logged.event.spoken for logged in call.of(TurnEnded)] == ["언제 열어요"]


@pytest.mark.parametrize("nothing", ["", "   ", "\n\x00\x07", "\ud800"])
def test_what_is_typed_without_a_character_is_nothing(tmp_path, nothing):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.call.type(nothing)
        call.pass_ms(500)
        assert not call.of(TurnEnded)


def test_what_is_typed_without_end_is_bounded(tmp_path):
    with LiveCall(tmp_path, opening=OPENING + "    interruptible: false\n") as call:
        call.pass_ms(100)
        for number in range(20):
            call.call.type(f"{number} " + "가" * 1_000)
        turns = [logged.event.spoken for logged in call.of(TurnEnded)]
        assert len(turns) == MOST_TURNS
        assert {len(turn) for turn in turns} == {500}


def test_typing_after_the_end_is_nothing(tmp_path):
    with LiveCall(tmp_path) as call:
        call.caller_hangs_up()
        call.wait_for_the_end()
        call.call.type("언제 열어요")
        call.call.press("1")
        call.pass_ms(100)


def test_what_is_typed_off_the_record_is_hidden(tmp_path):
    with LiveCall(tmp_path, PRIVATE) as call:
        call.wait_until_greeted()
        call.call.type("카드로 결제할게요")
        call.wait_for(BotFinished, text="카드 번호 네 자리요?")
        call.call.type("9731")
        call.wait_for(BotStarted, text="결제했어요.")
        assert call.of(TranscriptFinal)[-1].event.written == "****"
        assert "9731" not in str(call)


def test_keys_beside_the_sound_are_keys(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.caller_presses("2")
        call.call.press("1x")
        call.call.press("#")
        call.pass_ms(60)
        assert [logged.event.digit for logged in call.of(Dtmf)] == ["1", "#", "2"]
        assert call.of(TurnEnded)[0].event.spoken == "1#"


def test_keys_beside_the_sound_are_bounded(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        for _ in range(100):
            call.call.press("1" * 100)
        call.pass_ms(20)
        assert len(call.of(Dtmf)) == MOST_WAITING


def test_who_is_not_understood_presses_what_he_wants(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.recognizer.nonsense, call.recognizer.confidence = "뷁 쒤", 0.4
        call.caller_says("언제 열어요")
        call.wait_for(BotFinished, text=MORE)
        call.caller_says("언제 열어요")
        call.wait_for(BotStarted, text="영업시간은 1번, 상담사 연결은 0번을 눌러 주세요.")
        call.caller_presses("1")
        pressed_ms = call.now_ms
        assert call.wait_for(BotStarted).event.text == HOURS
        assert call.now_ms - pressed_ms < 200


# ---- hold, and a wire that is wrong


def test_on_hold_the_bot_waits_with_what_it_says_and_goes_on_behind(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.caller_says("언제 열어요")
        call.wait_for(BotStarted, text=HOURS)
        call.pass_ms(400)
        call.door.is_held = True
        call.pass_ms(40)
        held_ms = call.now_ms
        call.pass_ms(60_000)
        assert call.bot_silent_since_ms <= held_ms
        assert [logged.event.text for logged in call.of(BotPaused)] == [HOURS]
        call.door.is_held = False
        call.wait_for(BotFinished, text=HOURS)
        call.wait_for(BotFinished, text=MORE)
        assert call.kinds(BotPaused, BotResumed, BotInterrupted) == ["BotPaused", "BotResumed"]


def test_who_is_on_hold_is_not_asked_whether_he_is_there(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.door.is_held = True
        call.pass_ms(5 * SILENCE_MS)
        assert call.texts(BotStarted) == GREETING_TEXTS
        call.door.is_held = False
        back_ms = call.now_ms
        prompt = call.wait_for(BotStarted, text=SILENT)
        assert SILENCE_MS <= prompt.at_ms - back_ms <= SILENCE_MS + 60


def test_music_on_hold_is_no_caller(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.door.is_held = True
        call.caller_says("언제 열어요")
        call.pass_ms(4_000)
        assert not call.of(TurnEnded)
        assert any(is_voiced(frame) for frame in call.tape.caller)  # it is in the recording all the same


def test_an_answer_that_falls_into_a_hold_comes_behind_it_and_is_no_slow_one(tmp_path):
    with LiveCall(tmp_path, LOOK_UP, services=FakeServices(2)) as call:
        call.wait_until_greeted()
        call.caller_says("예약 찾아 주세요")
        call.wait_for(BotFinished, text="찾아볼게요.")
        call.door.is_held = True
        call.pass_ms(50_000)
        assert call.of(ServiceCalled)
        assert "세 시에 두 분이에요." not in call.texts(BotStarted)
        call.door.is_held = False
        call.wait_for(BotStarted, text="세 시에 두 분이에요.")
        assert all(logged.event.voice_to_voice_ms < 5_000 for logged in call.of(Latency))
        assert not call.of(Fault)


def test_a_hold_counts_for_the_length_of_a_call_and_nobody_hears_the_goodbye(tmp_path):
    with LiveCall(tmp_path, longest_ms=20_000) as call:
        call.wait_until_greeted()
        call.door.is_held = True
        ended = call.wait_for_the_end()
        assert (ended.by, ended.reason) == ("bot", "too_long")
        assert ended.duration_ms <= 20_100
        assert TOO_LONG.partition(". ")[0] + "." not in call.texts(BotStarted)


def test_a_caller_may_hang_up_on_hold(tmp_path):
    with LiveCall(tmp_path) as call:
        call.pass_ms(300)
        call.door.is_held = True
        call.pass_ms(1_000)
        call.caller_hangs_up()
        assert call.wait_for_the_end().by == "caller"


def test_a_wire_that_has_gone_silent_ends_the_call(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.door.is_lost = True
        ended = call.wait_for_the_end(1_000)
        assert (ended.by, ended.reason) == ("network", "no_media")


def test_a_wire_that_is_lost_in_the_goodbye_ends_it(tmp_path):
    with LiveCall(tmp_path, longest_ms=5_000) as call:
        call.wait_for(BotStarted, text=TOO_LONG.partition(". ")[0] + ".")
        call.door.is_lost = True
        assert call.wait_for_the_end(1_000).duration_ms < 6_000


def test_what_is_wrong_with_the_wire_is_in_the_log_and_the_call_goes_on(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.door.complaint = "3 of 10\npackets are lost"
        fault = call.wait_for(Fault, at_most_ms=1_040).event
        assert fault == Fault("door", "3 of 10 packets are lost", "the call goes on")
        call.door.complaint = "again"
        call.pass_ms(900)
        assert len(call.of(Fault)) == 1
        call.caller_says("언제 열어요")
        call.wait_for(BotStarted, text=HOURS)
        assert len(call.of(Fault)) == 2
