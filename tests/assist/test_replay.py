"""A stored log goes through the helpers again, in its own time."""

import numpy as np

from assist.replay import RecordedSound, replay
from tests.assist.test_running import ENDED, STARTED, Echoes, final, logged
from voicebot.events import EmotionRead, Logged, Suggested


class Listens(Echoes):
    """Says what it can hear just now."""

    def __init__(self, call, sound):
        super().__init__(call)
        self.sound = sound

    def tick(self, at_ms):
        caller, other = self.sound.read(500)
        assert self.sound.written_ms == at_ms
        return [EmotionRead("caller", "calm", float(caller[-1] - other[-1]))]


def test_it_says_what_it_would_have_said_and_not_what_was_said_then():
    events = logged(STARTED, final("하나"), Suggested(1, (), 5, reply="예전"), final("둘", 2), ENDED)
    said = list(replay(events, {"echo": Echoes}))
    assert [(one.name, one.at_ms, one.event.reply, one.event.cause) for one in said] == [
        ("echo", 10, "하나", 1),
        ("echo", 30, "둘", 3),
    ]


def test_sound_is_heard_up_to_the_moment():
    rate_hz = 1_000
    sound = RecordedSound(np.arange(5_000, dtype=np.int16), np.zeros(5_000, np.int16), rate_hz)
    events = [
        Logged(one.call_id, one.seq, at_ms, one.event)
        for one, at_ms in zip(logged(STARTED, ENDED), (0, 3_400), strict=True)
    ]
    said = list(replay(events, {"listens": Listens}, sound))
    assert [(one.at_ms, one.event.score) for one in said] == [(1_000, 999.0), (2_000, 1_999.0), (3_000, 2_999.0)]
    caller, other = sound.read(200)
    assert len(caller) == len(other) == 200 and caller[-1] == 3_399


def test_an_empty_log_says_nothing():
    assert list(replay([], {"echo": Echoes})) == []
