import numpy as np
import pytest

from assist.mood.listening import MOST_MS, MOST_STRETCHES, CallerSound
from assist.replay import RecordedSound

RATE_HZ = 8_000


@pytest.fixture
def recorded():
    """A minute in which every sample says when it was."""
    caller = (np.arange(60 * RATE_HZ) // 8 % 30_000).astype(np.int16)
    return RecordedSound(caller, np.zeros_like(caller), RATE_HZ)


def ms_of(sound):
    return sorted({int(ms) for ms in sound})


def test_each_ms_of_speech_is_read_once_and_pauses_never(recorded):
    caller, heard = CallerSound(recorded), []
    caller.speech_started(1_200)
    for tick in range(1, 9):
        recorded.pass_to(tick * 1_000 + tick * 7 % 40)
        if tick == 3:
            caller.speech_ended(2_500)
        if tick == 5:
            caller.speech_started(4_700)
        heard += caller.new_speech()[::8].tolist()
    assert heard == [ms for ms in range(1_000, 8_016) if not 2_500 <= ms < 4_500][: len(heard)]
    assert len(heard) >= 5_000


def test_without_speech_nothing_is_read(recorded):
    caller = CallerSound(recorded)
    recorded.pass_to(5_000)
    assert not len(caller.new_speech())


def test_a_late_tick_gets_the_newest(recorded):
    caller = CallerSound(recorded)
    caller.speech_started(0)
    recorded.pass_to(25_000)
    assert len(caller.new_speech()) == MOST_MS * RATE_HZ // 1_000
    assert not len(caller.new_speech())


def test_no_sound_at_all():
    caller = CallerSound(None)
    caller.speech_started(0)
    assert not len(caller.new_speech())


class Gone:
    """A call's sound that ends after so many readings."""

    rate_hz = RATE_HZ

    def __init__(self, readings):
        self.readings, self.asked = readings, 0

    @property
    def written_ms(self):
        return 1_000 * (self.asked + 1)

    def read(self, last_ms):
        self.asked += 1
        if self.asked > self.readings:
            raise OSError("the tap was overwritten while it was read: ask for less")
        return np.ones(last_ms * 8, np.int16), np.zeros(last_ms * 8, np.int16)


def test_sound_that_is_gone_is_not_asked_for_again():
    gone = Gone(2)
    caller = CallerSound(gone)
    caller.speech_started(0)
    assert [len(caller.new_speech()) for _ in range(6)] == [8_000, 8_000, 0, 0, 0, 0]
    assert gone.asked == 3


def test_a_voice_that_comes_and_goes_all_the_time_fills_nothing(recorded):
    caller = CallerSound(recorded)
    for at_ms in range(0, 50_000, 20):
        caller.speech_started(at_ms)
        caller.speech_ended(at_ms + 10)
    assert len(caller._stretches) <= MOST_STRETCHES


def test_what_is_passed_over_is_not_read(recorded):
    caller = CallerSound(recorded)
    caller.speech_started(200)
    recorded.pass_to(3_000)
    caller.pass_over()
    recorded.pass_to(4_000)
    assert len(caller.new_speech()) == RATE_HZ
