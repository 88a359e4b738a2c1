import random

import pytest

from voicebot.doors.rtp.delays import Delays


def delays_of(transits_ms: list[float]) -> Delays:
    delays = Delays()
    for number, transit_ms in enumerate(transits_ms):
        delays.add(20 * number, 20 * number + transit_ms)
    return delays


def test_an_even_wire_has_no_spread() -> None:
    delays = delays_of([5_000.0] * 100)
    assert (delays.base_ms, delays.spread_ms) == (5_000, 0)


def test_the_spread_is_what_the_jitter_asks_for() -> None:
    chance = random.Random(5)
    delays = delays_of([chance.uniform(0, 60) for _ in range(500)])
    assert 57 < delays.spread_ms <= 60


def test_what_is_late_four_times_is_not_counted_on_and_five_times_is() -> None:
    transits_ms = [0.0] * 500
    for number in (50, 130, 210, 290):
        transits_ms[number] = 80
    assert delays_of(transits_ms).spread_ms == 0
    transits_ms[370] = 70
    assert delays_of(transits_ms).spread_ms == 70


def test_jitter_is_known_within_half_a_second() -> None:
    chance = random.Random(5)
    assert delays_of([chance.uniform(0, 60) for _ in range(25)]).spread_ms > 45


def test_packets_that_were_held_up_together_are_one() -> None:
    held_up = [max(0.0, 100 - 20 * number) for number in range(50)]
    assert delays_of(held_up * 4).spread_ms == 0
    at_ms, delays = 0.0, Delays()
    for number, transit_ms in enumerate(held_up * 4):  # and sent off a millisecond apart
        at_ms = max(at_ms + 1, 20 * number + transit_ms)
        delays.add(20 * number, at_ms)
    assert delays.spread_ms == 0


def test_what_was_ten_seconds_ago_is_forgotten() -> None:
    delays = delays_of([0.0, 60.0] * 100 + [30.0] * 600)
    assert (delays.base_ms, delays.spread_ms) == (30, 0)


def test_a_sender_that_was_stopped_is_as_fast_as_before_soon() -> None:
    delays = delays_of([0.0] * 500 + [40.0] * 200)  # its timestamps have stood still meanwhile
    assert (delays.base_ms, delays.spread_ms) == (40, 0)


@pytest.mark.parametrize("ppm", [100, -100])
def test_a_clock_that_drifts_is_followed(ppm: int) -> None:
    drift_ms = [20 * number * ppm / 1e6 for number in range(180_000)]
    delays = delays_of(drift_ms)
    assert delays.base_ms == pytest.approx(drift_ms[-1], abs=1.1)
    assert delays.spread_ms < 1.1
