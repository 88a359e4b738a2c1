import tracemalloc
from dataclasses import dataclass

import numpy as np
import pytest

from assist.call_so_far import CallSoFar
from assist.mood.mood import Mood
from assist.mood.rules import AngerRules, KeywordRule, MoodRules
from assist.replay import RecordedSound, replay
from voicebot.audio import resample
from voicebot.dialogue.scenario.flow import Abuse
from voicebot.events import (
    AlertRaised,
    BotFinished,
    CallEnded,
    CallStarted,
    EmotionRead,
    Event,
    HandoffRequested,
    Logged,
    RecordingPaused,
    RecordingResumed,
    SpeechEnded,
    SpeechStarted,
    TranscriptFinal,
    TranscriptPartial,
)
from voicebot.tts.espeak import shared_thread
from voicebot.tts.libespeak import RATE_HZ as ESPEAK_HZ
from voicebot.tts.libespeak import Prosody

RATE_HZ = 8_000
STARTED = CallStarted("in", "sip", "010", "1588", "s")
RULES = MoodRules(keywords=(KeywordRule(name="소비자원", words=("소비자 ?원",)),))


def final(spoken, turn=1, side="caller"):
    return TranscriptFinal(side, turn, spoken, spoken, (), "test")


def log(*events):
    return [Logged("c", seq, at_ms, event) for seq, (at_ms, event) in enumerate(events)]


def told(*events, sound=None, rules=RULES, abuse=None):
    """``(at_ms, event)`` of all that is said in a call, ticked every second."""
    services = {"mood": Mood(rules, abuse).open}
    return [(said.at_ms, said.event) for said in replay(log(*events), services, sound)]


def kinds(said):
    return [event.kind if isinstance(event, AlertRaised) else event.label for _, event in said]


def test_a_calm_call_has_nothing_to_tell():
    turns = [(1_000 * turn, final("네 배송이 언제 오나요", turn)) for turn in range(1, 60)]
    assert told((0, STARTED), *turns, (61_000, CallEnded("caller", "hung_up", 61_000))) == []


def test_a_call_that_goes_wrong():
    said = told(
        (0, STARTED),
        (2_000, TranscriptPartial("caller", 1, "야 이 씨발 지금", "", 9)),
        (4_000, final("야 이 씨발 지금 몇 번째야", 1)),
        (9_000, final("책임자 바꿔 소비자원에 신고한다", 2)),
        (15_000, final("개새끼들아", 3)),
        (16_000, CallEnded("caller", "hung_up", 16_000)),
        abuse=Abuse(warnings=1, then="handoff"),
    )
    assert kinds(said) == ["abuse", "angry", "anger", "keyword", "abuse"]
    texts = [event.text for _, event in said if isinstance(event, AlertRaised)]
    assert texts[0] == "고객 폭언: “야 이 씨○ 지금”. 다음 조치: 경고 (1/1회)"
    assert texts[-1].endswith("관리자 연결")
    assert not any("씨발" in text or "새끼" in text for text in texts)
    assert {event.side for _, event in said} == {"caller"}


def test_silence_is_told_at_a_tick():
    said = told(
        (0, STARTED),
        (1_000, HandoffRequested("asked", "일반", "")),
        (5_000, SpeechStarted("agent")),
        (6_000, SpeechEnded("agent")),
        (40_000, CallEnded("caller", "hung_up", 40_000)),
    )
    assert said == [(26_000, AlertRaised("caller", "silence", "20초 동안 아무 말이 없어요.", cause=3))]


def test_an_agents_anger_is_not_the_callers():
    said = told((0, STARTED), (1_000, final("정말 화가 나네요", 1, "agent")), (2_000, final("네", 2)))
    assert said == []


def test_nothing_is_said_after_the_end():
    call = Mood(MoodRules()).open(CallSoFar("c"), None)
    for logged in log((0, STARTED), (10, CallEnded("caller", "hung_up", 10))):
        call.heard(logged)
    assert [event for at_ms in range(0, 200_000, 1_000) for event in call.tick(at_ms)] == []


def test_who_is_made_anew_says_nothing_that_the_log_has():
    events = log(
        (0, STARTED),
        (1_000, final("정말 화가 나네요 씨발", 1)),
        (1_010, AlertRaised("caller", "abuse", "", 1)),
        (1_010, EmotionRead("caller", "angry", 0.94, 1)),
        (1_010, AlertRaised("caller", "anger", "", 1)),
    )
    anew = Mood(MoodRules()).open(CallSoFar("c"), None)
    again = [event for logged in events for event in anew.heard(logged)]
    assert kinds([(0, event) for event in again]) == ["abuse", "angry", "anger"], "the log's owner leaves these out"
    assert anew.tick(3_000) == []


@dataclass(frozen=True, slots=True)
class FromTheFuture(Event):
    side: str = "caller"
    text: str = "씨발"


@pytest.mark.parametrize("event", [FromTheFuture(), final(""), final("   "), TranscriptPartial("caller", 1, "", "", 0)])
def test_what_means_nothing_is_passed_over(event):
    assert told((0, STARTED), (1_000, event), (9_000, CallEnded("caller", "x", 9_000))) == []


# ---- sound


def espeak(prosody, seconds):
    text = "주문한 상품이 아직 안 왔어요. 언제 오는지 확인해 주세요. 어제도 전화했는데 오늘 온다고 하셨거든요."
    sound = np.zeros(0, np.int16)
    while len(sound) < seconds * ESPEAK_HZ:
        sound = np.concatenate([sound, *shared_thread().speak(text, "ko+m3", prosody)])
    return resample(sound[: seconds * ESPEAK_HZ], ESPEAK_HZ, RATE_HZ) // 6


CALM = Prosody()
ANGRY = Prosody(words_per_minute=215, pitch=75, pitch_range=70, volume=160)


def of_a_call(*parts, rules=RULES):
    sound = np.concatenate(parts)
    end_ms = len(sound) // 8
    recorded = RecordedSound(sound, np.zeros_like(sound), RATE_HZ)
    return told(
        (0, STARTED),
        (10, SpeechStarted("caller")),
        (end_ms, CallEnded("caller", "x", end_ms)),
        sound=recorded,
        rules=rules,
    )


def test_a_voice_that_becomes_higher_faster_and_louder_is_angry_until_it_is_calm_again():
    said = of_a_call(espeak(CALM, 12), espeak(ANGRY, 10), espeak(CALM, 12))
    labels = kinds(said)
    assert labels.count("anger") == 1
    assert labels[-1] == "calm"
    ((at_ms, alert),) = [(at, event) for at, event in said if isinstance(event, AlertRaised)]
    assert 13_000 <= at_ms <= 20_000
    assert "목소리" in alert.text


def test_a_louder_line_is_not():
    calm = espeak(CALM, 12)
    assert of_a_call(calm // 3, calm) == []
    assert of_a_call(calm, calm // 3) == []


def test_a_company_may_leave_voices_out():
    rules = MoodRules(anger=AngerRules(voice=False))
    assert of_a_call(espeak(CALM, 12), espeak(ANGRY, 10), rules=rules) == []


def test_music_is_not_angry():
    at = np.arange(40 * RATE_HZ) / RATE_HZ
    chords = [261.6, 329.6, 392.0, 523.3]
    music = sum(np.sin(2 * np.pi * hz * at * (1 + (at.astype(int) % 4 == n))) for n, hz in enumerate(chords))
    assert "anger" not in kinds(of_a_call((1_500 * music).astype(np.int16)))


@pytest.mark.parametrize("noise", [0, 1, 3_000])
def test_noise_and_silence_are_not(noise):
    sound = np.random.default_rng(1).normal(0, noise, 30 * RATE_HZ).astype(np.int16)
    assert of_a_call(sound) == []


class GoneSound:
    rate_hz = RATE_HZ

    def __init__(self):
        self.written_ms = 0

    def pass_to(self, at_ms):
        self.written_ms = at_ms

    def read(self, last_ms):
        raise OSError("no tap of call c: it is over")

    def close(self):
        pass


def test_where_the_sound_is_gone_words_go_on():
    said = told((0, STARTED), (10, SpeechStarted("caller")), (5_000, final("정말 화가 나네요")), sound=GoneSound())
    assert kinds(said) == ["angry", "anger"]


def test_a_call_of_two_hours_takes_no_more_memory_than_one():
    mood = Mood(RULES)
    call = mood.open(CallSoFar("c"), None)

    def hour(first):
        for second in range(first, first + 3_600):
            at_ms, turn = second * 1_000, second
            call.heard(Logged("c", 4 * second, at_ms, SpeechStarted("caller")))
            call.heard(Logged("c", 4 * second + 1, at_ms + 300, TranscriptPartial("caller", turn, "네 그", "네 그", 3)))
            call.heard(Logged("c", 4 * second + 2, at_ms + 500, SpeechEnded("caller")))
            words = "씨발 소비자원" if second % 100 == 0 else f"네 {second % 500}번이요"
            call.heard(Logged("c", 4 * second + 3, at_ms + 600, final(words, turn)))
            call.tick(at_ms + 900)

    hour(0)
    tracemalloc.start()
    hour(3_600)
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 200_000


def test_what_is_said_off_the_record_is_not_listened_to():
    read = []

    class Watched(GoneSound):
        def read(self, last_ms):
            read.append((self.written_ms - last_ms, self.written_ms))
            return np.zeros(last_ms * RATE_HZ // 1_000, np.int16), np.zeros(last_ms * RATE_HZ // 1_000, np.int16)

    told(
        (0, STARTED),
        (100, SpeechStarted("caller")),
        (2_500, RecordingPaused()),
        (6_500, RecordingResumed()),
        (9_000, final("네")),
        sound=Watched(),
    )
    assert read and all(end <= 2_500 or start >= 6_500 for start, end in read)


def test_alerts_have_no_numbers_of_cards_and_residents():
    said = told(
        (0, STARTED),
        (1_000, BotFinished(0, "카드번호를 말씀해 주세요.")),
        (2_000, final("사오일팔 이이공일이고요", 1)),
        (4_000, final("삼삼사오 육칠팔구 소비자원에 신고한다", 2)),
        (5_000, TranscriptPartial("caller", 3, "야 이 씨발 850412-1234567 이라고", "", 26)),
        (6_000, final("야 이 씨발 850412-1234567 이라고 주문번호는 20268080이고", 3)),
        (9_000, CallEnded("caller", "hung_up", 9_000)),
    )
    texts = [event.text for _, event in said if isinstance(event, AlertRaised)]
    assert texts[0] == "소비자원: “**** **** 소비자원에 신고한다”"
    assert "******-*******" in texts[1] and len(texts) == 3, texts
    assert not any("1234567" in text for text in texts)
