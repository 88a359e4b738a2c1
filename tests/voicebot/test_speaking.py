"""The voice of a process: what is ready when, and what happens when it fails."""

import pytest

from tests.fakes.inline import Inline
from tests.fakes.voice import SYLLABLE_MS, FakeSynthesizer
from voicebot.speaking import MOST_FORESEEN, Voice, said_one_by_one

TWO = "안녕하세요. 반갑습니다."


@pytest.fixture
def worker():
    return Inline()


@pytest.fixture
def voice(worker):
    voice = Voice(FakeSynthesizer(), executor=worker)
    voice.prepare([], 8_000)
    voice.synthesizer.spoken.clear()  # the sound check
    return voice


def test_a_text_becomes_sound_off_the_loop(voice, worker):
    worker.hangs = True
    saying = voice.begin("안녕하세요.", 8_000)
    assert not saying.frames
    worker.go_on()
    assert saying.is_whole
    assert abs(len(saying.frames) * 20 - 5 * SYLLABLE_MS) <= 40
    assert saying.frames[-1].text_end == len("안녕하세요.")


def test_what_was_said_before_is_there_at_once(voice, worker):
    voice.begin("안녕하세요.", 8_000)
    worker.hangs = True
    assert voice.begin("안녕하세요.", 8_000).is_whole


def test_slower_is_said_anew(voice):
    plain = voice.begin("지금 바로 확인해서 알려 드리겠습니다.", 8_000)
    slow = voice.begin("지금 바로 확인해서 알려 드리겠습니다.", 8_000, slower=True)
    assert len(slow.frames) > len(plain.frames)


def test_what_was_prepared_is_there_when_the_voice_is_not(voice):
    voice.prepare([TWO], 8_000)
    voice.synthesizer.failures = float("inf")
    assert all(voice.begin(sentence, 8_000).is_whole for sentence, _ in said_one_by_one(TWO))


def test_what_was_foreseen_is_there_sentence_by_sentence(voice, worker):
    voice.foresee([TWO], 8_000)
    worker.hangs = True
    assert all(voice.begin(sentence, 8_000).is_whole for sentence, _ in said_one_by_one(TWO))


def test_a_busy_voice_does_not_look_far_ahead(voice, worker):
    worker.hangs = True
    voice.foresee((f"{number}번입니다." for number in range(100)), 8_000)
    voice.foresee(["하나 더요."], 8_000)
    worker.go_on()
    assert len(voice.synthesizer.spoken) == MOST_FORESEEN
    voice.foresee(["이제 다시요."], 8_000)
    assert len(voice.synthesizer.spoken) == MOST_FORESEEN + 1


def test_the_same_text_is_foreseen_once(voice, worker):
    worker.hangs = True
    for _ in range(5):
        voice.foresee(["안녕하세요."], 8_000)
    worker.go_on()
    assert len(voice.synthesizer.spoken) == 1


def test_what_nobody_wants_any_more_is_not_spoken(voice, worker):
    worker.hangs = True
    voice.begin("안녕하세요.", 8_000).cancel()
    worker.go_on()
    assert voice.synthesizer.spoken == []


def test_a_text_that_cannot_be_spoken_says_why(voice):
    voice.synthesizer.failures = 1
    saying = voice.begin("안녕하세요.", 8_000)
    assert saying.broken == "fake:tones: RuntimeError: hoarse"
    assert voice.begin("안녕하세요.", 8_000).is_whole


def test_what_cannot_be_foreseen_is_no_harm(voice):
    voice.synthesizer.failures = 1
    voice.foresee(["안녕하세요."], 8_000)
    assert voice.begin("안녕하세요.", 8_000).is_whole


def test_a_voice_at_rest_is_not_broken(voice):
    voice.begin("안녕하세요.", 8_000)
    assert voice.broken is None
