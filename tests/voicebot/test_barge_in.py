"""When the caller cuts in: first what a tick decides, then whole calls."""

import numpy as np
import pytest

from tests.fakes.detector import DETECTED_MS
from tests.fakes.live_call import GREETING_TEXTS, HOURS, MORE, FakeServices, LiveCall
from voicebot.barge_in import (
    LAST_WORDS_MS,
    SETTLED_MS,
    WORDLESS_MS,
    BargeIn,
    Meanwhile,
    is_backchannel,
    words_beyond_backchannels,
)
from voicebot.events import (
    BotFinished,
    BotInterrupted,
    BotPaused,
    BotResumed,
    BotStarted,
    Latency,
    SpeechEnded,
    SpeechStarted,
    TranscriptPartial,
    TurnEnded,
)

# ---- words


@pytest.mark.parametrize("nodding", ["네", "네네", "네 네", "예 예", "음", "아 네", "그렇군요", "네 알겠습니다"])
def test_nodding_along_is_a_backchannel(nodding):
    assert is_backchannel(nodding)


@pytest.mark.parametrize("words", ["네 근데요", "아니요", "잠깐만요", "네이버", "어제요", ""])
def test_words_are_no_backchannel(words):
    assert not is_backchannel(words)


def test_only_what_is_more_than_nodding_counts():
    assert words_beyond_backchannels("네 그거 말고요") == 5


# ---- one tick


def seen(voice_ms=0, silence_ms=0, transcript="", **more):
    more = {"is_paused": False, "is_interruptible": True, "left_ms": 5_000, **more}
    return Meanwhile(voice_ms, silence_ms, transcript, **more)


def test_a_voice_silences_the_bot_at_once():
    assert BargeIn().react(seen(voice_ms=20)) == "pause"


def test_words_interrupt_it():
    assert BargeIn().react(seen(400, 0, "잠깐", is_paused=True)) == "interrupt"


def test_one_syllable_may_be_a_cough_and_does_not():
    assert BargeIn().react(seen(400, 0, "커", is_paused=True)) is None


def test_it_goes_on_when_a_sound_without_words_has_settled():
    barge_in = BargeIn()
    assert barge_in.react(seen(0, SETTLED_MS - 20, is_paused=True)) is None
    assert barge_in.react(seen(0, SETTLED_MS, is_paused=True)) == "resume"


def test_a_noise_that_does_not_end_is_spoken_over_until_it_ends():
    barge_in = BargeIn()
    assert barge_in.react(seen(WORDLESS_MS + 20, is_paused=True)) == "resume"
    assert barge_in.react(seen(WORDLESS_MS + 40)) is None
    assert barge_in.react(seen(0, SETTLED_MS)) is None
    assert barge_in.react(seen(20)) == "pause"


def test_words_in_a_noise_that_was_spoken_over_interrupt_all_the_same():
    barge_in = BargeIn()
    barge_in.react(seen(WORDLESS_MS + 20, is_paused=True))
    assert barge_in.react(seen(3_000, 0, "여보세요")) == "interrupt"


def test_an_echo_is_nothing():
    assert BargeIn().react(seen(500, 0, "무엇을 도와", is_echo=True)) is None


def test_what_may_not_be_interrupted_is_not():
    assert BargeIn().react(seen(500, 0, "아니 그게", is_interruptible=False)) is None


@pytest.mark.parametrize(
    ("left_ms", "reaction"),
    [(0, "interrupt"), (LAST_WORDS_MS, "interrupt"), (LAST_WORDS_MS + 20, "resume"), (None, "resume")],
)
def test_a_yes_counts_as_an_answer_only_near_the_end_of_the_question(left_ms, reaction):
    yes = seen(0, SETTLED_MS, "네", is_paused=True, left_ms=left_ms, answers=True)
    assert BargeIn().react(yes) == reaction


# ---- calls

LONG = "배송은 이틀에서 사흘쯤 걸리고 제주와 섬 지역은 하루나 이틀이 더 걸릴 수 있으니 참고해 주세요."
DELIVERY = f"""
flow: 배송
about: 배송을 알려 드립니다
examples: [배송 얼마나 걸려요]
steps:
  - say: {LONG}
"""
BOOKING = """
flow: 예약
about: 자리를 잡아 드립니다
examples: [자리 잡아 주세요]
slots:
  창가: {type: yes_no, ask: 창가 자리는 햇빛이 들어서 조금 더울 수 있는데 괜찮으세요?, confirm: never}
steps:
  - ask: 창가
  - say: 잡아 드렸어요.
"""
MAP = """
flow: 약도
about: 약도를 문자로 보냅니다
examples: [약도 보내 주세요]
steps:
  - message: 약도입니다.
    to: "01023456789"
  - say: 약도를 보냈어요.
"""
CONSENT = """
flow: 인사
about: 인사를 드립니다
steps:
  - say: 이 통화는 모두 녹음됩니다.
    interruptible: false
  - say: 무엇을 도와드릴까요?
"""
CONSENT_TEXT = "이 통화는 모두 녹음됩니다."
QUESTION = "창가 자리는 햇빛이 들어서 조금 더울 수 있는데 괜찮으세요?"


def told_of_delivery(tmp_path):
    """A call in which the bot has begun with a long sentence."""
    call = LiveCall(tmp_path, DELIVERY)
    call.wait_until_greeted()
    call.caller_says("배송 얼마나 걸려요")
    call.wait_for(BotStarted, text=LONG)
    return call


def asked_for_the_window(tmp_path):
    call = LiveCall(tmp_path, BOOKING)
    call.wait_until_greeted()
    call.caller_says("자리 잡아 주세요")
    call.wait_for(BotStarted, text=QUESTION)
    return call


def test_the_bot_is_silent_as_soon_as_a_voice_is_detected(tmp_path):
    with told_of_delivery(tmp_path) as call:
        call.pass_ms(1_000)
        began_ms = call.now_ms
        call.caller_says("잠깐만요 언제 열어요")
        detected_ms = call.wait_for(SpeechStarted).at_ms
        call.wait_for(BotInterrupted)
        assert detected_ms - began_ms <= DETECTED_MS + 20
        assert call.bot_silent_since_ms <= detected_ms + 5


def test_who_cuts_in_with_words_is_listened_to(tmp_path):
    with told_of_delivery(tmp_path) as call:
        call.pass_ms(1_000)
        call.caller_says("잠깐만요 언제 열어요")
        call.wait_for(TurnEnded, spoken="잠깐만요 언제 열어요")
        call.wait_for(BotStarted, text=HOURS)
        assert call.kinds(BotPaused, BotInterrupted, BotResumed) == ["BotPaused", "BotInterrupted"]


def test_the_log_says_how_much_of_the_interrupted_sentence_was_heard(tmp_path):
    with told_of_delivery(tmp_path) as call:
        started_ms = call.of(BotStarted)[-1].at_ms
        call.pass_ms(1_000)
        call.caller_says("잠깐만요")
        heard = call.wait_for(BotInterrupted).event.heard_text
        said_ms = call.of(BotPaused)[-1].at_ms - started_ms
        syllables = len(heard.replace(" ", ""))
        assert LONG.startswith(heard)
        assert abs(syllables * 100 - said_ms) <= 100


def test_what_was_to_follow_the_interrupted_sentence_is_not_said(tmp_path):
    with told_of_delivery(tmp_path) as call:
        call.pass_ms(1_000)
        call.caller_says("잠깐만요 언제 열어요")
        call.wait_for(BotStarted, text=HOURS)
        assert MORE not in call.texts(BotStarted)


def test_after_a_cough_the_bot_goes_on_where_it_was(tmp_path):
    with told_of_delivery(tmp_path) as call:
        call.pass_ms(1_000)
        call.caller_makes_noise(200)
        paused = call.wait_for(BotPaused)
        resumed = call.wait_for(BotResumed)
        assert resumed.at_ms - call.voice_ended_ms <= 600
        call.wait_for(BotFinished, text=LONG)
        assert call.texts(BotStarted).count(LONG) == 1
        assert not call.of(TurnEnded, turn=2)
        sound = np.concatenate(call.door.sent)
        silent = sound[paused.at_ms * 8 + 160 : resumed.at_ms * 8]
        assert not silent.any()


def test_no_syllable_is_lost_over_a_cough(tmp_path):
    with told_of_delivery(tmp_path) as call:
        call.pass_ms(1_000)
        call.caller_makes_noise(200)
        resumed = call.wait_for(BotResumed)
        finished = call.wait_for(BotFinished, text=LONG)
        started_ms = call.of(BotStarted, text=LONG)[0].at_ms
        paused_ms = call.of(BotPaused)[0].at_ms
        [saying] = [list(call.voice._mouths[8_000].say(LONG))]
        said_ms = (paused_ms - started_ms) + (finished.at_ms - resumed.at_ms)
        assert 0 <= said_ms - len(saying) * 20 <= 420


def test_a_cough_that_is_heard_as_one_syllable_is_still_a_cough(tmp_path):
    with told_of_delivery(tmp_path) as call:
        call.recognizer.mishears = "커"
        call.pass_ms(1_000)
        call.caller_makes_noise(160)
        call.wait_for(BotResumed)
        call.wait_for(BotFinished, text=LONG)
        assert not call.of(BotInterrupted)


def test_two_coughs_are_two_pauses(tmp_path):
    with told_of_delivery(tmp_path) as call:
        call.pass_ms(500)
        call.caller_makes_noise(200)
        call.caller_pauses(1_000)
        call.caller_makes_noise(200)
        call.wait_for(BotFinished, text=LONG)
        assert call.kinds(BotPaused, BotResumed) == ["BotPaused", "BotResumed"] * 2


def test_a_word_right_behind_a_cough_interrupts(tmp_path):
    with told_of_delivery(tmp_path) as call:
        call.pass_ms(1_000)
        call.caller_makes_noise(200)
        call.caller_pauses(100)
        call.caller_says("언제 열어요")
        call.wait_for(TurnEnded, spoken="언제 열어요")
        assert call.of(BotInterrupted)


def test_who_nods_along_is_told_on(tmp_path):
    with told_of_delivery(tmp_path) as call:
        call.pass_ms(1_000)
        call.caller_says("네네")
        resumed = call.wait_for(BotResumed)
        assert resumed.at_ms - call.voice_ended_ms <= 600
        call.wait_for(BotFinished, text=LONG)
        call.wait_for(BotFinished, text=MORE)
        assert call.of(TurnEnded)[-1].event.turn == 1


def test_who_nods_and_then_speaks_is_heard_from_the_nod_on(tmp_path):
    with told_of_delivery(tmp_path) as call:
        call.pass_ms(1_000)
        call.caller_says("네 근데 언제 열어요")
        call.wait_for(BotInterrupted)
        assert call.wait_for(TurnEnded).event.spoken == "네 근데 언제 열어요"


def test_a_yes_at_the_very_end_of_the_question_is_the_answer(tmp_path):
    with asked_for_the_window(tmp_path) as call:
        call.wait_until(lambda: (call.call.playing.left_ms or 9_999) <= 500)
        call.caller_says("네")
        assert call.wait_for(TurnEnded).event.spoken == "네"
        call.wait_for(BotStarted, text="잡아 드렸어요.")


def test_a_yes_right_behind_the_question_is_the_answer(tmp_path):
    with asked_for_the_window(tmp_path) as call:
        call.wait_for(BotFinished, text=QUESTION)
        call.caller_says("네")
        call.wait_for(BotStarted, text="잡아 드렸어요.")


def test_a_yes_across_the_end_of_the_question_is_the_answer(tmp_path):
    with asked_for_the_window(tmp_path) as call:
        call.wait_until(lambda: (call.call.playing.left_ms or 9_999) <= 60)
        call.caller_says("네")
        call.wait_for(BotStarted, text="잡아 드렸어요.")
        assert [logged.event.spoken for logged in call.of(TurnEnded)][1:] == ["네"]


def test_a_yes_while_the_question_is_far_from_its_end_is_a_nod(tmp_path):
    with asked_for_the_window(tmp_path) as call:
        call.pass_ms(200)
        call.caller_says("네")
        call.wait_for(BotResumed)
        call.wait_for(BotFinished, text=QUESTION)
        assert call.of(TurnEnded)[-1].event.turn == 1


def test_what_must_be_said_is_said_and_then_the_caller_is_answered(tmp_path):
    with LiveCall(tmp_path, opening=CONSENT) as call:
        call.pass_ms(200)
        call.caller_says("언제 열어요")
        said = call.wait_for(BotFinished, text=CONSENT_TEXT)
        call.wait_for(TurnEnded, spoken="언제 열어요")
        call.wait_for(BotStarted, text=HOURS)
        assert not call.of(BotPaused)
        assert said.at_ms <= 1_300
        assert "무엇을 도와드릴까요?" not in call.texts(BotStarted)


def test_a_nod_over_what_must_be_said_does_not_answer_the_question_behind_it(tmp_path):
    with LiveCall(tmp_path, opening=CONSENT) as call:
        call.pass_ms(200)
        call.caller_says("네")
        call.wait_for(BotFinished, text="무엇을 도와드릴까요?")
        assert not call.of(TurnEnded)


def test_music_at_the_callers_end_is_spoken_over(tmp_path):
    with told_of_delivery(tmp_path) as call:
        call.caller_makes_noise(20_000)
        call.wait_for(BotPaused)
        assert call.wait_for(BotResumed, at_most_ms=2_000)
        call.wait_for(BotFinished, text=LONG)
        assert len(call.of(BotPaused)) == 1


def test_who_speaks_up_in_music_that_the_bot_speaks_over_is_heard(tmp_path):
    with told_of_delivery(tmp_path) as call:
        call.caller_makes_noise(2_500)
        call.caller_says("언제 열어요")
        call.caller_makes_noise(2_000)
        call.wait_for(TurnEnded, spoken="언제 열어요", at_most_ms=6_000)
        assert call.of(BotInterrupted)


def test_the_bots_own_echo_does_not_stop_it(tmp_path):
    with LiveCall(tmp_path, DELIVERY) as call:
        call.door.echo = (160, 0.3)
        call.wait_until_greeted()
        assert call.texts(BotFinished) == GREETING_TEXTS
        assert call.of(SpeechStarted)
        assert not call.of(BotPaused)


def test_words_that_are_heard_in_the_echo_are_nobodys(tmp_path):
    with LiveCall(tmp_path, DELIVERY) as call:
        call.door.echo = (160, 0.3)
        call.recognizer.mishears = "무엇을도와드릴까요"
        call.wait_until_greeted()
        call.pass_ms(1_500)
        assert not call.of(TurnEnded)
        assert not call.of(BotInterrupted)


def test_who_speaks_over_the_echo_is_heard(tmp_path):
    with told_of_delivery(tmp_path) as call:
        call.door.echo = (160, 0.3)
        call.wait_for(SpeechStarted)
        call.pass_ms(500)
        call.caller_says("잠깐만요 언제 열어요")
        call.wait_for(BotInterrupted, at_most_ms=1_200)
        assert call.wait_for(TurnEnded).event.spoken.endswith("언제 열어요")


def test_who_speaks_over_an_echo_that_is_heard_as_words_is_heard(tmp_path):
    with told_of_delivery(tmp_path) as call:
        call.door.echo = (160, 0.3)
        call.recognizer.mishears = "무엇을도와드릴까요"
        call.wait_for(SpeechStarted)
        call.pass_ms(500)
        call.caller_says("잠깐만요 언제 열어요")
        call.wait_for(BotInterrupted, at_most_ms=1_200)
        assert call.wait_for(TurnEnded).event.spoken.endswith("언제 열어요")


def test_an_answer_does_not_begin_while_the_caller_goes_on(tmp_path):
    with LiveCall(tmp_path, MAP, services=FakeServices(1.0)) as call:
        call.wait_until_greeted()
        call.caller_says("약도 보내 주세요")
        call.caller_pauses(800)
        call.caller_makes_noise(1_000)
        answer = call.wait_for(BotStarted)
        assert 0 < answer.at_ms - call.voice_ended_ms <= 600
        assert not call.of(BotPaused)


def test_who_goes_on_before_the_answer_begins_is_answered_to_what_was_said_last(tmp_path):
    with LiveCall(tmp_path, MAP, services=FakeServices(1.0)) as call:
        call.wait_until_greeted()
        call.caller_says("약도 보내 주세요")
        call.caller_pauses(800)
        call.caller_says("아니 언제 열어요")
        assert call.wait_for(BotStarted).event.text == HOURS


def test_the_latency_of_an_answer_counts_from_the_turn_that_it_answers(tmp_path):
    with told_of_delivery(tmp_path) as call:
        call.pass_ms(1_000)
        call.caller_says("언제 열어요")
        latency = call.wait_for(Latency, turn=2).event
        started = call.wait_for(BotStarted, text=HOURS)
        assert latency.voice_to_voice_ms == started.at_ms - call.voice_ended_ms
        assert call.of(SpeechEnded)
        assert call.of(TranscriptPartial, turn=2)
