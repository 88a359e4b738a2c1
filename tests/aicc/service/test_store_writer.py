"""The store gets every event once it can, and nobody waits for it."""

import asyncio
import contextlib

import pytest

from aicc.service import store_writer
from aicc.service.store_writer import StoreWriter
from tests.aicc.service.test_live_calls import events_of
from voicebot.events import CallStarted, Logged, TranscriptPartial
from voicebot.sealing import Sealed
from voicebot.store import Store, StoreUnavailable

A, B = "01900000-0000-7000-8000-00000000000a", "01900000-0000-7000-8000-00000000000b"


class FakeStore:
    """Away for as long as the test wants."""

    def __init__(self):
        self.events, self.recordings, self.rows = [], [], []
        self.is_away = False
        self.tries = 0

    def write(self, events):
        self.tries += 1
        if self.is_away:
            raise StoreUnavailable("the database does not answer: start it")
        if any(logged.call_id == "odd" for logged in events):
            raise ValueError("no call id")
        self.events += events
        return len(events)

    def sealed(self, call_id, path, sha256, *, size_bytes, duration_ms):
        self.recordings.append((call_id, path, sha256, size_bytes, duration_ms))

    def calls(self, limit):
        return self.rows


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(store_writer, "GATHER_S", 0)
    monkeypatch.setattr(store_writer, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(store_writer, "LONGEST_PAUSE_S", 0.001)


@contextlib.asynccontextmanager
async def writing(store, journals=None, lag=lambda events: None):
    writer = StoreWriter(store, lambda call_id: (journals or {}).get(call_id, []), lag)
    running = asyncio.create_task(writer.run())
    try:
        yield writer
    finally:
        running.cancel()
        await asyncio.wait({running})
        await writer.close()


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.001)


def test_events_and_recordings_come_to_the_store_but_no_partials(tmp_path):
    told = events_of(A, 5)
    partial = Logged(A, 5, 5, TranscriptPartial("caller", 1, "네", "네", 0))
    store = FakeStore()

    async def run():
        async with writing(store) as writer:
            for logged in (*told[:4], partial, told[4]):
                writer.heard(logged)
            writer.sealed(A, Sealed(tmp_path / "recording.flac", "ab", 1_000, 99))
            await until(lambda: store.recordings)

    asyncio.run(run())
    assert store.events == told
    assert store.recordings == [(A, tmp_path / "recording.flac", "ab", 99, 1_000)]


def test_a_store_that_is_away_gets_everything_later():
    store, lags, told = FakeStore(), [], events_of(A, 50)
    store.is_away = True

    async def run():
        async with writing(store, lag=lags.append) as writer:
            writer.add(told[:30])
            await until(lambda: store.tries >= 3)
            assert max(lags) == 30
            writer.add(told[30:])
            store.is_away = False
            await until(lambda: len(store.events) == 50)
            await until(lambda: lags[-1] == 0)

    asyncio.run(run())
    assert store.events == told


def test_what_had_to_be_dropped_meanwhile_comes_from_the_journal(monkeypatch):
    monkeypatch.setattr(store_writer, "MOST_WAITING", 20)
    store, told = FakeStore(), events_of(A, 50)
    store.is_away = True

    async def run():
        async with writing(store, {A: told}) as writer:
            for logged in told:
                writer.heard(logged)
            await until(lambda: store.tries)
            store.is_away = False
            await until(lambda: set(store.events) >= set(told))

    asyncio.run(run())


def test_what_the_store_cannot_take_does_not_stop_the_rest():
    store = FakeStore()

    async def run():
        async with writing(store) as writer:
            writer.heard(Logged("odd", 0, 0, CallStarted("in", "wav", "", "", "s")))
            await until(lambda: store.tries)
            writer.add(events_of(A, 3))
            await until(lambda: len(store.events) == 3)

    asyncio.run(run())


def test_what_waits_at_the_end_is_written():
    store, told = FakeStore(), events_of(A, 3)

    async def run():
        writer = StoreWriter(store, lambda call_id: [])
        writer.add(told)
        await writer.close()

    asyncio.run(run())
    assert store.events == told


def test_a_store_that_is_away_at_the_end_does_not_keep_the_service():
    store = FakeStore()
    store.is_away = True

    async def run():
        writer = StoreWriter(store, lambda call_id: [])
        writer.add(events_of(A, 3))
        await writer.close()

    asyncio.run(run())


def test_what_an_earlier_service_did_not_write_is_made_up_for(tmp_path):
    journals = {A: events_of(A, 4), B: events_of(B, 4)}
    store = Store.open(f"sqlite:///{tmp_path}/aicc.db")
    store.write(journals[A])
    store.write(journals[B][:2])
    for name in (A, B, ".expired-c"):
        (tmp_path / "calls" / name).mkdir(parents=True)

    async def run():
        async with writing(store, journals) as writer:
            await writer.catch_up(tmp_path / "calls")

    asyncio.run(run())
    store = Store.open(f"sqlite:///{tmp_path}/aicc.db")
    assert store.events(B) == journals[B]
    assert {row.state for row in store.calls()} == {"ended"}
