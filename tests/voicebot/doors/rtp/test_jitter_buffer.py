import pytest

from voicebot.doors.rtp import jitter_buffer
from voicebot.doors.rtp.jitter_buffer import JitterBuffer, Packet


class Ticks:
    """Plays a buffer of 20 ms packets, one a tick: which came out, None where there was none."""

    def __init__(self) -> None:
        self.buffer = JitterBuffer()
        self.now_ms = 1_000.0

    def put(
        self, number: int, *, timestamp: int | None = None, at_ms: float | None = None, copy_ms: int = 0, says: str = ""
    ) -> bool:
        timestamp = 160 * number if timestamp is None else timestamp
        at_ms = self.now_ms if at_ms is None else at_ms
        return self.buffer.put(number, timestamp & 0xFFFFFFFF, 8_000, "PCMU", says.encode(), at_ms, copy_ms)

    def next(self) -> Packet | None:
        packet = self.buffer.due(self.now_ms)
        if packet is None:
            self.buffer.skip(20)
        else:
            self.buffer.played(packet, 20)
        self.now_ms += 20
        return packet

    def tick(self) -> int | None:
        packet = self.next()
        return None if packet is None else packet.sequence

    def play(self, *arrivals: list[int]) -> list[int | None]:
        """What each tick plays, when these packets have come before it."""
        played = []
        for numbers in arrivals:
            for number in numbers:
                self.put(number)
            played.append(self.tick())
        return played


def test_nothing_is_held_back_on_an_even_wire() -> None:
    assert Ticks().play([0], [1], [2]) == [0, 1, 2]


def test_a_late_packet_is_a_gap_now_and_reserve_from_then_on() -> None:
    ticks = Ticks()
    assert ticks.play([0], [], [1, 2], [3]) == [0, None, 1, 2]
    assert ticks.play([], [4, 5]) == [3, 4]


def test_a_lost_packet_shifts_no_time() -> None:
    ticks = Ticks()
    assert ticks.play([0], [], [2], [3]) == [0, None, 2, 3]
    assert len(ticks.buffer) == 0


def test_packets_are_put_in_order_and_repetitions_dropped() -> None:
    ticks = Ticks()
    assert ticks.play([0, 2, 1]) == [0]
    assert not ticks.put(2)
    assert not ticks.put(0)
    assert ticks.play([], []) == [1, 2]


def test_one_whose_successor_was_played_is_too_late() -> None:
    ticks = Ticks()
    assert ticks.play([0], [], [2]) == [0, None, 2]
    assert not ticks.put(1)


def test_where_packets_are_late_again_and_again_a_missing_one_is_waited_for() -> None:
    ticks = Ticks()
    late = dict.fromkeys(range(9, 60, 10), 50)
    arrivals = sorted((20 * number + late.get(number, 0), number) for number in range(70))
    played = []
    for tick in range(75):
        while arrivals and arrivals[0][0] <= 20 * tick:
            at_ms, number = arrivals.pop(0)
            ticks.put(number, at_ms=1_000 + at_ms)
        played.append(ticks.tick())
    assert played[8:13] == [8, None, 10, 11, 12]  # who could know
    assert played[48:53] == [48, None, 50, 51, 52]
    assert played[58:65] == [58, None, None, None, 59, 60, 61]


@pytest.mark.parametrize("first", [65_530 * 160, 2**32 - 320])
def test_timestamps_wrap_around(first: int) -> None:
    ticks = Ticks()
    for number in range(10):
        ticks.put(number, timestamp=first + 160 * number)
        assert ticks.tick() == number
        assert ticks.buffer.delay_ms(ticks.now_ms) == pytest.approx(0)


@pytest.mark.parametrize("jump", [160 * 10_000, -160 * 10_000, 2**31])
def test_timestamps_that_jump_are_another_beginning_and_no_gap(jump: int) -> None:
    ticks = Ticks()
    assert ticks.play([0], [1]) == [0, 1]
    for number in range(2, 5):
        ticks.put(number, timestamp=160 * number + jump)
        assert ticks.tick() == number


def test_a_pause_without_packets_keeps_its_length() -> None:
    ticks = Ticks()
    assert ticks.play([0], [], [], [], []) == [0, None, None, None, None]
    ticks.put(1, timestamp=160 * 5)
    assert ticks.tick() == 1
    assert ticks.buffer.delay_ms(ticks.now_ms) == pytest.approx(0)


def test_behind_a_pause_the_first_waits_as_long_as_others_may_be_late() -> None:
    ticks = Ticks()
    for number in range(100):
        ticks.put(number, at_ms=ticks.now_ms + (45 if number % 5 == 4 else 0))
        ticks.tick()
    ticks.play(*[[] for _ in range(10)])
    ticks.put(200, timestamp=160 * 110)  # the fastest there can be
    assert [ticks.tick() for _ in range(4)] == [None, None, None, 200]


def test_a_stall_loses_nothing() -> None:
    ticks = Ticks()
    played = ticks.play([0], *[[] for _ in range(20)], list(range(1, 22)), *[[] for _ in range(20)])
    assert [number for number in played if number is not None] == list(range(22))
    assert ticks.buffer.spare_ms(ticks.now_ms, 20) > 350


def test_it_holds_a_second_and_drops_the_oldest() -> None:
    ticks = Ticks()
    for number in range(500):
        ticks.put(number)
    assert len(ticks.buffer) == 51
    assert ticks.tick() == 449
    for number in range(500, 900):
        ticks.put(number, timestamp=0)  # all of the same time
    assert len(ticks.buffer) == jitter_buffer.MOST_PACKETS


def test_another_clock_is_another_beginning() -> None:
    ticks = Ticks()
    assert ticks.play([0], [1]) == [0, 1]
    for number in range(2, 5):
        ticks.buffer.put(number, 77 + 960 * number, 48_000, "opus", b"", ticks.now_ms)
        assert ticks.tick() == number


def test_another_sender_forgets_what_was() -> None:
    ticks = Ticks()
    ticks.play([100], [101, 102, 103])
    ticks.buffer.restart()
    assert ticks.play([5], [6]) == [5, 6]


def heard(packet: Packet | None) -> tuple[int, int, str] | None:
    return None if packet is None else (packet.sequence, packet.copy_ms, packet.payload.decode())


def test_a_copy_stands_for_a_packet_that_does_not_come() -> None:
    ticks = Ticks()
    ticks.put(0)
    ticks.tick()
    ticks.put(2, copy_ms=20, says="two")
    assert [heard(ticks.next()) for _ in range(3)] == [(1, 20, "two"), (2, 0, "two"), None]


def test_a_packet_that_comes_takes_the_place_of_its_copy_and_not_the_other_way_round() -> None:
    ticks = Ticks()
    ticks.put(0)
    ticks.tick()
    ticks.put(2, copy_ms=20, says="two")
    assert ticks.put(1, copy_ms=20, says="one")
    assert ticks.put(3, copy_ms=20, says="three")
    assert [heard(ticks.next()) for _ in range(3)] == [(1, 0, "one"), (2, 0, "two"), (3, 0, "three")]
    assert not ticks.put(1, copy_ms=20, says="one")


def test_a_copy_that_comes_late_is_played_all_the_same() -> None:
    ticks = Ticks()
    ticks.put(0)
    assert [heard(ticks.next()) for _ in range(2)] == [(0, 0, ""), None]
    ticks.put(2, copy_ms=20)
    assert [ticks.tick() for _ in range(3)] == [1, 2, None]


def test_where_packets_are_lost_again_and_again_there_is_reserve_for_copies() -> None:
    ticks = Ticks()
    played = []
    for number in range(300):
        if number % 40 != 39:
            ticks.put(number, copy_ms=20)
        played.append(ticks.tick())
    assert played[39] is None
    assert played[41:] == [number - 1 for number in range(41, 300)]
    assert ticks.buffer.spare_ms(ticks.now_ms, 0) < 0


def test_nothing_is_known_of_what_was_before_the_first_packet() -> None:
    ticks = Ticks()
    ticks.put(5, copy_ms=20)
    assert [ticks.tick() for _ in range(2)] == [5, None]


def test_copies_are_packets_like_others_where_there_are_too_many() -> None:
    ticks = Ticks()
    ticks.put(0)
    ticks.tick()
    for number in range(2, 1_000, 2):
        ticks.put(number, timestamp=0, copy_ms=20)
    assert len(ticks.buffer) <= jitter_buffer.MOST_PACKETS
