"""What the front knows of running calls: whole and in order for every reader, however late or slow it is."""

import asyncio
import contextlib

import pytest

from aicc.service import live_calls
from aicc.service.live_calls import LiveCalls, ReaderTooSlow
from voicebot.events import CallEnded, CallStarted, Dtmf, Logged


def events_of(call_id, count):
    """A call of so many events, its beginning and its end among them."""
    middle = [Dtmf(str(number % 10)) for number in range(count - 2)]
    events = [CallStarted("in", "wav", "010", "1588", "s"), *middle, CallEnded("caller", "hung_up", count)]
    return [Logged(call_id, seq, seq, event) for seq, event in enumerate(events)]


class Journals:
    """On a disk that writes when the test says so."""

    def __init__(self):
        self.there = {}
        self.reads = 0

    def read(self, call_id):
        self.reads += 1
        return list(self.there.get(call_id, ()))


@contextlib.asynccontextmanager
async def live(journals=None, heard=()):
    calls = LiveCalls((journals or Journals()).read, heard)
    try:
        yield calls
    finally:
        await calls.close()


async def collected(events):
    return [logged async for logged in events]


async def first(events, count):
    found = []
    async for logged in events:
        found.append(logged)
        if len(found) == count:
            return found
    return found


def test_who_comes_late_reads_from_the_beginning_and_follows_to_the_end():
    told = events_of("a", 10)

    async def run():
        async with live() as calls:
            calls.take(told[:4])
            readers = [asyncio.create_task(collected(calls.log("a").follow(start))) for start in (0, 2, 6)]
            await asyncio.sleep(0)
            calls.take(told[4:])
            return await asyncio.gather(*readers)

    assert asyncio.run(run()) == [told, told[2:], told[6:]]


def test_a_call_is_live_until_it_has_ended_and_known_until_it_is_forgotten():
    a, b = events_of("a", 4), events_of("b", 4)

    async def run():
        async with live() as calls:
            calls.take([a[0], b[0], a[1]])
            assert calls.live() == ["a", "b"]
            calls.take([*a[2:], b[1]])
            assert calls.live() == ["b"]
            assert calls.log("a").read(1) == a[1:]
            calls.forget("a")
            assert calls.log("a") is None

    asyncio.run(run())


def test_what_comes_twice_is_heard_once():
    told, heard = events_of("a", 5), []

    async def run():
        async with live(heard=[heard.append]) as calls:
            calls.take(told[:3])
            calls.take(told[1:])

    asyncio.run(run())
    assert heard == told


def test_a_gap_is_mended_from_the_journal_once_it_is_there(monkeypatch):
    monkeypatch.setattr(live_calls, "MEND_PAUSE_S", 0.001)
    told, journals, heard = events_of("a", 10), Journals(), []

    async def run():
        async with live(journals, [heard.append]) as calls:
            calls.take(told[:3])
            calls.take(told[6:])  # the link was full
            assert heard == told[:3]
            while journals.reads < 2:  # the disk is behind
                await asyncio.sleep(0)
            journals.there["a"] = told[:7]
            return await collected(calls.log("a").follow())

    assert asyncio.run(run()) == told
    assert heard == told


def test_a_gap_that_nothing_mends_is_passed_over(monkeypatch):
    monkeypatch.setattr(live_calls, "MEND_PAUSE_S", 0.001)
    told = events_of("a", 6)

    async def run():
        async with live() as calls:
            calls.take([*told[:2], *told[4:]])
            return await collected(calls.log("a").follow())

    assert asyncio.run(run()) == [*told[:2], *told[4:]]


def test_the_journal_of_a_dead_process_completes_the_call():
    told = events_of("a", 8)

    async def run():
        async with live() as calls:
            calls.take([*told[:3], told[4]])  # 3 is on its way from the journal
            reader = asyncio.create_task(collected(calls.log("a").follow()))
            await asyncio.sleep(0)
            calls.fill("a", told)
            calls.forget("a")
            return await reader

    assert asyncio.run(run()) == told


def test_a_reader_of_a_call_that_is_gone_without_an_end_is_not_left_waiting():
    told = events_of("a", 8)

    async def run():
        async with live() as calls:
            calls.take(told[:3])
            reader = asyncio.create_task(collected(calls.log("a").follow()))
            await asyncio.sleep(0)
            calls.forget("a")
            return await reader

    assert asyncio.run(run()) == told[:3]


def test_what_is_told_of_a_call_that_is_gone_does_not_bring_it_back():
    told, heard = events_of("a", 4), []

    async def run():
        async with live(heard=[heard.append]) as calls:
            calls.take(told)
            calls.forget("a")
            calls.take([Logged("a", 4, 90, Dtmf("1"))])
            assert calls.log("a") is None

    asyncio.run(run())
    assert heard == told


def test_a_long_call_is_kept_in_part_and_read_whole(monkeypatch):
    monkeypatch.setattr(live_calls, "KEPT_EVENTS", 20)
    monkeypatch.setattr(live_calls, "SLACK_EVENTS", 5)
    told, journals = events_of("a", 200), Journals()
    journals.there["a"] = told

    async def run():
        async with live(journals) as calls:
            calls.take(told[:50])
            slow = calls.log("a").follow()
            begun = await first(slow, 3)
            calls.take(told[50:])
            assert len(calls.log("a").read()) <= 25
            return begun, await collected(slow), await collected(calls.log("a").follow(190))

    begun, rest, late = asyncio.run(run())
    assert begun + rest == told
    assert late == told[190:]


def test_all_calls_are_followed_from_the_first_look_on():
    a, b = events_of("a", 4), events_of("b", 4)

    async def run():
        async with live() as calls:
            calls.take(a[:2])
            reader = asyncio.create_task(first(calls.follow_all(), 4))
            await asyncio.sleep(0)
            calls.take([b[0], a[2], b[1]])
            calls.take(a[3:])
            return await reader

    assert asyncio.run(run()) == [b[0], a[2], b[1], a[3]]


def test_who_follows_all_calls_too_slowly_is_told_and_nobody_else_notices(monkeypatch):
    monkeypatch.setattr(live_calls, "KEPT_EVENTS_OF_ALL", 10)
    monkeypatch.setattr(live_calls, "SLACK_EVENTS", 5)
    told = events_of("a", 60)

    async def run():
        async with live() as calls:
            slow, quick = calls.follow_all(), calls.follow_all()
            reading = [asyncio.create_task(anext(reader)) for reader in (slow, quick)]
            await asyncio.sleep(0)
            found = []
            for logged in told:
                calls.take([logged])
                found.append(await (reading[1] if not found else anext(quick)))
            assert found == told
            assert await reading[0] == told[0]
            with pytest.raises(ReaderTooSlow):
                await anext(slow)

    asyncio.run(run())


def test_a_listener_that_breaks_takes_nothing_from_the_others():
    told, heard = events_of("a", 3), []

    def breaks(logged):
        raise ValueError

    async def run():
        async with live(heard=[breaks, heard.append]) as calls:
            calls.take(told)

    asyncio.run(run())
    assert heard == told
