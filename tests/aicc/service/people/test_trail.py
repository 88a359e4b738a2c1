"""The trail: lines that nobody forges, and no more of them than a database should hold."""

import asyncio

import pytest

from aicc.service.people.trail import A_MINUTE, Trail
from tests.aicc.service.people.conftest import Clock
from voicebot.store import Store
from voicebot.store.audit import AuditTable


@pytest.fixture
def trail(store: Store, clock: Clock) -> Trail:
    return Trail(store.people.audit, 30, clock.now, clock.now_s)


def outcomes(store: Store) -> list[str]:
    return [entry.outcome for entry in store.people.audit.read(limit=1_000)[::-1]]


def test_entries_are_one_line_and_not_long(store: Store, trail: Trail) -> None:
    asyncio.run(trail.write("kim", "10.0.0.1", "refused", "GET /x\r\n2026 admin login done " + "x" * 900, "no\nwhere"))
    [entry] = store.people.audit.read()
    assert entry.object.startswith("GET /x 2026 admin") and len(entry.object) == 200
    assert entry.outcome == "no where"


def test_the_same_is_told_once_a_minute(store: Store, trail: Trail, clock: Clock) -> None:
    async def live() -> None:
        for _ in range(3):
            for _ in range(10):
                await trail.write_once("kim", "10.0.0.1", "recording", "call 1", "allowed")
            clock.wait(seconds=60)
        await trail.write_once("lee", "10.0.0.1", "recording", "call 1", "allowed")

    asyncio.run(live())
    assert len(outcomes(store)) == 4


def test_whoever_is_refused_all_the_time_does_not_fill_it(store: Store, trail: Trail, clock: Clock) -> None:
    async def live() -> None:
        for number in range(200):
            await trail.write_once("kim", "10.0.0.1", "refused", f"GET /api/calls/{number}", "not for agent")
        await trail.write_once("lee", "10.0.0.1", "refused", "GET /api/keys", "not for agent")
        clock.wait(seconds=60)
        await trail.write_once("kim", "10.0.0.1", "refused", "GET /api/keys", "not for agent")

    asyncio.run(live())
    told = outcomes(store)
    assert len(told) == A_MINUTE + 2
    assert told[A_MINUTE - 1] == "not for agent, and no more is written in this minute"


def test_it_is_kept_for_its_time(store: Store, trail: Trail, clock: Clock) -> None:
    async def live() -> None:
        await trail.write("kim", "10.0.0.1", "login")
        clock.wait(days=29)
        await trail.forget_old()
        assert len(outcomes(store)) == 1
        clock.wait(days=2)
        await trail.forget_old()
        assert outcomes(store) == []

    asyncio.run(live())


def test_work_goes_on_while_the_database_is_away(trail: Trail, store: Store, monkeypatch, caplog) -> None:
    from voicebot.store import StoreUnavailable

    def away(self: AuditTable, entry: object) -> None:
        raise StoreUnavailable("the database is away")

    monkeypatch.setattr(AuditTable, "add", away)
    asyncio.run(trail.write("kim", "10.0.0.1", "login"))
    assert "not in the audit trail" in caplog.text and "kim" in caplog.text
