import random

import pytest

from voicebot.doors.rtp.source import Source


def heard(sequences: list[int], ssrc: int = 1) -> Source:
    source = Source()
    for sequence in sequences:
        source.admit(ssrc, sequence & 0xFFFF)
    return source


def test_sequences_count_on_where_the_wire_wraps_around() -> None:
    source = Source()
    extended = []
    for sequence in [65_533, 65_535, 65_534, 0, 1]:
        admitted = source.admit(9, sequence)
        assert admitted is not None
        extended.append(admitted.sequence)
    assert [number - extended[0] for number in extended] == [0, 2, 1, 3, 4]
    assert (source.packets, source.lost) == (5, 0)


def test_what_never_came_is_lost_what_came_again_is_not_counted_twice() -> None:
    source = heard([10, 11, 13, 13, 12, 12, 17])
    assert (source.packets, source.repeated, source.lost, source.expected) == (5, 2, 3, 8)


def test_one_before_the_first_belongs_to_it() -> None:
    source = heard([10, 9])
    assert (source.lost, source.packets, source.expected) == (0, 2, 2)


@pytest.mark.parametrize(("ssrc", "sequence"), [(2, 11), (1, 40_000), (1, 11 + 65_536 - 200)])
def test_another_beginning_is_believed_with_its_second_packet(ssrc: int, sequence: int) -> None:
    source = heard([10, 11])
    assert source.admit(ssrc, sequence & 0xFFFF) is None
    assert source.admit(1, 12) is not None  # the old one goes on for a moment
    assert source.admit(ssrc, sequence + 1 & 0xFFFF) is None
    admitted = source.admit(ssrc, sequence + 2 & 0xFFFF)
    assert admitted is not None and admitted.is_new_stream
    assert (source.ssrc, source.streams, source.lost) == (ssrc, 2, 0)


def test_of_two_senders_at_a_time_the_first_is_heard() -> None:
    source = heard([0])
    for number in range(1, 100):
        assert source.admit(2, number) is None
        assert source.admit(1, number) is not None


def test_strays_of_many_senders_are_not_believed() -> None:
    source = heard([10])
    chance = random.Random(3)
    for _ in range(1_000):
        assert source.admit(chance.getrandbits(32), 11) is None
    assert source.ssrc == 1


def test_losses_of_streams_before_stay_counted() -> None:
    source = heard([10, 15])
    for sequence in (100, 101, 104):
        source.admit(2, sequence)
    assert source.lost == 4 + 2


def test_jitter_is_that_of_the_rfc() -> None:
    source = heard([0])
    for number in range(2_000):
        source.timed(160 * number & 0xFFFFFFFF, 8_000, 20 * number + (10 if number % 2 else 0))
    assert source.jitter_ms == pytest.approx(10, abs=0.01)
    assert source.jitter == 80


def test_timestamps_that_wrap_or_begin_anew_are_no_jitter() -> None:
    source = heard([0])
    for number in range(100):
        first = 2**32 - 800 if number < 50 else 123_456_789
        source.timed(first + 160 * number & 0xFFFFFFFF, 8_000, 20 * number)
    assert source.jitter_ms == 0
