"""Calls that the service places, answered, refused and unanswered: each leaves a log that says how it went."""

import asyncio

import pytest

from tests.doors.carrier import carrier
from voicebot.events import BotStarted, CallEnded, CallStarted

pytestmark = pytest.mark.slow

NUMBER = "01012345678"


@pytest.fixture
def log_of(talking):
    """``log_of(call_id)`` is how a call ended, and the log before that."""

    async def read(call_id):
        *events, ended = await asyncio.to_thread(talking.service.journal, call_id)
        assert isinstance(ended, CallEnded)
        return (ended.by, ended.reason), events

    return read


def attempted(talking, log_of, takes):
    """How a call ends that the called ``takes`` so."""

    async def run():
        async with carrier(port=talking.callee_port) as callee:
            callee.takes = takes
            call_id = await asyncio.to_thread(talking.place, NUMBER)
            await callee.came()
            return await log_of(call_id)

    ending, [started] = asyncio.run(run())
    assert isinstance(started, CallStarted)
    assert (started.door, started.direction, started.caller, started.callee) == ("sip", "out", NUMBER, "15880000")
    return ending


def test_a_call_that_is_answered(talking, log_of):
    async def run():
        async with carrier(port=talking.callee_port) as callee:
            call_id = await asyncio.to_thread(talking.place, NUMBER)
            call = await callee.came()
            await call.until(lambda call: call.is_up)
            assert call.leg.request.uri.user == NUMBER
            assert call.leg.caller.number == "15880000"
            while not any(isinstance(event, BotStarted) for event in talking.so_far(call_id)):
                await asyncio.sleep(0.05)
            await call.hang_up()
            return await log_of(call_id)

    ending, events = asyncio.run(run())
    assert ending == ("caller", "hung_up")
    assert events[0].direction == "out"


@pytest.mark.parametrize(
    ("code", "ending"),
    [(486, ("caller", "busy")), (603, ("caller", "refused")), (404, ("network", "no_such_number"))],
)
def test_a_call_that_is_refused(talking, log_of, code, ending):
    assert attempted(talking, log_of, code) == ending


def test_a_call_that_nobody_takes(talking, log_of):
    assert attempted(talking, log_of, False) == ("network", "no_answer")


def test_nothing_is_left_behind(talking):
    talking.service.ends_all_calls()
