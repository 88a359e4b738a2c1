"""The one timer: calls that count their ticks, on a loop whose time the test sets."""

import asyncio

import pytest

from tests.fakes.clock import VirtualClock
from tests.fakes.loop import VirtualLoop
from voicebot.pacing import MOST_BEHIND, Pacer


class CountingCall:
    """Takes ``takes_ms`` for a tick, and raises in the one that it is told to."""

    def __init__(self, clock, *, speaks=True, raises_at=None, takes_ms=0):
        self.ticks = self.skipped = 0
        self.faults, self.hung_up = [], []
        self.playing = type("Playing", (), {"is_audible": speaks, "starved_frames": 0})
        self.log = type("Log", (), {"call_id": "counting"})
        self._clock, self._speaks, self._raises_at, self._takes_ms = clock, speaks, raises_at, takes_ms

    def hear_frame(self):
        if self.ticks == self._raises_at:
            raise RuntimeError("slipped")
        self.ticks += 1
        self._clock.pass_ms(self._takes_ms)

    def say_frame(self):
        return self._speaks

    def skip(self, ticks):
        self.skipped += ticks

    def fault(self, room, what):
        self.faults.append((room, what))

    def hang_up(self, by, reason):
        self.hung_up.append((by, reason))


class CountingHearing:
    def __init__(self):
        self.ticks = 0

    def tick(self):
        self.ticks += 1

    def hurry(self):
        pass


class Process:
    """A loop with a pacer; time passes in steps that the test chooses."""

    def __init__(self):
        self.clock = VirtualClock()
        self.loop = VirtualLoop(self.clock)
        self.hearing = CountingHearing()

        async def begin():
            return Pacer(self.hearing)

        self.pacer = self.loop.run_until_complete(begin())

    def call(self, **more):
        call = CountingCall(self.clock, **more)
        self.pacer.add(call)
        self.settle()
        return call

    def settle(self):
        self.loop.run_until_complete(self.loop.settle())

    def pass_ms(self, *steps_ms):
        for step_ms in steps_ms:
            self.clock.pass_ms(step_ms)
            self.settle()


@pytest.fixture
def process():
    process = Process()
    yield process
    process.pacer.close()
    process.loop.close()


def test_every_call_has_a_tick_every_20_ms(process):
    calls = [process.call(), process.call()]
    process.pass_ms(*[20] * 50)
    assert all(50 <= call.ticks <= 51 for call in calls)
    assert process.pacer.pace.late_frames == 0
    assert process.pacer.pace.skipped_ticks == 0


def test_the_hearing_of_all_calls_is_ticked_behind_them(process):
    process.call(), process.call()
    process.pass_ms(*[20] * 10)
    assert process.hearing.ticks == 11


def test_a_timer_that_rings_unevenly_loses_no_tick(process):
    call = process.call()
    process.pass_ms(*[13, 31, 7, 29] * 25)
    assert 100 <= call.ticks <= 101
    assert call.skipped == 0


def test_a_few_ticks_that_were_missed_are_made_up_for(process):
    call = process.call()
    process.pass_ms(20 * MOST_BEHIND)
    assert call.ticks == 1 + MOST_BEHIND
    assert call.skipped == 0


def test_frames_that_were_made_up_for_are_late(process):
    process.call()
    process.pass_ms(100)
    pace = process.pacer.pace
    assert (pace.bot_frames, pace.late_frames) == (5, 4)  # of those due 92, 72, 52, 32 and 12 ms ago, and one to come


def test_who_says_nothing_is_not_late(process):
    process.call(speaks=False)
    process.pass_ms(100, 5_000)
    assert process.pacer.pace.late_frames == process.pacer.pace.bot_frames == 0


def test_time_beyond_that_is_skipped_in_every_call(process):
    calls = [process.call(), process.call()]
    process.pass_ms(2_000)
    for call in calls:
        assert call.ticks + call.skipped == pytest.approx(101, abs=1)
        assert call.skipped == 99 - MOST_BEHIND
    assert process.pacer.pace.skipped_ticks == 99 - MOST_BEHIND
    process.pass_ms(20, 20)
    assert calls[0].ticks + calls[0].skipped == pytest.approx(103, abs=1)


def test_a_tick_that_raises_ends_only_its_own_call(process):
    well, ill = process.call(), process.call(raises_at=3)
    process.pass_ms(*[20] * 10)
    assert well.ticks == 11
    assert ill.ticks == 3
    assert ill.faults == [("call", "RuntimeError: slipped")]
    assert ill.hung_up == [("service", "fault")]


def test_ticks_that_take_too_long_leave_the_loop_alive(process):
    call = CountingCall(process.clock, takes_ms=30)
    process.pacer.add(call)

    async def breathe():
        for _ in range(100):
            await asyncio.sleep(0)

    process.loop.run_until_complete(breathe())
    assert 100 <= call.ticks <= 110 * (MOST_BEHIND + 1)


def test_an_idle_process_sleeps_and_wakes_with_the_next_call(process):
    first = process.call()
    process.pass_ms(20, 20)
    process.pacer.remove(first)
    process.pass_ms(20, 20)
    heard = process.hearing.ticks
    process.pass_ms(60_000)
    assert process.hearing.ticks == heard
    second = process.call()
    process.pass_ms(*[20] * 5)
    assert first.ticks == 3
    assert second.ticks == 6
    assert second.skipped == 0


def test_a_call_that_ends_in_its_tick_disturbs_no_other(process):
    class Leaving(CountingCall):
        def hear_frame(self):
            process.pacer.remove(self)
            super().hear_frame()

    leaving = Leaving(process.clock)
    process.pacer.add(leaving)
    staying = process.call()
    process.pass_ms(*[20] * 5)
    assert leaving.ticks == 1
    assert staying.ticks == 6


def test_how_late_and_how_long_ticks_are_is_told_in_percentiles(process):
    process.call(takes_ms=2)
    process.pass_ms(*[28] * 100)
    pace = process.pacer.pace
    assert 0 < pace.lag_ms(50) < 28
    assert pace.tick_ms(95) >= 2  # hearing takes 2 ms here, saying nothing
    assert pace.lag_ms(99) >= pace.lag_ms(50)


def test_before_the_first_tick_nothing_was_late(process):
    assert process.pacer.pace.lag_ms(95) == process.pacer.pace.tick_ms(95) == 0.0
