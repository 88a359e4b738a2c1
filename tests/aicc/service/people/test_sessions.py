"""Sessions: bound to a browser, over in time, out at once."""

import asyncio

import pytest

from aicc.people_settings import PeopleSettings
from aicc.service.api.problem import Problem
from aicc.service.people import Client, Session
from tests.aicc.service.people.conftest import Clock, Desk, Make

HERE = Client("10.0.0.7", "Firefox")


@pytest.fixture
def desk(make_desk: Make) -> Desk:
    desk = make_desk(login_alone=True)
    desk.add("kim")
    desk.add("admin", "admin")
    return desk


async def opened(desk: Desk, name: str = "kim") -> tuple[str, Session]:
    person = desk.store.people.find(name)
    assert person is not None
    return await desk.people.sessions.open(person, HERE)


async def is_in(desk: Desk, token: str, client: Client = HERE) -> bool:
    try:
        await desk.people.sessions.admit(token, client)
    except Problem as problem:
        assert problem.status == 401
        return False
    return True


def test_whoever_does_nothing_is_signed_out(desk: Desk, clock: Clock) -> None:
    async def live() -> None:
        token, _ = await opened(desk)
        for _ in range(4):
            clock.wait(minutes=29)
            assert await is_in(desk, token), "every request counts"
        clock.wait(minutes=30)
        assert not await is_in(desk, token)
        clock.wait(minutes=-30)
        assert not await is_in(desk, token), "it has ended, and is not only old"

    asyncio.run(live())


def test_everybody_is_signed_out_in_the_end(desk: Desk, clock: Clock) -> None:
    async def live() -> None:
        token, _ = await opened(desk)
        for _ in range(12 * 3 - 1):
            clock.wait(minutes=20)
            assert await is_in(desk, token)
        clock.wait(minutes=20)
        assert not await is_in(desk, token)

    asyncio.run(live())


def test_limits_are_the_sites_choice(make_desk: Make, clock: Clock) -> None:
    desk = make_desk(settings=PeopleSettings(idle_minutes=5, longest_hours=1), login_alone=True)
    desk.add("kim")

    async def live() -> None:
        token, _ = await opened(desk)
        clock.wait(minutes=5)
        assert not await is_in(desk, token)

    asyncio.run(live())


def test_a_stolen_token_ends_the_session_and_is_told(desk: Desk) -> None:
    async def live() -> None:
        token, session = await opened(desk)
        assert not await is_in(desk, token, Client("203.0.113.9", "curl/8"))
        assert not await is_in(desk, token), "for both: nobody knows which of them is the person"
        [entry] = desk.trail("session")
        assert (entry.person, entry.address, entry.object) == ("kim", "203.0.113.9", session.row.id)
        assert entry.outcome == "ended: it came from another browser"

    asyncio.run(live())


def test_another_network_is_taken_and_told(desk: Desk, clock: Clock) -> None:
    async def live() -> None:
        token, _ = await opened(desk)
        assert await is_in(desk, token, Client("10.9.9.9", "Firefox"))
        assert await is_in(desk, token, Client("10.9.9.9", "Firefox"))
        [entry] = desk.trail("session")
        assert (entry.address, entry.outcome) == ("10.9.9.9", "moved from 10.0.0.7")
        assert desk.store.people.sessions.of("kim")[0].address == "10.9.9.9"

    asyncio.run(live())


@pytest.mark.parametrize("token", ["", "x", "\ud800", "x" * 100_000, "' OR 1=1 --", "0" * 64])
def test_what_is_no_token_opens_nothing(desk: Desk, token: str) -> None:
    async def live() -> None:
        _, session = await opened(desk)
        for wrong in (token, session.row.token_sha256, session.row.id, session.csrf):
            assert not await is_in(desk, wrong)

    asyncio.run(live())


def test_tokens_are_long_and_differ(desk: Desk) -> None:
    async def live() -> None:
        tokens = {(await opened(desk))[0] for _ in range(5)}
        assert len(tokens) == 5 and all(len(token) == 43 for token in tokens)

    asyncio.run(live())


def test_sockets_hear_that_somebody_is_out(desk: Desk, clock: Clock) -> None:
    sessions = desk.people.sessions

    async def live() -> None:
        for out in ("inactive", "removed", "role", "ended"):
            name = f"agent-{out}"
            desk.add(name)
            _, session = await opened(desk, name)
            assert await sessions.still_valid(session)
            match out:
                case "inactive":
                    desk.store.people.change(name, is_active=False)
                case "removed":
                    desk.store.people.remove(name)
                case "role":
                    desk.store.people.change(name, role="reviewer")
                case "ended":
                    await sessions.end(session)
            assert not await sessions.still_valid(session), out

    asyncio.run(live())


def test_who_talks_or_waits_is_not_signed_out_for_idling(desk: Desk, clock: Clock) -> None:
    sessions = desk.people.sessions

    async def live() -> None:
        (_, busy), (_, idle) = await opened(desk), await opened(desk)
        for _ in range(4):
            clock.wait(minutes=10)
            assert await sessions.still_valid(busy, is_busy=True)
            await sessions.still_valid(idle)
        assert not await sessions.still_valid(idle)
        clock.wait(hours=11, minutes=20)
        assert not await sessions.still_valid(busy, is_busy=True), "but nobody works for longer than that"

    asyncio.run(live())


def test_the_database_is_not_written_to_at_every_request(desk: Desk, clock: Clock) -> None:
    async def live() -> None:
        token, _ = await opened(desk)
        for seconds, is_written in ((10, False), (49, False), (2, True), (30, False)):
            clock.wait(seconds=seconds)
            before = desk.store.people.sessions.of("kim")[0].last_seen_at
            await is_in(desk, token)
            assert (desk.store.people.sessions.of("kim")[0].last_seen_at != before) == is_written, seconds

    asyncio.run(live())
