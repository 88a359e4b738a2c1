import numpy as np

from voicebot.audio import Samples
from voicebot.doors.jitter_queue import JitterQueue


def frame(value: int) -> Samples:
    return np.full(160, value, np.int16)


def test_a_frame_that_comes_late_is_silence_and_then_in_reserve() -> None:
    queue = JitterQueue(8_000)
    queue.put(frame(1))
    assert [queue.take()[0], queue.take()[0]] == [1, 0]  # the second had not come
    queue.put(frame(2))
    queue.put(frame(3))
    assert [queue.take()[0], len(queue)] == [2, 1]


def play_on(queue: JitterQueue, ticks: int, value: int) -> list[int]:
    """One frame in, one out, each tick: what comes out."""
    heard = []
    for _ in range(ticks):
        queue.put(frame(value))
        heard.append(int(queue.take()[0]))
    return heard


def test_delay_that_is_not_needed_is_taken_back_in_silence() -> None:
    queue = JitterQueue(8_000)
    for _ in range(6):
        queue.put(frame(0))
    play_on(queue, 500, 0)
    assert len(queue) == JitterQueue.RESERVE


def test_speech_is_not_cut_for_the_sake_of_delay_until_it_has_lasted() -> None:
    queue = JitterQueue(8_000)
    for _ in range(3):
        queue.put(frame(9_000))
    play_on(queue, JitterQueue.ANY_DROP_TICKS - 1, 9_000)
    assert len(queue) == 3
    play_on(queue, 2, 9_000)
    assert len(queue) == 2


def test_a_full_queue_drops_the_oldest() -> None:
    queue = JitterQueue(8_000)
    for value in range(1, 31):
        queue.put(frame(value))
    assert queue.take()[0] == 30 - JitterQueue.MOST_FRAMES + 1
