"""The ears of a process together: one batch for all, none that makes another deaf, a model that hangs."""

import pytest

from tests.fakes import sounds
from tests.fakes.clock import VirtualClock
from tests.fakes.detector import FakeDetector
from tests.fakes.inline import Inline
from tests.fakes.loop import VirtualLoop
from tests.fakes.recognizer import FakeRecognizer
from voicebot.hearing import STUCK_MS, Hearing


class Process:
    """Several ears and their worker."""

    def __init__(self, ears):
        self.clock = VirtualClock()
        self.loop = VirtualLoop(self.clock)
        self.recognizer, self.detector, self.worker = FakeRecognizer(), FakeDetector(), Inline()
        self.hearing = Hearing(self.recognizer, self.detector, self.worker, self.clock.now_ms)
        self.ears = [self.hearing.ear(8_000) for _ in range(ears)]

    def pass_ms(self, ms, *said):
        """The first ears hear what is ``said``, frame by frame, the others silence."""
        for _ in range(ms // 20):
            for number, ear in enumerate(self.ears):
                frames = said[number] if number < len(said) else []
                ear.hear(frames.pop(0) if frames else sounds.silence())

            async def step():
                self.hearing.tick()
                await self.loop.settle()

            self.loop.run_until_complete(step())
            self.clock.pass_ms(20)


@pytest.fixture
def process():
    made = []

    def process(ears=1):
        made.append(Process(ears))
        return made[-1]

    yield process
    for one in made:
        one.loop.close()


def test_words_are_heard_while_they_are_spoken(process):
    one = process()
    one.pass_ms(540, sounds.speech("여보세요"))
    assert one.ears[0].heard.partial.spoken == "여보"


def test_ears_that_hear_at_the_same_time_are_decoded_in_one_batch(process):
    four = process(4)
    four.pass_ms(900, *(sounds.speech("여보세요") for _ in range(4)))
    assert set(four.recognizer.batches) == {4}
    assert {ear.heard.partial.spoken for ear in four.ears} == {"여보세요"}


def test_decoding_comes_every_60_ms_and_only_where_somebody_speaks(process):
    two = process(2)
    two.pass_ms(640, sounds.speech("여보세요"))
    assert set(two.recognizer.batches) == {1}
    assert len(two.recognizer.batches) <= 640 // 60 + 1


def test_silence_costs_no_decoding(process):
    one = process()
    one.pass_ms(2_000)
    assert one.recognizer.batches == []


def test_a_final_does_not_wait_for_the_next_decoding(process):
    one = process()
    one.pass_ms(900, sounds.speech("여보세요"))
    one.ears[0].finish()
    one.pass_ms(20)
    assert one.ears[0].ended[0].final.spoken == "여보세요"


def test_sound_waits_for_a_busy_worker_and_is_all_heard_then(process):
    one = process()
    said = sounds.speech("여보세요")
    one.pass_ms(200, said)
    one.worker.hangs = True
    one.pass_ms(1_000, said)
    one.worker.go_on()
    one.pass_ms(60)
    assert one.ears[0].heard.partial.spoken == "여보세요"
    assert one.hearing.broken is None


def test_a_model_that_hangs_is_broken_after_a_while_and_says_so(process):
    one = process()
    one.worker.hangs = True
    one.pass_ms(STUCK_MS)
    assert one.hearing.broken is None
    one.pass_ms(60)
    assert one.hearing.broken == "fake has not answered for 4 s"


def test_a_batch_that_fails_once_costs_nothing(process):
    one = process()
    one.pass_ms(240, said := sounds.speech("여보세요"))
    one.recognizer.failures = 1
    one.pass_ms(900, said)
    assert one.ears[0].heard.partial.spoken == "여보세요"
    assert not one.ears[0].ended


def test_an_utterance_that_cannot_be_decoded_breaks_alone(process):
    class Allergic(FakeRecognizer):
        def decode(self, streams):
            if any("악" in "".join(s.text for s in stream.syllables) for stream in streams):
                raise RuntimeError("allergic")
            super().decode(streams)

    two = process(2)
    allergic = Allergic()
    for ear in two.ears:
        ear._recognizer = allergic
    two.hearing.recognizer = allergic
    two.pass_ms(1_200, sounds.speech("악보예요"), sounds.speech("여보세요"))
    assert {ended.broken for ended in two.ears[0].ended} == {"fake: RuntimeError: allergic"}
    assert two.ears[1].heard.partial.spoken == "여보세요"
    assert not two.ears[1].ended


def test_an_utterance_that_cannot_be_opened_makes_no_other_ear_deaf(process):
    two = process(2)
    two.recognizer.stream_failures = float("inf")
    two.pass_ms(100, sounds.speech("여보세요"))
    assert two.ears[1].heard.position_ms >= 80
    two.pass_ms(100)
    assert two.ears[0].ended


def test_voice_activity_that_fails_once_costs_no_word(process):
    one = process()
    one.pass_ms(200, said := sounds.speech("여보세요"))
    one.detector.failures = 1
    one.pass_ms(900, said)
    assert one.ears[0].heard.partial.spoken == "여보세요"


def test_a_closed_ear_is_taken_to_the_models_no_more(process):
    one = process()
    one.hearing.close_ear(one.ears[0])
    one.pass_ms(400, sounds.speech("여보세요"))
    assert one.recognizer.batches == []
    assert one.ears[0].has_news
