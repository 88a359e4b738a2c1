"""One ear: when an utterance opens, what is in it, and how its life ends."""

import numpy as np
import pytest

from tests.fakes import sounds
from tests.fakes.detector import DETECTED_MS, ENDED_MS, FakeDetector
from tests.fakes.recognizer import FakeRecognizer
from voicebot.ear import LEAD_MS, Ear
from voicebot.vad.boundaries import VoiceEnded, VoiceStarted


class Listener:
    """An ear and its worker, in step."""

    def __init__(self, rate_hz=8_000):
        self.recognizer, self.detector = FakeRecognizer(), FakeDetector()
        self.ear = Ear(self.recognizer, self.detector, rate_hz)

    def hear(self, *parts):
        """Texts are spoken, numbers are ms of silence, frames are frames."""
        for part in parts:
            for frame in sounds.speech(part) if isinstance(part, str) else self._frames(part):
                self.ear.hear(frame)
                self.work()

    def _frames(self, part):
        return [sounds.silence()] * (part // 20) if isinstance(part, int) else part

    def work(self):
        ear = self.ear
        ear.take_in(*ear.take())
        self.detector.judge([ear.activity])
        events = ear.judged()
        if (stream := ear.stream_to_decode(is_tick=True)) is not None:
            self.recognizer.decode([stream])
            ear.decoded()
        ear.show(ear.impression(), events)


@pytest.fixture
def listener():
    return Listener()


@pytest.fixture
def ear(listener):
    return listener.ear


def test_in_silence_no_utterance_opens(listener, ear):
    listener.hear(2_000)
    assert ear.heard.utterance == 0
    assert ear.silence_ms == 2_000


def test_an_utterance_opens_where_a_voice_is_detected_and_has_its_beginning(listener, ear):
    listener.hear(500, "여보세요", 500)
    assert ear.heard.utterance == 1
    assert ear.heard.partial.spoken == "여보세요"
    assert ear.heard.opened_ms == 500 - LEAD_MS


def test_when_the_voice_began_and_ended_is_told_in_order(listener, ear):
    listener.hear(500, "네", 500)
    assert list(ear.events) == [VoiceStarted(500), VoiceEnded(660)]


def test_silence_counts_from_the_last_sample_of_voice(listener, ear):
    listener.hear(500, "네", 300)
    assert ear.silence_ms == 300


def test_silence_counts_sound_that_no_model_has_heard_yet(listener, ear):
    listener.hear("네", 100)
    for _ in range(10):
        ear.hear(sounds.silence())
    assert ear.silence_ms == 300


def test_a_click_opens_nothing(listener, ear):
    listener.hear(200, [sounds.voice()] * (DETECTED_MS // 20 - 1), 500)
    assert ear.heard.utterance == 0


def test_words_times_count_from_the_calls_first_frame(listener, ear):
    listener.hear(1_000, "여보세요 누구세요", 200)
    ear.finish()
    listener.hear(20)
    [ended] = ear.ended
    assert [(word.text, word.start_ms) for word in ended.final.words] == [("여보세요", 1_000), ("누구세요", 1_640)]


def test_a_finished_utterance_ends_once(listener, ear):
    listener.hear("네", 200)
    ear.finish()
    listener.hear(600)
    assert [ended.final.spoken for ended in ear.ended] == ["네"]


def test_the_next_voice_is_an_utterance_of_its_own(listener, ear):
    listener.hear("네", 300)
    ear.finish()
    listener.hear(300, "아니요", 300)
    assert ear.heard.utterance == 2
    assert ear.heard.partial.spoken == "아니요"
    assert ear.heard.final is None


def test_a_voice_that_goes_on_after_the_end_opens_the_next_and_loses_nothing(listener, ear):
    listener.hear("여보세요")
    ear.finish()
    listener.hear("누구세요", 300)
    assert ear.ended[0].final.spoken == "여보세요"
    assert ear.heard.utterance == 2
    assert ear.heard.partial.spoken.endswith("누구세요")


def test_a_dropped_utterance_says_nothing_more(listener, ear):
    listener.hear("네", 200)
    ear.drop()
    listener.hear(600)
    assert ear.heard.partial.spoken == ""
    assert not ear.ended


def test_a_dropped_utterance_does_not_open_again_while_its_voice_goes_on(listener, ear):
    listener.hear([sounds.voice()] * 20)
    ear.drop()
    listener.hear([sounds.voice()] * 20)
    assert ear.heard.utterance == 1
    listener.hear(ENDED_MS, "여보세요", 300)
    assert ear.heard.utterance == 2
    assert ear.heard.partial.spoken == "여보세요"


def test_an_utterance_can_be_opened_from_some_time_back(listener, ear):
    listener.hear("네네네 여보세요")
    ear.open(640)
    listener.hear(300)
    assert ear.heard.partial.spoken == "여보세요"
    assert ear.heard.opened_ms == 480


def test_an_utterance_that_breaks_is_told_once_and_the_next_is_heard(listener, ear):
    listener.hear("여보")
    ear.decoded("model: out of its mind")
    ear.show(ear.impression(), [])
    assert [ended.broken for ended in ear.ended] == ["model: out of its mind"]
    listener.hear(300, "누구세요", 300)
    assert ear.heard.broken is None
    assert ear.heard.partial.spoken.endswith("누구세요")
    assert len(ear.ended) == 1


def test_at_another_rate_sound_is_brought_to_the_recognizers():
    class Counting(FakeRecognizer):
        rate_hz = 16_000

        def decode(self, streams):
            for stream in streams:
                self.samples = sum(map(len, stream.waiting))

    listener = Listener()
    listener.recognizer = listener.ear._recognizer = Counting(rate_hz=16_000)
    listener.hear([sounds.voice()] * 50)
    assert listener.recognizer.samples == pytest.approx(16_000, abs=1_500)


def test_frames_are_not_changed(listener):
    frame = sounds.voice()
    frame.flags.writeable = False
    listener.hear([frame] * 10)
    assert np.array_equal(frame, sounds.voice())
