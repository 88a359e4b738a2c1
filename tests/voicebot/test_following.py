"""One voice that nobody answers: what of it is in the log, and when."""

from datetime import datetime

import numpy as np

from tests.fakes import sounds
from tests.fakes.clock import VirtualClock
from tests.fakes.detector import DETECTED_MS, ENDED_MS, FakeDetector
from tests.fakes.inline import Inline
from tests.fakes.loop import VirtualLoop
from tests.fakes.recognizer import LAG_MS, FakeRecognizer
from tests.fakes.sounds import SYLLABLE_MS
from voicebot.audio import FRAME_MS
from voicebot.events import Fault, SpeechEnded, SpeechStarted, TranscriptFinal, TranscriptPartial, TurnEnded
from voicebot.following import PAUSE_MS, Following, TurnNumbers
from voicebot.hearing import TICKS_A_DECODING, Hearing
from voicebot.listening import FINAL_LATE_MS, LONGEST_TURN_MS, PARTIALS_APART_MS, WORDLESS_MS


class Room:
    """Voices, each with an ear and a following; what is recorded has its time."""

    def __init__(self, *sides):
        self.clock = VirtualClock()
        self.loop = VirtualLoop(self.clock)
        self.worker = Inline()
        self.recognizer = FakeRecognizer()
        self.hearing = Hearing(self.recognizer, FakeDetector(), self.worker, self.clock.now_ms)
        self.numbers = TurnNumbers(4)
        self.recorded = []
        self.waiting = {side: [] for side in sides}
        self.followings = {side: self._following(side) for side in sides}

    def _following(self, side):
        ear = self.hearing.ear(sounds.RATE_HZ)
        return Following(side, ear, self.record, self.numbers, lambda: datetime(2026, 11, 23, 14))

    def record(self, event):
        self.recorded.append((self.clock.ms, event))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.loop.close()

    def says(self, side, text):
        self.waiting[side] += sounds.speech(text)

    def pauses(self, side, ms):
        self.waiting[side] += [sounds.silence()] * (ms // FRAME_MS)

    def pass_ms(self, ms):
        for _ in range(ms // FRAME_MS):
            self.loop.run_until_complete(self._step())

    async def _step(self):
        for side, following in self.followings.items():
            following.ear.hear(self.waiting[side].pop(0) if self.waiting[side] else sounds.silence())
        self.hearing.tick()
        await self.loop.settle()
        for following in self.followings.values():
            following.tick(int(self.clock.ms))
        self.clock.pass_ms(FRAME_MS)
        await self.loop.settle()

    def of(self, kind):
        return [event for _, event in self.recorded if isinstance(event, kind)]

    def times(self, kind):
        return [at_ms for at_ms, event in self.recorded if isinstance(event, kind)]


def test_what_is_said_from_its_first_sound_to_its_end():
    with Room("caller") as room:
        room.says("caller", "무엇을 도와드릴까요")
        room.pass_ms(3_000)
        kinds = [type(event).__name__ for _, event in room.recorded]
        assert kinds[0] == "SpeechStarted"
        assert kinds[-3:] == ["SpeechEnded", "TranscriptFinal", "TurnEnded"]
        assert set(kinds[1:-3]) == {"TranscriptPartial"}
        [final], [ended] = room.of(TranscriptFinal), room.of(TurnEnded)
        assert (final.side, final.turn, final.spoken, final.engine) == ("caller", 5, "무엇을 도와드릴까요", "fake")
        assert (ended.turn, ended.spoken, ended.reason) == (5, "무엇을 도와드릴까요", "ending")


def test_words_are_shown_as_soon_as_the_recognizer_has_them():
    with Room("caller") as room:
        room.says("caller", "언제 열어요 지금 가도 되나요")
        room.pass_ms(4_000)
        shown = [
            (at_ms, event.spoken.replace(" ", ""))
            for at_ms, event in room.recorded
            if isinstance(event, TranscriptPartial)
        ]
        for at_ms, spoken in shown:
            said_ms = len(spoken) * SYLLABLE_MS  # the last sample of its last syllable
            assert at_ms - said_ms <= LAG_MS + SYLLABLE_MS + TICKS_A_DECODING * FRAME_MS
        times = [at_ms for at_ms, _ in shown]
        assert min(np.diff(times)) >= PARTIALS_APART_MS
        assert room.times(SpeechStarted) == [DETECTED_MS - FRAME_MS]
        assert room.times(SpeechEnded) == [len("언제열어요지금가도되나요") * SYLLABLE_MS + ENDED_MS - FRAME_MS]


def test_two_who_speak_at_once_have_numbers_by_who_began():
    with Room("caller", "agent") as room:
        room.says("agent", "제가 확인해 드릴게요 그러면")
        room.pauses("caller", 400)
        room.says("caller", "네")
        room.pass_ms(5_000)
        assert [(event.side, event.turn) for event in room.of(TranscriptFinal)] == [("caller", 6), ("agent", 5)]
        for event in room.of(TranscriptPartial):
            assert event.turn == {"agent": 5, "caller": 6}[event.side]


def test_a_pause_inside_ends_a_turn_after_half_a_second():
    with Room("agent") as room:
        room.says("agent", "그러니까 제가")
        room.pauses("agent", PAUSE_MS - DETECTED_MS - FRAME_MS)
        room.says("agent", "아까")
        room.pauses("agent", PAUSE_MS + 100)
        room.says("agent", "말씀드린")
        room.pass_ms(5_000)
        assert [(event.turn, event.spoken) for event in room.of(TranscriptFinal)] == [
            (5, "그러니까 제가 아까"),
            (6, "말씀드린"),
        ]


def test_a_monologue_is_cut_and_nothing_of_it_is_lost():
    with Room("agent") as room:
        room.says("agent", " ".join(["설명이"] * 120))
        room.pass_ms(62_000)
        first, last = room.of(TranscriptFinal)
        assert (first.spoken + last.spoken).replace(" ", "") == "설명이" * 120
        assert LONGEST_TURN_MS <= room.times(TranscriptFinal)[0] <= LONGEST_TURN_MS + 2 * FRAME_MS
        assert [first.turn, last.turn] == [5, 6]
        assert not room.of(TurnEnded)  # which is the caller's


def test_noise_is_no_turn_and_takes_no_number():
    with Room("caller") as room:
        room.waiting["caller"] += [sounds.voice()] * 30
        room.pass_ms(600 + WORDLESS_MS + 400)
        assert not room.of(TranscriptFinal)
        assert room.followings["caller"].is_idle
        room.says("caller", "여보세요")
        room.pass_ms(3_000)
        assert [event.turn for event in room.of(TranscriptFinal)] == [5]


def test_a_syllable_of_which_the_recognizer_is_not_sure_is_none():
    with Room("caller") as room:
        room.recognizer.confidence = 0.2
        room.says("caller", "음")
        room.pass_ms(2_000)
        assert not room.of(TranscriptFinal)
        assert room.followings["caller"].is_idle


def test_who_leaves_in_the_middle_of_a_word_is_heard_to_there():
    with Room("agent") as room:
        room.says("agent", "안녕히 계세요")
        room.pass_ms(940)
        following = room.followings["agent"]
        following.leave(int(room.clock.ms))
        following.hush()
        following.hush()
        room.pass_ms(100)
        assert following.is_idle
        [final] = room.of(TranscriptFinal)
        assert final.spoken == "안녕히 계세요"
        assert len(room.of(SpeechEnded)) == 1
        room.pass_ms(2_000)
        assert len(room.of(TranscriptFinal)) == 1  # what else comes is nobody's


def test_who_leaves_without_a_word_is_idle_at_once():
    with Room("agent") as room:
        room.waiting["agent"] += [sounds.voice()] * 10
        room.pass_ms(160)
        room.followings["agent"].leave(160)
        assert room.followings["agent"].is_idle


def test_a_final_that_does_not_come_is_a_fault_and_is_not_waited_for():
    with Room("agent") as room:
        room.says("agent", "여보세요")
        room.pass_ms(760)
        room.worker.hangs = True
        room.pass_ms(600)
        room.followings["agent"].leave(int(room.clock.ms))
        room.pass_ms(FINAL_LATE_MS + 100)
        assert room.followings["agent"].is_idle
        [fault] = room.of(Fault)
        assert fault.what == "no final came"
        room.worker.go_on()


def test_an_utterance_that_was_begun_under_another_is_taken_over():
    with Room("caller") as room:
        before = room.followings["caller"]
        room.says("caller", "제가 물어볼 게 있는데요")
        room.pass_ms(700)
        room.recorded.clear()
        room.followings["caller"] = Following("caller", before.ear, room.record, TurnNumbers(7), datetime.now)
        room.pass_ms(4_000)
        [final] = room.of(TranscriptFinal)
        assert (final.turn, final.spoken) == (8, "제가 물어볼 게 있는데요")
        assert not room.of(SpeechStarted)
        assert len(room.of(SpeechEnded)) == 1


def test_a_final_that_another_has_asked_for_is_taken_over():
    with Room("caller") as room:
        before = room.followings["caller"]
        room.says("caller", "제가 물어볼게요")
        room.pass_ms(1_000)
        before.ear.finish()
        room.recorded.clear()
        room.followings["caller"] = Following("caller", before.ear, room.record, TurnNumbers(7), datetime.now)
        room.pass_ms(2_000)
        assert [event.turn for event in room.of(TranscriptFinal)] == [8, 9]
        assert "".join(event.spoken for event in room.of(TranscriptFinal)).replace(" ", "") == "제가물어볼게요"
