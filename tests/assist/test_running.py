"""Helpers at work: order, overtaken partials, ticks, crashes and what is said once."""

import asyncio

import pytest

from assist.call_so_far import CallSoFar
from assist.running import MOST_FAILURES, Running, _Watched
from voicebot.events import (
    AlertRaised,
    CallEnded,
    CallStarted,
    Dtmf,
    Logged,
    Suggested,
    TranscriptFinal,
    TranscriptPartial,
)
from voicebot.log import unsaid

CALL = "01900000-0000-7000-8000-000000000001"
STARTED = CallStarted("in", "sip", "01012345678", "15881234", "누리")
ENDED = CallEnded("caller", "hung_up", 1_000)


def partial(text, turn=1):
    return TranscriptPartial("caller", turn, text, text, len(text))


def final(text, turn=1):
    return TranscriptFinal("caller", turn, text, text, (), "test")


def logged(*events, call_id=CALL):
    return [Logged(call_id, seq, seq * 10, event) for seq, event in enumerate(events)]


class Echoes:
    """Says one thing to each final, and remembers all that it was told."""

    def __init__(self, call: CallSoFar, sound=None) -> None:
        self.call, self.told, self.ticks = call, [], []

    def heard(self, one):
        assert self.call.last_seq == one.seq
        self.told.append(one.event)
        return [Suggested(1, (), 0, reply=one.event.written)] if isinstance(one.event, TranscriptFinal) else []

    def tick(self, at_ms):
        self.ticks.append(at_ms)
        return []


class Owner:
    """A log that appends what it has not got, as a media process does."""

    def __init__(self, events):
        self.events = list(events)

    async def append(self, call_id, events):
        for event in unsaid(self.events, events):
            at_ms = self.events[-1].at_ms if self.events else 0
            self.events.append(Logged(call_id, len(self.events), at_ms, event))
        return True

    @property
    def said(self):
        return [(one.event.cause, one.event.reply) for one in self.events if isinstance(one.event, Suggested)]


def helped(events, services, tick_s=60.0, **more):
    """The owner behind everything, of a call whose events are all there at once."""

    async def run():
        owner = Owner(events)
        running = Running(lambda scenario: services, owner.append, lambda call_id: None, tick_s=tick_s, **more)
        for one in events:
            running.heard(one)
        await asyncio.wait_for(running.idle(), 20)
        assert running.calls == 0
        await running.close()
        return owner

    return asyncio.run(run())


def test_a_helper_hears_all_in_order_and_what_it_says_has_its_cause():
    made = []
    services = {"echo": lambda call, sound: made.append(Echoes(call)) or made[-1]}
    owner = helped(logged(STARTED, final("하나"), Dtmf("1"), final("둘", 2), ENDED), services)
    assert [type(event) for event in made[0].told] == [CallStarted, TranscriptFinal, Dtmf, TranscriptFinal, CallEnded]
    assert owner.said == [(1, "하나"), (3, "둘")]


def test_partials_that_were_overtaken_are_not_told():
    made = []
    services = {"echo": lambda call, sound: made.append(Echoes(call)) or made[-1]}
    events = logged(
        STARTED, partial("반"), partial("반품"), final("반품이요"), partial("또", 2), partial("또요", 2), ENDED
    )
    helped(events, services)
    assert [event.written for event in made[0].told[1:-1]] == ["반품이요", "또요"]


def test_one_that_fails_begins_anew_and_says_nothing_twice(monkeypatch):
    monkeypatch.setattr("assist.running.FIRST_PAUSE_S", 0.0)
    lives = []

    class FailsOnce(Echoes):
        def heard(self, one):
            if isinstance(one.event, Dtmf) and len(lives) == 1:
                raise RuntimeError("a bug")
            return super().heard(one)

    def opened(call, sound):
        lives.append(FailsOnce(call))
        return lives[-1]

    # a first batch that gets through, a second that does not
    monkeypatch.setattr("assist.running.AT_ONCE", 2)
    events = logged(STARTED, final("하나"), Dtmf("1"), final("둘", 2), ENDED)
    owner = helped(events, {"fails": opened, "echo": Echoes})
    assert len(lives) == 2 and len(lives[1].told) == 5
    assert sorted(set(owner.said)) == [(1, "하나"), (3, "둘")]
    assert owner.said.count((1, "하나")) == owner.said.count((3, "둘")) == 1


def test_one_that_always_fails_is_left_out_and_the_others_go_on(monkeypatch):
    monkeypatch.setattr("assist.running.FIRST_PAUSE_S", 0.0)
    lives = []

    def broken(call, sound):
        lives.append(call)
        raise RuntimeError("no model")

    owner = helped(logged(STARTED, final("하나"), ENDED), {"broken": broken, "echo": Echoes})
    assert len(lives) == MOST_FAILURES
    assert owner.said == [(1, "하나")]


def test_it_is_ticked_while_the_call_runs():
    async def run():
        made = []
        events = logged(STARTED, final("하나"), ENDED)
        owner = Owner(events[:2])
        services = {"echo": lambda call, sound: made.append(Echoes(call)) or made[-1]}
        running = Running(lambda scenario: services, owner.append, lambda call_id: None, tick_s=0.01)
        for one in events[:2]:
            running.heard(one)
        async with asyncio.timeout(20):
            while not (made and len(made[0].ticks) > 2):
                await asyncio.sleep(0.01)
            running.heard(events[2])
            await running.idle()
        await running.close()
        assert made[0].ticks == sorted(made[0].ticks) and made[0].ticks[0] >= 10

    asyncio.run(run())


def test_what_comes_while_it_falls_asleep_wakes_it():
    async def run():
        owner = Owner(events := logged(STARTED, final("하나")))
        running = Running(lambda scenario: {"echo": Echoes}, owner.append, lambda call_id: None, tick_s=3_600.0)
        watched_for = _Watched.more_than

        async def more_than(watched, count, limit_s):
            if count == 1 and len(watched.events) == 1:
                asyncio.get_running_loop().call_soon(running.heard, events[1])
            await watched_for(watched, count, limit_s)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(_Watched, "more_than", more_than)
            running.heard(events[0])
            async with asyncio.timeout(20):
                while not owner.said:
                    await asyncio.sleep(0.001)
        await running.close()

    asyncio.run(run())


def test_who_waits_for_the_last_words_waits_for_no_call_that_runs():
    async def run():
        other = CALL[:-1] + "2"
        owner = Owner([])
        running = Running(lambda scenario: {"echo": Echoes}, owner.append, lambda call_id: None, tick_s=3_600.0)
        running.heard(logged(STARTED)[0])
        for one in logged(STARTED, final("하나"), ENDED, call_id=other):
            running.heard(one)
        await asyncio.wait_for(running.idle(), 20)
        assert running.calls == 1 and owner.said == [(1, "하나")]
        running.gone(other)
        running.gone(CALL)
        async with asyncio.timeout(20):
            while running.calls:
                await asyncio.sleep(0.001)
        await running.close()

    asyncio.run(run())


def test_calls_without_a_beginning_and_of_other_companies_are_passed_over():
    async def run():
        owner = Owner([])
        running = Running(lambda scenario: {}, owner.append, lambda call_id: None)
        running.heard(Logged(CALL, 7, 70, final("하나")))
        assert running.calls == 0
        for one in logged(STARTED, ENDED):
            running.heard(one)
        await asyncio.wait_for(running.idle(), 5)
        assert running.calls == 0 and not owner.events
        await running.close()

    asyncio.run(run())


def test_what_one_says_of_several_events_is_left_out_event_by_event():
    log = logged(STARTED, final("하나"), Suggested(1, (), 0, cause=1))
    again = [Suggested(1, (), 9, cause=1), Suggested(2, (), 0, cause=0), AlertRaised("caller", "abuse", "x", cause=1)]
    assert unsaid(log, again) == again[1:]
