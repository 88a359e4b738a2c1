"""How what the caller says becomes turns: pauses, ends, long speeches, noise, keys."""

from itertools import pairwise

import pytest

from tests.fakes.live_call import HOURS, SILENCE_MS, SILENT, LiveCall
from tests.fakes.turn_taking import OPEN_PAUSE_MS, SURE_PAUSE_MS
from voicebot.events import (
    BotStarted,
    Dtmf,
    Fault,
    SpeechEnded,
    SpeechStarted,
    TranscriptFinal,
    TranscriptPartial,
    TurnEnded,
)
from voicebot.listening import FINAL_LATE_MS, LONGEST_TURN_MS, TRANSCRIPT_LAG_MS


@pytest.fixture
def call(tmp_path):
    with LiveCall(tmp_path) as call:
        call.wait_until_greeted()
        yield call


def test_a_turn_is_told_in_order(call):
    call.caller_says("언제 열어요")
    call.wait_for(BotStarted)
    told = call.kinds(SpeechStarted, TranscriptPartial, SpeechEnded, TranscriptFinal, TurnEnded)
    told = [name for name, before in zip(told, [None, *told], strict=False) if name != before]
    assert told[0] == "SpeechStarted"
    assert told[-2:] == ["TranscriptFinal", "TurnEnded"]
    assert told.index("TranscriptPartial") < told.index("TranscriptFinal")


def test_partials_grow_and_come_no_faster_than_they_are_read(call):
    call.caller_says("내일 저녁 일곱 시에 자리가 있을까요")
    call.wait_for(TurnEnded)
    partials = call.of(TranscriptPartial)
    texts = [logged.event.spoken for logged in partials]
    assert texts == sorted(texts, key=len)
    assert len(texts) == len(set(texts)) > 5
    assert all(later.at_ms - earlier.at_ms >= 100 for earlier, later in pairwise(partials))
    assert all(logged.event.turn == 1 for logged in partials)
    assert all(0 <= logged.event.stable_chars <= len(logged.event.spoken) for logged in partials)


def test_what_sounds_finished_ends_after_a_short_pause(call):
    call.caller_says("언제 열어요")
    ended = call.wait_for(TurnEnded)
    assert ended.event.reason == "ending"
    assert ended.event.silence_ms == SURE_PAUSE_MS
    assert ended.at_ms - call.voice_ended_ms <= SURE_PAUSE_MS + 60


def test_what_sounds_open_is_waited_for(call):
    call.caller_says("내일 저녁에")
    ended = call.wait_for(TurnEnded)
    assert ended.event.reason == "timeout"
    assert ended.event.silence_ms >= OPEN_PAUSE_MS


def test_a_pause_inside_a_sentence_is_no_end(call):
    call.caller_says("내일 저녁에")
    call.caller_pauses(700)
    call.caller_says("자리 있어요")
    ended = call.wait_for(TurnEnded)
    assert ended.event.spoken == "내일 저녁에 자리 있어요"
    assert len(call.of(SpeechStarted)) == 2


def test_the_callers_pauses_are_learnt_from(call):
    call.caller_says("내일 저녁에")
    call.caller_pauses(700)
    call.caller_says("자리 있어요")
    call.wait_for(TurnEnded)
    assert call.turn_taking.pauses == [pytest.approx(700, abs=100)]


def test_who_goes_on_just_as_the_turn_is_judged_over_is_heard_to_the_end(call):
    call.caller_says("자리 있어요")
    call.caller_pauses(140)
    call.caller_says("내일요")
    call.wait_for(TurnEnded)
    call.pass_ms(1_500)
    assert " ".join(logged.event.spoken for logged in call.of(TurnEnded)) == "자리 있어요 내일요"
    assert not call.of(BotStarted, text=HOURS)


def test_a_final_that_comes_after_its_caller_went_on_is_one_turn_with_what_follows(call):
    call.caller_says("자리 있어요")
    call.caller_pauses(240)
    call.caller_says("내일 저녁에요")
    call.wait_until(lambda: call.call.listening.transcript == "자리 있어요")
    call.hearing_worker.hangs = True
    call.pass_ms(220)
    call.hearing_worker.go_on()
    ended = call.wait_for(TurnEnded)
    assert ended.event.spoken == "자리 있어요 내일 저녁에요"
    assert ended.event.turn == 1
    assert [logged.event.spoken for logged in call.of(TranscriptFinal)] == ["자리 있어요", "내일 저녁에요"]
    assert len(call.turn_taking.cut_offs) == 1


def test_each_turn_has_the_next_number(call):
    call.caller_says("언제 열어요")
    call.wait_for(TurnEnded, turn=1)
    call.wait_until(lambda: call.call.playing.is_idle and call.call._awaited is not None, 20_000)
    call.caller_says("몇 시까지 하나요")
    call.wait_for(TurnEnded, turn=2)
    assert [logged.event.turn for logged in call.of(TranscriptFinal)] == [1, 2]


def test_who_speaks_without_end_is_answered_all_the_same(call):
    began_ms = call.now_ms
    call.caller_says("그래서 제가 말인데 " * 60)
    ended = call.wait_for(TurnEnded, at_most_ms=60_000)
    assert ended.event.reason == "timeout"
    assert LONGEST_TURN_MS <= ended.at_ms - began_ms <= LONGEST_TURN_MS + 500


def test_noise_without_a_word_is_forgotten(call):
    call.caller_makes_noise(300)
    call.wait_for(SpeechEnded)
    call.pass_ms(1_500)
    assert not call.of(TurnEnded)
    assert not call.of(TranscriptPartial)
    assert not call.call.listening.is_busy


def test_a_cough_does_not_keep_the_bot_from_asking(call):
    waiting_ms = call.now_ms
    call.caller_pauses(2_000)
    call.caller_makes_noise(300)
    prompt = call.wait_for(BotStarted, text=SILENT)
    assert prompt.at_ms - waiting_ms <= SILENCE_MS + 100


def test_a_caller_whose_voice_holds_no_words_is_asked_all_the_same(call):
    waiting_ms = call.now_ms
    call.caller_makes_noise(20_000)
    prompt = call.wait_for(BotStarted, text=SILENT)
    assert prompt.at_ms - waiting_ms <= SILENCE_MS + 100


def test_who_has_just_begun_to_speak_is_not_asked_whether_he_is_there(call):
    call.caller_pauses(SILENCE_MS - 200)
    call.caller_says("언제 열어요")
    call.wait_for(BotStarted, text=HOURS)
    assert not call.of(BotStarted, text=SILENT)


def test_words_in_music_end_when_no_more_of_them_come(call):
    call.caller_says("언제 열어요")
    call.caller_makes_noise(4_000)
    ended = call.wait_for(TurnEnded, at_most_ms=3_000)
    assert ended.event.spoken == "언제 열어요"
    assert ended.event.silence_ms <= SURE_PAUSE_MS + TRANSCRIPT_LAG_MS


def test_a_final_that_never_comes_is_a_fault(call):
    call.caller_says("언제 열어요")
    call.wait_until(lambda: call.call.listening.transcript == "언제 열어요")
    call.hearing_worker.hangs = True
    hung_ms = call.now_ms
    fault = call.wait_for(Fault)
    assert (fault.event.room, fault.event.what) == ("ear", "no final came")
    assert fault.at_ms - hung_ms <= FINAL_LATE_MS + 100


def test_an_unsure_recognizer_makes_an_unsure_turn(call):
    call.recognizer.confidence = 0.4
    call.caller_says("언제 열어요")
    call.wait_for(TranscriptFinal)
    assert call.of(TranscriptFinal)[0].event.words[0]["confidence"] == 0.4


def test_keys_are_told_one_by_one_and_as_a_turn_when_no_more_come(call):
    call.caller_presses("1")
    call.pass_ms(400)
    call.caller_presses("2")
    ended = call.wait_for(TurnEnded)
    assert [logged.event.digit for logged in call.of(Dtmf)] == ["1", "2"]
    assert (ended.event.spoken, ended.event.reason) == ("12", "dtmf")


def test_who_presses_keys_is_not_heard_in_what_was_being_said(call):
    call.caller_says("일 번")
    call.pass_ms(500)
    call.caller_presses("1#")
    call.wait_for(TurnEnded, reason="dtmf")
    call.pass_ms(1_500)
    assert len(call.of(TurnEnded)) == 1


# ---- people take over, and give back


@pytest.fixture
def desk(tmp_path):
    with LiveCall(tmp_path, has_desk=True) as call:
        call.wait_until_greeted()
        yield call


def test_what_is_being_said_when_people_take_over_is_one_turn(desk):
    desk.caller_says("내일 저녁에 자리가 있어요")
    desk.wait_for(TranscriptPartial)
    desk.joins("agent")
    desk.wait_for(TurnEnded)
    [final] = [logged.event for logged in desk.of(TranscriptFinal)]
    assert (final.turn, final.spoken) == (1, "내일 저녁에 자리가 있어요")
    assert {logged.event.turn for logged in desk.of(TranscriptPartial)} == {1}
    assert len(desk.of(SpeechStarted)) == len(desk.of(SpeechEnded)) == 1


def test_what_was_final_already_is_not_lost_when_people_take_over(desk):
    desk.caller_says("자리 있어요")
    desk.caller_pauses(240)
    desk.caller_says("내일 저녁에요")
    desk.wait_until(lambda: desk.call.listening.transcript == "자리 있어요")
    desk.hearing_worker.hangs = True
    desk.pass_ms(220)
    desk.hearing_worker.go_on()
    desk.pass_ms(40)
    desk.joins("agent")
    desk.pass_ms(3_000)
    assert [(logged.event.turn, logged.event.spoken) for logged in desk.of(TranscriptFinal)] == [
        (1, "자리 있어요"),
        (2, "내일 저녁에요"),
    ]
    assert [logged.event.turn for logged in desk.of(TurnEnded)] == [1, 2]


def test_a_turn_that_waits_for_the_bot_when_people_take_over_is_answered_by_them(desk):
    desk.reading_worker.hangs = True
    desk.caller_says("언제 열어요")
    desk.wait_for(TurnEnded)
    desk.joins("agent")
    desk.reading_worker.go_on()
    desk.pass_ms(3_000)
    assert not desk.of(BotStarted, text=HOURS)


def test_keys_that_were_pressed_for_the_bot_are_no_answer_to_what_it_asks_later(desk):
    desk.caller_presses("12")
    desk.pass_ms(40)
    desk.joins("agent")
    desk.pass_ms(3_000)
    assert desk.call.back_to_bot("영업시간")
    desk.wait_for(BotStarted, text=HOURS)
    desk.pass_ms(4_000)
    assert not desk.of(TurnEnded, reason="dtmf")


def test_a_caller_who_speaks_while_the_bot_takes_over_and_then_says_nothing_is_asked(desk):
    desk.joins("agent")
    desk.caller_makes_noise(2_000)
    desk.pass_ms(1_000)
    assert desk.call.back_to_bot("영업시간")
    desk.wait_for(BotStarted, text=HOURS)
    desk.wait_for(BotStarted, text=SILENT)
    assert len(desk.of(SpeechStarted)) == len(desk.of(SpeechEnded))
