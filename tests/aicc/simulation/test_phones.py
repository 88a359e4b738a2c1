"""Agents' telephones, called over SIP on this machine."""

import asyncio
from collections.abc import Callable

import numpy as np
import pytest

from aicc.simulation.phones import PhoneCall, Phones
from aicc.simulation.sip_callers import SipCallers
from aicc.simulation.wire import WireUnavailable

FRAME = (np.sin(np.arange(160)) * 8_000).astype(np.int16)
PATIENCE_S = 20.0


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.01)


def test_it_rings_is_picked_up_and_both_are_heard() -> None:
    async def story() -> None:
        picked_up: list[PhoneCall] = []
        async with Phones.opened(picked_up.append) as phones, SipCallers(phones.uri("kim")) as callers:
            wire = await callers.dial(1, "01012345678", headers={"X-AICC-Call": "a-call"})
            [call] = phones.calls
            assert picked_up == [call]
            assert (call.user, call.call_id) == ("kim", "a-call")
            assert call.caller.number == "01012345678"
            assert call.picked_up_s > 0
            await until(call.is_up.is_set)
            for here, there in ((wire, call.wire), (call.wire, wire)):
                heard: list[object] = []

                def comes() -> bool:
                    here.send(FRAME)  # noqa: B023
                    heard.extend(there.receive())  # noqa: B023
                    return len(heard) > 3  # noqa: B023

                await until(comes)
            wire.hang_up()
            await until(call.is_over.is_set)
            assert call.wire.is_closed

    asyncio.run(story())


def test_it_hangs_up() -> None:
    async def story() -> None:
        async with Phones.opened() as phones, SipCallers(phones.uri("kim")) as callers:
            wire = await callers.dial(1, "01012345678")
            await until(phones.calls[0].is_up.is_set)
            phones.calls[0].leg.bye()
            await until(lambda: wire.is_closed)

    asyncio.run(story())


def test_one_user_is_busy_and_the_other_is_not() -> None:
    async def story() -> None:
        async with Phones.opened(refuses=lambda user: 486 if user == "lee" else 0) as phones:
            async with SipCallers(phones.uri("lee")) as callers:
                with pytest.raises(WireUnavailable, match="486"):
                    await callers.dial(1, "01012345678")
            assert phones.calls == []
            async with SipCallers(phones.uri("kim")) as callers:
                await callers.dial(1, "01012345678")
            assert [call.user for call in phones.calls] == ["kim"]

    asyncio.run(story())


def test_a_caller_who_gives_up_is_not_picked_up() -> None:
    async def story() -> None:
        async with Phones.opened(rings_s=0.5) as phones, SipCallers(phones.uri("kim")) as callers:
            dialling = asyncio.create_task(callers.dial(1, "01012345678"))
            await until(lambda: phones.calls)
            dialling.cancel()
            [call] = phones.calls
            await until(call.is_over.is_set)
            await asyncio.gather(dialling, return_exceptions=True)
            assert call.wire.is_closed
        assert call.picked_up_s == 0

    asyncio.run(story())


def test_who_goes_home_hangs_up() -> None:
    async def story() -> None:
        async with Phones.opened() as phones:
            async with SipCallers(phones.uri("kim")) as callers:
                await callers.dial(1, "01012345678")
                [call] = phones.calls
                assert not call.wire.is_closed
            await until(call.is_over.is_set)
        assert call.wire.is_closed

    asyncio.run(story())
