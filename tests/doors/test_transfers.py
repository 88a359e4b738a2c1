"""The far side hands a call to somebody else (REFER), or somebody takes its place (Replaces): the call goes on."""

import asyncio

import pytest

from tests.doors.carrier import carrier
from voicebot.events import CallEnded

pytestmark = pytest.mark.slow


def test_the_far_side_hands_the_call_to_another(talking):
    async def run():
        async with carrier() as first, carrier("127.0.0.2") as second:
            newest = talking.newest()
            call = await first.call(f"127.0.0.1:{talking.service.port}")
            call_id = await asyncio.to_thread(newest)
            outcome = await call.leg.refer(f"sip:7002@{second.host}:{second.port}")
            assert outcome.code == 200
            other = await second.came()
            await other.until(lambda other: other.is_up)
            await call.until(lambda call: call.ending)
            assert call.ending == ("caller", "hung_up", 0)  # the service has sent BYE
            assert not any(isinstance(event, CallEnded) for event in talking.so_far(call_id))
            await other.hang_up()
            ended = (await asyncio.to_thread(talking.service.journal, call_id))[-1]
            assert (ended.by, ended.reason) == ("caller", "hung_up")

    asyncio.run(run())


def test_a_call_that_the_other_does_not_take_stays(talking):
    async def run():
        async with carrier() as first, carrier("127.0.0.2") as second:
            second.takes = 486
            newest = talking.newest()
            call = await first.call(f"127.0.0.1:{talking.service.port}")
            call_id = await asyncio.to_thread(newest)
            outcome = await call.leg.refer(f"sip:7002@{second.host}:{second.port}")
            assert outcome.code == 486
            assert call.ending is None
            await call.hang_up()
            ended = (await asyncio.to_thread(talking.service.journal, call_id))[-1]
            assert (ended.by, ended.reason) == ("caller", "hung_up")

    asyncio.run(run())


def test_another_takes_the_place_of_the_caller(talking):
    """INVITE with Replaces, as a PBX sends it when a person has taken over."""

    async def run():
        async with carrier() as first, carrier("127.0.0.2") as second:
            newest = talking.newest()
            call = await first.call(f"127.0.0.1:{talking.service.port}")
            call_id = await asyncio.to_thread(newest)
            dialog = call.leg.session.peer.dialog
            replaces = f"{dialog.call_id};to-tag={dialog.remote_tag};from-tag={dialog.local_tag}"
            other = await second.call(f"127.0.0.1:{talking.service.port}", {"Replaces": replaces})
            assert other.is_up
            await call.until(lambda call: call.ending)
            await other.hang_up()
            ended = (await asyncio.to_thread(talking.service.journal, call_id))[-1]
            assert (ended.by, ended.reason) == ("caller", "hung_up")

    asyncio.run(run())


def test_nothing_is_left_behind(talking):
    talking.service.ends_all_calls()
