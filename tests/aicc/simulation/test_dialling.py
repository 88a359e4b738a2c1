"""Callers without a sound, at a user agent of ours on loopback."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest

from aicc.simulation.dialling import HOST, Dialled, Dialler, setup_figures
from tests.fakes.sip import ANSWER
from voicebot.doors.sip.inbound import InboundLeg
from voicebot.doors.sip.user_agent import UserAgent


class Desk:
    is_open = True

    def __init__(self, invited: Callable[[InboundLeg], None]) -> None:
        self.invited = invited


@contextlib.asynccontextmanager
async def answering(invited: Callable[[InboundLeg], None]) -> AsyncIterator[tuple[UserAgent, Dialler]]:
    agent = UserAgent(Desk(invited))
    port = await agent.listen("udp", HOST, 0)
    try:
        async with Dialler.opened(f"sip:{HOST}:{port}") as dialler:
            yield agent, dialler
    finally:
        await agent.close()


def accept(leg: InboundLeg) -> None:
    leg.accept(ANSWER)


def test_a_call_is_set_up_and_ended_and_nothing_is_left() -> None:
    async def work() -> None:
        async with answering(accept) as (agent, dialler), asyncio.timeout(10):
            call = await dialler.dial(0.02)
            assert call.setup_ms is not None and 0 < call.setup_ms < 5_000
            assert (call.failure, call.is_ended_by_bot) == ("", False)
            while agent.legs:
                await asyncio.sleep(0.005)

    asyncio.run(work())


def test_a_refused_call_has_failed() -> None:
    async def work() -> None:
        async with answering(lambda leg: leg.refuse(486)) as (_, dialler), asyncio.timeout(10):
            call = await dialler.dial(1.0)
            assert (call.setup_ms, call.failure) == (None, "refused (486)")

    asyncio.run(work())


def test_a_bot_that_hangs_up_is_told_apart() -> None:
    def accept_and_leave(leg: InboundLeg) -> None:
        leg.accept(ANSWER)
        asyncio.get_running_loop().call_later(0.05, leg.bye)

    async def work() -> None:
        async with answering(accept_and_leave) as (_, dialler), asyncio.timeout(10):
            call = await dialler.dial(8.0)
            assert (call.failure, call.is_ended_by_bot) == ("", True)
            assert call.picked_up_s is not None and call.ended_s - call.picked_up_s < 5

    asyncio.run(work())


def test_many_call_at_their_rate() -> None:
    async def work() -> None:
        async with answering(accept) as (_, dialler), asyncio.timeout(10):
            calls = await dialler.dial_many(10, 100, (0.0, 0.01), seed=1)
            assert len(calls) == 10
            assert not any(call.failure for call in calls)
            assert calls[-1].began_s - calls[0].began_s >= 0.089

    asyncio.run(work())


def test_figures_of_what_was_dialled() -> None:
    calls = [Dialled(0.0, ms / 1000, 1.0) for ms in range(1, 101)] + [Dialled(0.0, None, 1.0, "refused (503)")]
    figures = setup_figures(calls)
    assert figures["setup_p50_ms"] == pytest.approx(50.5)
    assert figures["setup_max_ms"] == pytest.approx(100)
    assert (figures["failed"], figures["failures"]) == (1, {"refused (503)": 1})
    assert setup_figures(calls[-1:])["setup_p95_ms"] is None
