"""Callers who do what callers do, and rooms that answer nonsense: what is heard then, and what the log says."""

import time
from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from tests.fakes import live_call
from tests.fakes.live_call import HOURS, SILENCE_MS, SILENT, FakeServices, LiveCall
from tests.timing import timed
from voicebot.call import APOLOGY, APOLOGY_CALLBACK
from voicebot.dialogue.sentences import SENTENCES
from voicebot.dialogue.services import Reply
from voicebot.events import (
    BotFinished,
    BotStarted,
    CallbackBooked,
    Fault,
    HandoffRequested,
    Latency,
    ServiceCalled,
    SlotFilled,
    TranscriptFinal,
    TurnEnded,
)

LOOK_UP = """
flow: 조회
about: 예약을 찾아봅니다
examples: [예약 찾아 주세요]
steps:
  - call: 예약
    path: /bookings
    save: {시간: time, 인원: guests}
  - say: "{시간}에 {인원} 분이에요."
"""
FORM = """
flow: 예약
about: 자리를 예약합니다
examples: [예약하고 싶어요]
slots:
  인원: {type: digits, lengths: [2], ask: 몇 분이세요?, easier: 두 자리로 말씀해 주세요., confirm: never}
steps:
  - ask: 인원
  - say: 예약했어요.
"""
NO_ANSWER = "그 내용은 제가 정확히 안내해 드리기 어려워요."


def assert_apologized(call):
    ended = call.wait_for_the_end()
    assert (ended.by, ended.reason) == ("service", "fault"), call
    assert [logged.event.reason for logged in call.of(HandoffRequested)] == ["fault"]
    assert len(call.of(CallbackBooked)) == 1
    assert " ".join(call.texts(BotFinished)).endswith(f"{APOLOGY} {APOLOGY_CALLBACK}"), call


# ---- callers


def test_who_speaks_without_end_is_answered_after_a_while(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.caller_says("그래서 제가 어제 친구랑 같이 갔는데요 " * 20)
        began_ms = call.now_ms
        turn = call.wait_for(TurnEnded, at_most_ms=60_000)
        assert turn.event.reason == "timeout"
        assert 45_000 <= turn.at_ms - began_ms <= 46_000
        assert turn.event.spoken.startswith("그래서 제가 어제")
        call.wait_for(BotStarted)
        call.wait_until(lambda: not call.door.waiting, 60_000)
        call.pass_ms(1_000)
        call.caller_says("언제 열어요")
        call.wait_for(BotStarted, text=HOURS)
        assert not call.of(Fault)


def test_music_without_end_is_a_caller_who_says_nothing(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.caller_makes_noise(120_000)
        ended = call.wait_for_the_end()
        assert (ended.by, ended.reason) == ("bot", "silence")
        assert not call.of(TurnEnded)


def test_music_in_which_a_recognizer_hears_syllables_now_and_then_is_no_turn(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.recognizer.mishears, call.recognizer.confidence = "음", 0.2
        for _ in range(12):
            call.caller_makes_noise(200)
            call.caller_pauses(3_000)
        ended = call.wait_for_the_end()
        assert ended.by == "bot"
        assert not call.of(TurnEnded)


def test_who_is_silent_in_a_form_is_asked_again_and_can_go_on(tmp_path):
    with LiveCall(tmp_path, FORM) as call:
        call.wait_until_greeted()
        call.caller_says("예약하고 싶어요")
        asked = call.wait_for(BotFinished, text="몇 분이세요?")
        again = call.wait_for(BotStarted, text="몇 분이세요?")
        assert SILENCE_MS <= again.at_ms - asked.at_ms <= SILENCE_MS + 5_000
        call.wait_until(lambda: call.call.playing.is_idle)
        call.caller_says("일이요")
        call.wait_for(BotStarted)
        call.wait_until(lambda: call.call.playing.is_idle)
        call.caller_says("일이")
        assert call.wait_for(SlotFilled).event.value == "12"
        call.wait_for(BotStarted, text="예약했어요.")


def test_who_stays_silent_in_a_form_is_said_goodbye_to(tmp_path):
    with LiveCall(tmp_path, FORM) as call:
        call.wait_until_greeted()
        call.caller_says("예약하고 싶어요")
        assert (call.wait_for_the_end().by, call.of(SlotFilled)) == ("bot", [])


def test_a_clipped_voice_is_only_a_loud_one(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.caller_says("언제 열어요")
        for frame in call.door.waiting:
            frame[3:] = np.sign(frame[3:]) * 32_767
        call.wait_for(BotStarted, text=HOURS)
        assert max(int(np.abs(frame.astype(int)).max()) for frame in call.tape.caller) == 32_767


# ---- a recognizer


def test_a_recognizer_without_a_final_ends_the_call_with_an_apology(tmp_path, monkeypatch):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        monkeypatch.setattr("tests.fakes.recognizer.FakeStream.finish", lambda stream: None)
        call.caller_says("언제 열어요")
        assert call.wait_for(Fault).event.room == "ear"
        assert_apologized(call)


def test_a_recognizer_that_says_endlessly_much_does_not_hold_up_the_call(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        call.recognizer.nonsense = "가" * 2_000
        call.caller_says("언제 열어요")
        with timed() as spent:
            call.wait_for(TurnEnded)
            call.wait_for(BotStarted)
        assert spent.s < 5.0


# ---- a knowledge base


def test_a_knowledge_base_that_dies_ends_the_call_with_an_apology(tmp_path, monkeypatch):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()

        def dead(*_, **__):
            raise OSError("the index is gone")

        monkeypatch.setattr("tests.fakes.mind.LettersIndex.search_each", dead)
        monkeypatch.setattr("tests.fakes.mind.LettersIndex.search", dead)
        call.caller_says("아이스크림 있어요")
        fault = call.wait_for(Fault).event
        assert fault.what == "OSError: the index is gone"
        assert_apologized(call)


@pytest.mark.parametrize("confidence", [-1.0, 0.0])
def test_a_knowledge_base_that_is_sure_of_nothing_is_not_believed(tmp_path, monkeypatch, confidence):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        monkeypatch.setattr("tests.fakes.mind._share", lambda wanted, there: confidence)
        call.caller_says("아이스크림 있어요")
        call.wait_for(BotStarted, text=NO_ANSWER)
        assert not call.of(Fault)


def test_a_knowledge_base_that_finds_nothing_at_all_is_not_understood(tmp_path, monkeypatch):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        nothing = SimpleNamespace(hits=[], answered=False, ms=0.0)
        monkeypatch.setattr(
            "tests.fakes.mind.LettersIndex.search_each", lambda index, text, groups, *_, **__: [nothing for _ in groups]
        )
        call.caller_says("아이스크림 있어요")
        call.wait_for(BotStarted, text=NO_ANSWER)


# ---- a service


class Answering(FakeServices):
    def __init__(self, reply):
        super().__init__()
        self._reply = reply

    async def call(self, *_, **__):
        return self._reply


@pytest.mark.parametrize("status", ["timeout", "unreachable", "not_json", "too_large", "bad_url", 500, 503, 404])
def test_a_service_that_fails_is_said_to_and_the_call_goes_on(tmp_path, status):
    with LiveCall(tmp_path, LOOK_UP, services=Answering(Reply(status, None, 5))) as call:
        call.wait_until_greeted()
        call.caller_says("예약 찾아 주세요")
        assert call.wait_for(ServiceCalled).event.status == status
        fault = call.wait_for(Fault).event
        assert (fault.room, fault.what) == ("service", f"예약 GET /bookings: {status}")
        call.wait_for(BotStarted, text=SENTENCES["service_failure"][0].partition(". ")[0] + ".")
        call.wait_until(lambda: call.call.playing.is_idle)
        call.caller_says("언제 열어요")
        call.wait_for(BotStarted, text=HOURS)


# ---- clocks


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(hours=-1), timedelta(days=40)])
def test_the_days_clock_may_jump_in_a_call(tmp_path, monkeypatch, jump):
    real_s = time.time
    with LiveCall(tmp_path) as call:
        call.pass_ms(300)
        monkeypatch.setattr(live_call, "NOW", live_call.NOW + jump)
        monkeypatch.setattr(time, "time", lambda: real_s() + jump.total_seconds())
        call.wait_until_greeted()
        call.caller_says("언제 열어요")
        latency = call.wait_for(Latency).event
        assert latency.voice_to_voice_ms < 300
        call.wait_until(lambda: call.call.playing.is_idle)
        said = call.of(BotFinished)[-1]
        silent = call.wait_for(BotStarted, text=SILENT)
        assert SILENCE_MS <= silent.at_ms - said.at_ms <= SILENCE_MS + 60
        assert len(call.tape.caller) * 20 == call.now_ms
        [final] = [logged.event for logged in call.of(TranscriptFinal)]
        assert final.words[-1]["end_ms"] <= call.now_ms


# ---- nonsense


def test_a_recognizer_that_babbles_is_not_believed_for_ever(tmp_path):
    with LiveCall(tmp_path) as call:
        call.recognizer.nonsense = "뷁"
        call.wait_until_greeted()
        for _ in range(6):
            if call.of(HandoffRequested) or call.task.done():
                break
            call.caller_says("언제 열어요")
            call.wait_for(TurnEnded)
            call.wait_for(BotStarted)
            call.wait_until(lambda: call.call.playing.is_idle or call.task.done())
        call.wait_for_the_end()
        assert [logged.event.reason for logged in call.of(HandoffRequested)] in (["low_confidence"], ["no_answer"]), (
            call
        )


def test_a_voice_without_a_sound_ends_the_call_with_what_it_has_said_before(tmp_path, monkeypatch):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        monkeypatch.setattr(call.synthesizer, "speak", lambda spoken: iter(()))
        call.caller_says("언제 열어요")
        assert call.wait_for(Fault).event.room == "mouth"
        assert_apologized(call)


@pytest.mark.parametrize("data", [[], {}, "세 시", 7, [[[]]], {"x": 1}])
def test_a_service_that_answers_nonsense_is_said_to(tmp_path, data):
    with LiveCall(tmp_path, LOOK_UP, services=Answering(Reply(200, data, 5))) as call:
        call.wait_until_greeted()
        call.caller_says("예약 찾아 주세요")
        fault = call.wait_for(Fault).event
        assert (fault.room, fault.what) == ("service", "예약 GET /bookings: 200 without time, guests")
        call.wait_for(BotStarted, text=SENTENCES["service_failure"][0].partition(". ")[0] + ".")
